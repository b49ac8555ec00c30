import { assert, layer } from "@effect/vitest"
import { Effect, Fiber, Stream } from "effect"
import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
import type { PodProgram } from "../../src/fake/kubelet/Program.js"
import * as Resources from "../../src/kubernetes/Resources.js"
import { ControlPlane, layer as controlPlane } from "./ControlPlane.js"
import * as Node from "./Node.js"

const namespace = "default"

const lineCount = 120

/** A line every 200 ms, for 24 seconds. */
const program: PodProgram = () => ({
  steps: Stream.range(1, lineCount).pipe(
    Stream.mapEffect((n) => Effect.as(Effect.sleep("200 millis"), { _tag: "Log" as const, line: `line ${n}` }))
  )
})

layer(controlPlane, { excludeTestServices: true, timeout: "90 seconds" })("an API server that is killed", (it) => {
  it.scoped(
    "logs with follow: lose and repeat no line while the API server is killed twice",
    () =>
      Effect.gen(function*() {
        const { admin, killApiServer, startApiServer } = yield* ControlPlane
        const cluster = yield* KubernetesCluster.make({ kubeconfig: admin.kubeconfigPath })
        yield* Node.run({
          kubeconfigPath: admin.kubeconfigPath,
          node: { name: "node-1" },
          programs: () => Effect.succeed(program)
        })
        yield* cluster.create(Resources.Pod, {
          metadata: { name: "chatty" },
          spec: { restartPolicy: "Never", containers: [{ name: "c", image: "localhost/none" }] }
        }, { namespace })
        yield* Effect.repeat(Effect.delay(cluster.get(Resources.Pod, "chatty", { namespace }), "50 millis"), {
          until: ({ status }) => status?.phase === "Running"
        })
        const lines: Array<string> = []
        const following = yield* Effect.fork(
          Stream.runForEach(
            cluster.logs(Resources.Pod, "chatty", { namespace, follow: true }),
            (line) => Effect.sync(() => lines.push(line))
          )
        )
        for (const atLeast of [10, 60]) {
          yield* Effect.repeat(Effect.sleep("20 millis"), { until: () => lines.length >= atLeast })
          yield* killApiServer
          yield* Effect.sleep("3 seconds")
          yield* startApiServer
        }
        yield* Fiber.join(following)
        assert.deepStrictEqual(lines, Array.from({ length: lineCount }, (_, n) => `line ${n + 1}`))
      }),
    120_000
  )
})
