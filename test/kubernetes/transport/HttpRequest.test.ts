import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import * as http from "node:http"
import * as HttpRequest from "../../../src/kubernetes/transport/HttpRequest.js"
import * as RequestLimiter from "../../../src/kubernetes/transport/RequestLimiter.js"

/** A client of a server that answers at once. */
const client = Effect.acquireRelease(
  Effect.async<{ readonly get: () => http.ClientRequest; readonly server: http.Server }>((resume) => {
    const server = http.createServer((_request, response) => response.end("{}"))
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      resume(Effect.succeed({ server, get: () => http.get({ host: "127.0.0.1", port, agent: false }) }))
    })
  }),
  ({ server }) => Effect.sync(() => server.close())
)

describe("HttpRequest.body", () => {
  it.scopedLive("a caller that is interrupted after the response: gives up one slot, not two", () =>
    Effect.gen(function*() {
      const { get } = yield* client
      const limiter = RequestLimiter.make(1)
      const request = { method: "GET", path: "/", headers: {}, body: undefined }
      const completed = yield* Effect.makeLatch()
      const fiber = yield* Effect.fork(
        HttpRequest.body(get, request, 10_000, limiter, {
          succeed: () => Effect.zipRight(completed.open, Effect.never),
          fail: Effect.die
        })
      )
      yield* completed.await
      yield* Fiber.interrupt(fiber)
      let started = 0
      for (let index = 0; index < 2; index++) limiter.acquire({ start: () => started++ })
      assert.strictEqual(started, 1)
    }))
})
