import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Logger } from "effect"
import * as Resources from "../../../src/kubernetes/Resources.js"
import * as Warnings from "../../../src/kubernetes/transport/Warnings.js"
import { connect, pod } from "../../support/HostileServer.js"
import * as TestServer from "../../support/TestServer.js"

/** The messages that are logged. */
const logged = () => {
  const messages: Array<string> = []
  const logger = Logger.make(({ logLevel, message }) => {
    messages.push(`${logLevel.label} ${String(message)}`)
  })
  return { messages, layer: Logger.replace(Logger.defaultLogger, logger) }
}

describe("Warnings", () => {
  it("parse: quoted texts with commas, quotes, backslashes and dates", () => {
    assert.deepStrictEqual(
      Warnings.parse(
        String.raw`299 - "a, b", 299 kube-apiserver "say \"no\" to C:\\x" "Wed, 21 Oct 2026 07:28:00 GMT",199 - ""`
      ),
      ["a, b", String.raw`say "no" to C:\x`, ""]
    )
    assert.deepStrictEqual(Warnings.parse("299 - unquoted"), [])
    assert.deepStrictEqual(Warnings.parse(`299 - "one", rubbish, 299 - "two"`), ["one"])
  })

  it("redact: removes credentials and control characters", () => {
    const text =
      "a\u001b[31m\nb Bearer abcdefgh123 password=hunter22 https://user:word@host/ eyJhbGciOiJI.eyJzdWIi.c2ln end"
    const shown = Warnings.redact(text)
    for (const secret of ["abcdefgh123", "hunter22", "user:word", "eyJhbGciOiJI", "\u001b", "\n"]) {
      assert.notInclude(shown, secret)
    }
    assert.include(shown, "end")
    assert.strictEqual(
      Warnings.redact("would violate PodSecurity \"restricted:latest\": runAsNonRoot != true"),
      "would violate PodSecurity \"restricted:latest\": runAsNonRoot != true"
    )
  })

  it.effect("memory: is bounded, and a text that was forgotten is logged again", () =>
    Effect.gen(function*() {
      const { layer, messages } = logged()
      const log = Warnings.make()
      yield* Effect.forEach(Array.from({ length: 300 }, (_, n) => n), (n) => log(`299 - "text ${n}"`)).pipe(
        Effect.zipRight(Effect.zipRight(log(`299 - "text 299"`), log(`299 - "text 0"`))),
        Effect.provide(layer)
      )
      assert.strictEqual(messages.length, 301)
      assert.strictEqual(messages.at(-1), "WARN The API server warns: text 0")
    }))
})

layer(TestServer.authority, { excludeTestServices: true })("Warnings of a server", (it) => {
  it.scoped("warning headers: are logged once each, of reads, writes and watches", () =>
    Effect.gen(function*() {
      const { layer, messages } = logged()
      const server = yield* TestServer.serve((_request, response) => {
        response.setHeader("warning", [`299 - "v1beta1 is deprecated"`, `299 - "would violate PodSecurity, \\"x\\""`])
        TestServer.json(response, 200, pod())
      })
      const cluster = yield* connect(server.url)
      yield* cluster.get(Resources.Pod, "a").pipe(
        Effect.zipRight(cluster.create(Resources.Pod, { metadata: { name: "a" } })),
        Effect.zipRight(cluster.get(Resources.Pod, "a")),
        Effect.provide(layer)
      )
      assert.deepStrictEqual(messages, [
        "WARN The API server warns: v1beta1 is deprecated",
        "WARN The API server warns: would violate PodSecurity, \"x\""
      ])
    }))
})
