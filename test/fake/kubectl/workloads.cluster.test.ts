/** kubectl against the served fake: Deployments, scaling, rollouts, eviction. */
import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"
import { serve } from "../../support/Kubectl.js"

const deployment = (image: string, replicas = 3) =>
  JSON.stringify({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web" },
    spec: {
      replicas,
      selector: { matchLabels: { app: "web" } },
      template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "main", image }] } }
    }
  })

const budget = JSON.stringify({
  apiVersion: "policy/v1",
  kind: "PodDisruptionBudget",
  metadata: { name: "web" },
  spec: { minAvailable: 3, selector: { matchLabels: { app: "web" } } }
})

const workload = (kind: string, image: string, spec: JsonObject = {}) =>
  JSON.stringify({
    apiVersion: "apps/v1",
    kind,
    metadata: { name: "web" },
    spec: {
      selector: { matchLabels: { app: "web" } },
      template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "main", image }] } },
      ...spec
    }
  })

describe("kubectl and the served fake", () => {
  it.scopedLive("kubectl: updates, undoes and scales a StatefulSet and a DaemonSet", () =>
    Effect.gen(function*() {
      const { sh } = yield* serve()
      for (const [kind, ready] of [["StatefulSet", "2/2"], ["DaemonSet", "1 +1 +1 +1 +1"]] as const) {
        const name = `${kind.toLowerCase()}/web`
        const spec = kind === "StatefulSet" ? { replicas: 2, serviceName: "web" } : {}
        yield* sh("apply -f -", workload(kind, "registry/web:1", spec))
        assert.match(yield* sh(`rollout status ${name} --timeout=30s`), /roll out complete|rolled out/)
        assert.match(yield* sh(`get ${name}`), new RegExp(`\nweb +${ready} `))
        yield* sh("apply -f -", workload(kind, "registry/web:2", spec))
        yield* sh(`rollout status ${name} --timeout=30s`)
        assert.match(yield* sh(`rollout history ${name}`), /1 +<none>\n2 +<none>/)
        yield* sh(`rollout undo ${name}`)
        yield* sh(`rollout status ${name} --timeout=30s`)
        const image = "jsonpath={.spec.template.spec.containers[0].image}"
        assert.strictEqual(yield* sh(`get ${name} -o ${image}`), "registry/web:1")
        assert.match(yield* sh(`rollout history ${name}`), /2 +<none>\n3 +<none>/)
        assert.match(yield* sh(`rollout restart ${name}`), /web restarted/)
        yield* sh(`rollout status ${name} --timeout=30s`)
        if (kind === "StatefulSet") {
          yield* sh(`scale ${name} --replicas=1`)
          yield* sh("wait --for=delete pod/web-1 --timeout=30s")
        }
        yield* sh(`delete ${name}`)
        yield* sh("wait --for=delete pod -l app=web --timeout=30s")
      }
    }).pipe(Effect.provide(NodeContext.layer)), 120_000)

  it.scopedLive("kubectl: applies, scales, updates and undoes a Deployment", () =>
    Effect.gen(function*() {
      const { sh } = yield* serve()
      assert.strictEqual(yield* sh("apply -f -", deployment("registry/web:1")), "deployment.apps/web created\n")
      assert.match(yield* sh("rollout status deployment web --timeout=30s"), /deployment "web" successfully rolled out/)
      assert.match(yield* sh("get deployment web"), /^NAME +READY +UP-TO-DATE +AVAILABLE +AGE\nweb +3\/3 +3 +3 /)
      assert.match(yield* sh("get all"), /replicaset\.apps\/web-\w+ +3 +3 +3 /)
      yield* sh("scale deployment web --replicas=5")
      yield* sh("rollout status deployment web --timeout=30s")
      assert.lengthOf((yield* sh("get pods -l app=web -o name")).trim().split("\n"), 5)
      assert.strictEqual(
        yield* sh("apply -f -", deployment("registry/web:2", 5)),
        "deployment.apps/web configured\n"
      )
      yield* sh("rollout status deployment web --timeout=30s")
      const images =
        "get pods -l app=web -o jsonpath={.items[*].spec.containers[0].image} --field-selector=status.phase=Running"
      yield* sh("wait --for=delete pod -l app=gone --timeout=5s")
      assert.strictEqual(new Set((yield* sh(images)).trim().split(" ")).has("registry/web:2"), true)
      assert.match(yield* sh("rollout history deployment web"), /1 +<none>\n2 +<none>/)
      yield* sh("rollout undo deployment web")
      yield* sh("rollout status deployment web --timeout=30s")
      assert.strictEqual(
        yield* sh("get deployment web -o jsonpath={.spec.template.spec.containers[0].image}"),
        "registry/web:1"
      )
      assert.match(yield* sh("describe deployment web"), /NewReplicaSetAvailable/)
      yield* sh("delete deployment web --cascade=foreground --timeout=30s")
      assert.match(yield* sh("get replicasets,deployments"), /No resources found/)
    }).pipe(Effect.provide(NodeContext.layer)), 60_000)

  it.scopedLive("kubectl: drain respects a disruption budget", () =>
    Effect.gen(function*() {
      const { fails, sh } = yield* serve({ nodes: [{ name: "one" }, { name: "two" }] })
      yield* sh("apply -f -", deployment("registry/web:1"))
      yield* sh("apply -f -", budget)
      yield* sh("rollout status deployment web --timeout=30s")
      yield* sh("wait --for=jsonpath={.status.currentHealthy}=3 pdb/web --timeout=30s")
      const drain = "drain one --ignore-daemonsets --grace-period=1"
      yield* sh("cordon two")
      assert.match(
        yield* fails(`${drain} --timeout=2s`),
        /Cannot evict pod as it would violate the pod's disruption budget/
      )
      yield* sh("uncordon two")
      yield* sh("patch pdb web --type=merge -p {\"spec\":{\"minAvailable\":2}}")
      assert.match(yield* sh(`${drain} --timeout=60s`), /node\/one drained/)
      yield* sh("rollout status deployment web --timeout=30s")
      const nodes = yield* sh("get pods -l app=web -o jsonpath={.items[*].spec.nodeName}")
      assert.deepStrictEqual([...new Set(nodes.trim().split(" "))], ["two"])
    }).pipe(Effect.provide(NodeContext.layer)), 90_000)
})
