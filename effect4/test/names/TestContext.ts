/** The test services are layers of their own on Effect 4. */
import * as Layer from "effect/Layer"
import * as TestClock from "effect/testing/TestClock"
import * as TestConsole from "effect/testing/TestConsole"

export const TestContext = Layer.mergeAll(TestConsole.layer, TestClock.layer())
