/**
 * How many bytes the informer of a backend keeps for each pod.
 */
import { assert, it } from "@effect/vitest"
import { execFile } from "node:child_process"
import * as path from "node:path"
import { promisify } from "node:util"

it("kept bytes: an informer keeps few of a pod of 6 KB", { timeout: 300_000 }, async () => {
  const program = path.join(import.meta.dirname, "KeptBytes.ts")
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", "--expose-gc", program])
  const { kept, pods } = JSON.parse(stdout)
  assert.strictEqual(pods, 4_000)
  assert.isAtLeast(kept, 200, "what is kept is measured")
  assert.isAtMost(kept, 1_360)
})
