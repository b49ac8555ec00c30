/**
 * A real node whose API server is the served fake.
 */
import { fake } from "./RealNode.js"
import { suite } from "./Suite.js"

suite("a real node of the served fake", fake, { isReal: false })
