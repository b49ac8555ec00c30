import { assert, layer } from "@effect/vitest"
import { Effect, Random } from "effect"
import { gzipSync } from "node:zlib"
import * as Resources from "../../../src/kubernetes/Resources.js"
import { clusterAt, errorOf, pod } from "../../support/HostileServer.js"
import * as TestServer from "../../support/TestServer.js"

const pods = {
  kind: "PodList",
  metadata: { resourceVersion: "1" },
  items: Array.from({ length: 300 }, (_, n) => pod({ name: `p${n}`, uid: `u${n}` }))
}

layer(TestServer.authority, { excludeTestServices: true })("Compression", (it) => {
  it.scoped("lists: are requested with gzip and decompressed, other requests are not", () =>
    Effect.gen(function*() {
      const { cluster, server } = yield* clusterAt((request, response) => {
        if (request.headers["accept-encoding"] === "gzip") {
          response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" })
          response.end(gzipSync(JSON.stringify(pods)))
        } else {
          TestServer.json(response, 200, pod())
        }
      })
      assert.strictEqual((yield* cluster.list(Resources.Pod)).items.length, 300)
      yield* cluster.get(Resources.Pod, "a")
      assert.deepStrictEqual(server.requests.map(({ headers }) => headers["accept-encoding"]), ["gzip", undefined])
    }))

  it.scoped(
    "lists: a body that becomes too large is refused, one that is not gzip fails",
    () =>
      Effect.gen(function*() {
        let body = gzipSync(Buffer.alloc(300 * 1024 * 1024, " "))
        const { cluster } = yield* clusterAt((_request, response) => {
          response.writeHead(200, { "content-encoding": "gzip" })
          response.end(body)
        })
        const large = yield* errorOf(cluster.list(Resources.Pod))
        assert.strictEqual(large.reason, "Decode")
        assert.include(large.message, "longer than")
        body = Buffer.from("not gzip")
        const invalid = yield* errorOf(cluster.get(Resources.Pod, "a"))
        assert.strictEqual(invalid.reason, "Unreachable")
      }).pipe(Effect.withRandom(Random.fixed([0]))),
    60_000
  )
})
