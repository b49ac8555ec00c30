/**
 * Runs before every test file. `layer(…)(name, (it) => …)` of `@effect/vitest` assigns that layer's `it.effect` to the `it` of
 * vitest itself; files share their modules, so the next file would run its tests in the layer of the one before.
 */
import { it, makeMethods } from "@effect/vitest"
import { afterEach } from "vitest"

makeMethods(it)

// Tests without a real wait follow each other in microtasks alone. A worker that runs many of them would not read what vitest
// replies to it, and would end with `Timeout calling "onTaskUpdate"`.
afterEach(() => new Promise<void>((resolve) => setImmediate(resolve)), 300_000)
