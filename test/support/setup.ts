/**
 * Runs before every test file. `layer(…)(name, (it) => …)` of `@effect/vitest` assigns that layer's `it.effect` to the `it` of
 * vitest itself; files share their modules, so the next file would run its tests in the layer of the one before.
 */
import { it, makeMethods } from "@effect/vitest"

makeMethods(it)
