/**
 * The cluster backends, each on a fake cluster of the kind that it is for.
 */
import { Context, Effect, Layer } from "effect"
import {
  BuildBackend,
  BuildInput,
  Cluster,
  CustomBuildBackend,
  OpenShiftBuildBackend,
  SingleNodeBuildBackend
} from "effect-os-builder"
import * as FakeCluster from "effect-os-builder/FakeCluster"
import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Access from "../../src/fake/apiserver/Access.js"
import * as FakeApiServer from "../../src/fake/apiserver/FakeApiServer.js"
import * as Resources from "../../src/kubernetes/Resources.js"
import type { World } from "../BackendSuite.js"

export interface Backend {
  readonly name: string
  readonly options: FakeCluster.Options
  readonly make: Effect.Effect<BuildBackend.Service, never, Cluster.Cluster>
}

export const backends: ReadonlyArray<Backend> = [
  { name: "openshift", options: { openShift: {} }, make: OpenShiftBuildBackend.make() },
  { name: "custom", options: {}, make: CustomBuildBackend.make() },
  {
    name: "single-node",
    options: { openShift: { topology: "SingleReplica" } },
    make: SingleNodeBuildBackend.make()
  }
]

const both = ({ cluster, control }: Pick<FakeCluster.Made, "cluster" | "control">) =>
  Context.make(Cluster.Cluster, cluster).pipe(Context.add(FakeCluster.FakeCluster, control))

/** The backend on a cluster in this process. */
export const inMemory = ({ make, options }: Backend) =>
  Layer.provideMerge(
    Layer.effect(BuildBackend.BuildBackend, make),
    Layer.scopedContext(Effect.map(FakeCluster.make(options), both))
  )

const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "backend-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true }))
)

const admin: Access.User = { name: "admin", rules: [Access.everything] }

/** The backend through the live client, on a cluster that is served over HTTPS. */
export const behindHttps = ({ make, options }: Backend) =>
  Layer.provideMerge(
    Layer.effect(BuildBackend.BuildBackend, make),
    Layer.scopedContext(Effect.gen(function*() {
      const { control, plane } = yield* FakeCluster.make(options)
      const served = yield* FakeApiServer.serve(plane, { user: admin })
      const kubeconfig = join(yield* folder, "config")
      yield* Effect.promise(() => writeFile(kubeconfig, served.kubeconfig))
      return both({ control, cluster: yield* KubernetesCluster.make({ kubeconfig }) })
    }))
  )

const finalImage = (name: string) => `registry.example.com/test/${name.toLowerCase().match(/[a-z]+/g)?.join("-")}:1`

const pullSecret = (name: string): Effect.Effect<void, never, Cluster.Cluster> =>
  Effect.flatMap(Cluster.Cluster, (cluster) =>
    cluster.create(Resources.Secret, {
      metadata: { name },
      type: "kubernetes.io/dockerconfigjson",
      data: { ".dockerconfigjson": Buffer.from("{\"auths\":{}}").toString("base64") }
    })).pipe(Effect.orDie)

/** How the suite makes builds of the backend go. */
export const worldOf = ({ name }: Backend) =>
  ({
    live: true,
    timeout: "1 minute",
    advance: Effect.sleep("20 millis"),
    input: (test, ends) =>
      Effect.gen(function*() {
        const fake = yield* FakeCluster.FakeCluster
        const input = yield* Effect.orDie(BuildInput.make({
          dockerfile: `FROM registry.example.com/base:1\n# ${name} ${test}\nRUN true`,
          baseImage: { pullspec: "registry.example.com/base:1" },
          finalImage: { pullspec: finalImage(test) }
        }))
        if (ends === "badly") {
          yield* fake.outcome(FakeCluster.containerfileFails({ exitCode: 3 }), { finalImage: finalImage(test) })
        }
        return input
      }),
    hold: (input) =>
      Effect.flatMap(
        FakeCluster.FakeCluster,
        (fake) => fake.outcome(FakeCluster.held, { finalImage: input.finalImage.pullspec })
      ),
    pullSecret,
    release: ({ ref }, ending) =>
      Effect.flatMap(
        FakeCluster.FakeCluster,
        (fake) => fake.release(ref, ending === "succeeds" ? FakeCluster.succeeds() : FakeCluster.pushFails())
      )
  }) satisfies Partial<World<Cluster.Cluster | FakeCluster.FakeCluster, never>>
