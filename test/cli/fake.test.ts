import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { Cluster, Resources } from "effect-os-builder"
import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
import * as fs from "node:fs"
import * as OsBuilder from "../../src/cli/OsBuilder.js"
import { harness, runIn } from "../support/CommandHarness.js"
import { folderWith, temporaryFolder } from "../support/TemporaryFolder.js"

const seed = `apiVersion: v1
kind: ConfigMap
metadata: { name: greeting, namespace: team }
data: { text: hello }
---
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Secret
  metadata: { name: key, namespace: team }
  stringData: { key: value }
`

describe("fake", () => {
  it.scopedLive("fake: serves the objects of --seed until it is interrupted, and removes its kubeconfig", () =>
    Effect.gen(function*() {
      const folder = yield* folderWith({ "seed.yaml": seed })
      const file = `${folder}/kubeconfig`
      const { err, layer, out, until } = yield* harness({}, {})
      const running = yield* Effect.fork(
        Effect.provide(
          OsBuilder.run(["fake", "--topology", "openshift", "--kubeconfig", file, "--seed", `${folder}/seed.yaml`]),
          layer
        )
      )
      yield* until((out) => out.includes("KUBECONFIG"))
      assert.match(
        yield* out,
        /^Serving openshift in memory on https:\/\/127\.0\.0\.1:\d+ until interrupted\.\n\n {2}export/
      )
      assert.strictEqual(fs.statSync(file).mode & 0o777, 0o600)
      const [map, nodes] = yield* Effect.all([
        Cluster.get(Resources.ConfigMap, "greeting", { namespace: "team" }),
        Cluster.list(Resources.Node)
      ]).pipe(Effect.provide(KubernetesCluster.layerWith({ kubeconfig: file })))
      assert.deepStrictEqual(map.data, { text: "hello" })
      assert.lengthOf(nodes.items, 5)
      yield* Fiber.interrupt(running)
      assert.isFalse(fs.existsSync(file))
      assert.strictEqual(yield* err, "")
    }))

  it.scopedLive("fake: reports every object of --seed that the cluster does not take, with its place", () =>
    Effect.gen(function*() {
      const folder = yield* folderWith({
        "seed.yaml": `${seed}---\napiVersion: example.com/v1\nkind: Widget\nmetadata: { name: w }\n---\n`
          + "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: No }\n"
      })
      const { err, status } = yield* runIn({})(["fake", "--seed", `${folder}/seed.yaml`])
      assert.strictEqual(status, 2)
      assert.include(
        err,
        `--seed: the cluster does not take document 3 of ${folder}/seed.yaml: the cluster has no kind Widget in example.com/v1`
      )
      assert.include(
        err,
        `--seed: the cluster does not take document 4 of ${folder}/seed.yaml: ConfigMap "No" is invalid`
      )
    }))

  it.scopedLive("fake: does not overwrite a file with --kubeconfig", () =>
    Effect.gen(function*() {
      const folder = yield* folderWith({ kubeconfig: "mine" })
      const { err, status } = yield* runIn({})(["fake", "--kubeconfig", `${folder}/kubeconfig`])
      assert.strictEqual(status, 2)
      assert.match(
        err,
        /^--kubeconfig: \S+\/kubeconfig exists and is not overwritten; name another file or remove it$/m
      )
      assert.strictEqual(fs.readFileSync(`${folder}/kubeconfig`, "utf8"), "mine")
    }))

  it.scopedLive("fake: says that the port of --port is in use", () =>
    Effect.gen(function*() {
      const { layer, out, until } = yield* harness({}, {})
      yield* Effect.forkScoped(Effect.provide(OsBuilder.run(["fake"]), layer))
      yield* until((out) => out.includes("KUBECONFIG"))
      const [, port = ""] = /:(\d+) /.exec(yield* out) ?? []
      const { err, status } = yield* runIn({})(["fake", "--port", port])
      assert.strictEqual(status, 2)
      assert.include(err, `--port: port ${port} of 127.0.0.1 is in use; choose another`)
    }))

  it.scopedLive("fake: refuses a --port that is none, and says why a file of --kubeconfig cannot be written", () =>
    Effect.gen(function*() {
      const port = yield* runIn({})(["fake", "--port", "65536"])
      assert.strictEqual(port.status, 2)
      assert.include(port.err, "--port must be a whole number from 0 to 65535\n")
      const file = `${yield* temporaryFolder}/missing/kubeconfig`
      const { err, status } = yield* runIn({})(["fake", "--kubeconfig", file])
      assert.strictEqual(status, 2)
      assert.include(err, `--kubeconfig: ${file} cannot be written (ENOENT: no such file or directory, open`)
    }))
})
