import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"
import * as ExitCode from "../../../src/backends/script/ExitCode.js"
import * as GitResolution from "../../../src/backends/script/GitResolution.js"

const output = "fatal: unable to access: Could not resolve host"

const unreachable = (url: string) => {
  const ended = { exitCode: ExitCode.code.networkUnavailable, message: undefined, output }
  const answer = GitResolution.commit("local", { url, ref: "main" }, ended)
  assert(Either.isLeft(answer) && answer.left._tag === "BackendError")
  return answer.left
}

describe("GitResolution", () => {
  for (
    const [url, host] of [
      ["https://git.example.com/os.git", "git.example.com"],
      ["https://git.example.com:8443/os.git", "git.example.com"],
      ["ssh://git@git.example.com:22/os.git", "git.example.com"],
      ["git@git.example.com:team/os.git", "git.example.com"],
      ["https://[::1]:8443/os.git", "[::1]"]
    ] as const
  ) {
    it(`commit: an unreachable host is named, ${url}`, () => {
      const error = unreachable(url)
      assert.strictEqual(error.reason, "Unreachable")
      assert.isTrue(error.retryable)
      assert.strictEqual(
        error.message,
        `Cannot find main of ${url}: the host ${host} cannot be reached: ${output}; check the address, and the network and ` +
          "proxy of where the local backend runs git"
      )
    })
  }
})
