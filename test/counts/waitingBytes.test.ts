/**
 * How many bytes a `changes` stream keeps while it waits.
 */
import { assert, it } from "@effect/vitest"
import { execFile } from "node:child_process"
import * as module from "node:module"
import * as path from "node:path"
import { promisify } from "node:util"

const isOnEffect4 = String(module.createRequire(import.meta.url)("effect/package.json").version).startsWith("4.")

it("kept bytes: a stream of statuses that waits keeps few", { timeout: 120_000 }, async () => {
  const program = path.join(import.meta.dirname, "WaitingBytes.ts")
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", "--expose-gc", program])
  const { kept, streams } = JSON.parse(stdout)
  assert.strictEqual(streams, 300)
  assert.isAtLeast(kept, 2_000, "what is kept is measured")
  // Most of it is Effect's: two fibers, executors and scopes on 3.
  assert.isAtMost(kept, isOnEffect4 ? 10_500 : 42_000)
})
