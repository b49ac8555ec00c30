import { assert, it } from "@effect/vitest"
import { measure } from "../../bench/startup.js"

it("startup: prints its help within twice the time of importing Effect's own core", async () => {
  const { core, help } = await measure(5)
  assert.isBelow(help, 2 * core, `help ${help} ms, core ${core} ms`)
})
