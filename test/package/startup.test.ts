import { assert, it } from "@effect/vitest"
import { measure } from "../../bench/startup.js"

it("prints its help within twice the time of importing Effect's own core", () => {
  const { core, help } = measure(5)
  assert.isBelow(help, 2 * core, `help ${help} ms, core ${core} ms`)
})
