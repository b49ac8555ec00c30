import { assert, it } from "@effect/vitest"
import * as Command from "../../bench/startup/Command.js"

it("startup: prints its help within twice the time of importing Effect's own core", async () => {
  const core = await Command.measure("core", 5)
  const help = await Command.measure("help", 5)
  assert.isBelow(help.startMs, 2 * core.startMs)
})
