import { assert, layer } from "@effect/vitest"
import { Duration, Effect, Option, Stream } from "effect"
import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
import * as Resources from "../../src/kubernetes/Resources.js"
import { ControlPlane, layerWith } from "./ControlPlane.js"

const namespace = "default"

const withoutWatchList = layerWith({ apiServerFlags: ["--feature-gates=WatchList=false"] })

layer(withoutWatchList, { excludeTestServices: true, timeout: "90 seconds" })(
  "an API server without WatchList",
  (it) => {
    it.scoped("reflect: refuses the streamed list, and is listed by pages and watched", () =>
      Effect.gen(function*() {
        const { admin } = yield* ControlPlane
        const cluster = yield* KubernetesCluster.make({ kubeconfig: admin.kubeconfigPath })
        const streamed = cluster.watch(Resources.ConfigMap, { namespace, sendInitialEvents: true })
        const refused = yield* Effect.flip(Stream.runDrain(streamed))
        assert.strictEqual(refused.reason, "Invalid")
        const create = (name: string) => cluster.create(Resources.ConfigMap, { metadata: { name } }, { namespace })
        yield* create("before")
        const reflector = yield* cluster.reflect(Resources.ConfigMap, { namespace })
        const [duration, before] = yield* Effect.timed(reflector.get("before"))
        assert.isTrue(Option.isSome(before))
        assert.isBelow(Duration.toMillis(duration), 5_000)
        yield* create("after")
        yield* Effect.repeat(Effect.delay(reflector.get("after"), "20 millis"), { until: Option.isSome })
      }), 60_000)
  }
)
