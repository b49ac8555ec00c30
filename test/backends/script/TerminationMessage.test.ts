import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import * as TerminationMessage from "../../../src/backends/script/TerminationMessage.js"

const digest = `sha256:${"0a".repeat(32)}`

describe("TerminationMessage", () => {
  it("TerminationMessage: reads what a push ends with", () => {
    assert.deepStrictEqual(
      TerminationMessage.parse(`{"digest":"${digest}","architecture":"amd64","verb":"push","code":0,"text":""}`),
      { digest, architecture: "amd64", verb: "push", code: 0, text: "" }
    )
  })

  it("TerminationMessage: has the base of a pushed image", () => {
    const base = { pullspec: "quay.io/a/b:1", digest, manifestDigest: digest.replaceAll("0a", "0b") }
    const written = TerminationMessage.format({ verb: "push", code: 0, digest, base, text: "" })
    assert.deepStrictEqual({ ...TerminationMessage.parse(written)?.base }, base)
    assert.isTrue(written.startsWith("{\"digest\":"))
  })

  it("TerminationMessage: reads what a failed RUN ends with", () => {
    const text = Buffer.from("STEP 2/2: RUN \"é\"").toString("base64")
    assert.deepStrictEqual(
      TerminationMessage.parse(`{"exitCode":14,"verb":"build","code":11,"text":"${text}"}`),
      { exitCode: 14, verb: "build", code: 11, text: "STEP 2/2: RUN \"é\"" }
    )
  })

  it("TerminationMessage: takes nothing else for one", () => {
    const good = TerminationMessage.format({ verb: "push", code: 0, digest, text: "x" })
    for (
      const message of [
        "",
        "{}",
        "null",
        "the last line of a log",
        good.slice(0, -1),
        good.replace(digest, "sha256:beef"),
        "{\"verb\":\"push\",\"code\":0,\"text\":\"%\"}",
        "{\"verb\":\"push\",\"code\":\"0\",\"text\":\"\"}"
      ]
    ) assert.isUndefined(TerminationMessage.parse(message), message)
  })

  it("TerminationMessage: never throws, whatever it is given", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.oneof(FastCheck.string(), FastCheck.json()), (message) => {
        const parsed = TerminationMessage.parse(message)
        assert.isTrue(parsed === undefined || typeof parsed.text === "string")
      }),
      { numRuns: 2_000 }
    )
  })

  it("TerminationMessage: reads back what it writes, within what Kubernetes keeps", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.string({ unit: "grapheme", maxLength: 4_000 }), FastCheck.nat(255), (text, code) => {
        const written = TerminationMessage.format({ verb: "build", code, digest, architecture: "ppc64le", text })
        assert.isAtMost(Buffer.byteLength(written), TerminationMessage.maxBytes)
        const read = TerminationMessage.parse(written)
        assert.strictEqual(read?.code, code)
        assert.strictEqual(read?.digest, digest)
        if (Buffer.byteLength(text) <= TerminationMessage.maxTextBytes) {
          assert.strictEqual(read?.text, text)
        } else {
          assert.isTrue(text.startsWith((read?.text ?? "-").replace(/\uFFFD+$/, "")))
        }
      })
    )
  })
})
