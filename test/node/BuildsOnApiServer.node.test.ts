/**
 * A real node whose API server is kube-apiserver, with its Job controller, scheduler and garbage collector.
 */
import { real } from "./RealNode.js"
import { suite } from "./Suite.js"

suite("a real node of a real API server", real, { isReal: true })
