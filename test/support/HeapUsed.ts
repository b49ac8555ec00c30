/** How much is alive in this process, which runs with `--expose-gc`. */
import { Effect } from "effect"
import { setTimeout } from "node:timers/promises"

/** The bytes of the heap in use, once nothing is left that the collector would free. */
export const alive = Effect.promise(async () => {
  for (let turn = 0; turn < 3; turn++) {
    await setTimeout(50)
    globalThis.gc?.()
  }
  return process.memoryUsage().heapUsed
})
