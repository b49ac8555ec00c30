import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fs from "node:fs"
import * as http from "node:http"
import { tmpdir } from "node:os"
import * as path from "node:path"
import * as KubernetesCluster from "../../../src/kubernetes/KubernetesCluster.js"
import * as Resources from "../../../src/kubernetes/Resources.js"
import { listen } from "../../support/Listen.js"

it.scopedLive("disable-compression: lists are not asked for in compressed form", () =>
  Effect.gen(function*() {
    const asked: Array<string | undefined> = []
    const port = yield* listen(http.createServer((request, response) => {
      asked.push(request.headersDistinct["accept-encoding"]?.join())
      response.writeHead(200, { "content-type": "application/json" })
      response.end(JSON.stringify({ kind: "PodList", metadata: { resourceVersion: "1" }, items: [] }))
    }))
    const folder = yield* Effect.acquireRelease(
      Effect.sync(() => fs.mkdtempSync(path.join(tmpdir(), "compression-"))),
      (made) => Effect.sync(() => fs.rmSync(made, { recursive: true }))
    )
    for (const more of [{}, { "disable-compression": true }]) {
      const kubeconfig = path.join(folder, "config")
      const cluster = { server: `http://127.0.0.1:${port}`, ...more }
      fs.writeFileSync(
        kubeconfig,
        JSON.stringify({
          "current-context": "c",
          contexts: [{ name: "c", context: { cluster: "c", user: "" } }],
          clusters: [{ name: "c", cluster }]
        })
      )
      yield* Effect.flatMap(KubernetesCluster.make({ kubeconfig }), (cluster) => cluster.list(Resources.Pod))
    }
    assert.deepStrictEqual(asked, ["gzip", "identity"])
  }))
