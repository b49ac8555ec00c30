import { assert, describe, it } from "@effect/vitest"
import * as ExitCode from "../../../src/backends/script/ExitCode.js"

describe("ExitCode", () => {
  it("ExitCode: says of each code what the design's table says", () => {
    const said = Object.entries(ExitCode.table).map(([code, row]) =>
      `${code} ${row.state} ${row.reason}${row.state === "Errored" && row.retryable ? " (retryable)" : ""}`
    )
    assert.deepStrictEqual(said, [
      "10 Failed ContainerfileInvalid",
      "11 Failed InstructionFailed",
      "12 Errored ImagePullDenied",
      "13 Errored ImagePullFailed (retryable)",
      "14 Errored PushDenied",
      "15 Errored PushFailed (retryable)",
      "16 Errored CredentialsInvalid",
      "17 Errored OutOfDisk",
      "18 Errored OutOfMemory",
      "19 Errored Timeout",
      "20 Errored StorageUnavailable",
      "21 Errored Unknown",
      "22 Errored BuilderTooOld",
      "23 Errored NetworkUnavailable (retryable)",
      "24 Errored MissingReference",
      "25 Errored UploadFailed (retryable)",
      "26 Errored ImageNotFound",
      "143 Errored Evicted (retryable)"
    ])
  })

  it("ExitCode: never takes another code for the user's failure", () => {
    for (let code = 1; code <= 255; code++) {
      if (code === 10 || code === 11) continue
      assert.strictEqual(ExitCode.meaning(code).state, "Errored", String(code))
    }
    assert.strictEqual(ExitCode.meaning(137).reason, "Unknown")
  })

  it("ExitCode: names the codes after which trying again is pointless", () => {
    assert.deepStrictEqual([...ExitCode.retryable], [13, 15, 23, 25, 143])
  })
})
