/**
 * A real node whose API server is the served fake.
 */
import { fake } from "./RealNode.js"
import { suite } from "./Scenarios.js"

suite("a real node of the served fake", fake)
