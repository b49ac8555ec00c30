import { assert, describe, it } from "@effect/vitest"
import { Effect, Either } from "effect"
import * as http from "node:http"
import * as Pull from "../../../src/effect/Pull.js"
import * as ResponseBody from "../../../src/kubernetes/transport/ResponseBody.js"

/** A response that has begun with a few bytes and stays open. */
const begun = Effect.acquireRelease(
  Effect.async<{ readonly response: http.IncomingMessage; readonly server: http.Server }>((resume) => {
    const server = http.createServer((_request, response) => response.write("begun"))
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      http.get({ host: "127.0.0.1", port, agent: false }, (response) => {
        response.on("error", () => {})
        resume(Effect.succeed({ response, server }))
      })
    })
  }),
  ({ server }) =>
    Effect.sync(() => {
      server.close()
      server.closeAllConnections()
    })
)

describe("ResponseBody", () => {
  it.scopedLive("text: fails with TimedOut when the next bytes do not arrive", () =>
    Effect.gen(function*() {
      const { response } = yield* begun
      const result = yield* Effect.async<Either.Either<Buffer, unknown>>((resume) => {
        ResponseBody.bytes(response, { bytes: 1000, millis: 60_000, idleMillis: 50 }, (result) =>
          resume(Effect.succeed(result)))
      })
      assert.deepInclude(Either.getOrThrow(Either.flip(result)), { _tag: "TimedOut", millis: 50 })
    }))

  it.scopedLive("pull: fails with TimedOut when the next bytes do not arrive", () =>
    Effect.gen(function*() {
      const { response } = yield* begun
      const pull = yield* ResponseBody.pull(response, 50)
      const next = Pull.next(pull, () => "it ended" as const)
      assert.strictEqual(Buffer.concat(yield* next).toString(), "begun")
      assert.deepInclude(yield* Effect.flip(next), { _tag: "TimedOut", millis: 50 })
    }))
})
