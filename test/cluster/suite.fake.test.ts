import { Context, Effect, Layer } from "effect"
import { Cluster } from "effect-os-builder"
import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Access from "../../src/cluster/fake/Access.js"
import * as ControlPlane from "../../src/cluster/fake/ControlPlane.js"
import * as FakeApiServer from "../../src/cluster/fake/FakeApiServer.js"
import * as FakeDriver from "../../src/cluster/fake/FakeDriver.js"
import { suite, Unprivileged } from "../ClusterSuite.js"

// As the real one is tested: without nodes, so that pods stay where they are.
const cluster = ControlPlane.make({ nodes: [] })

const admin: Access.User = { name: "admin", rules: [Access.everything] }
const unprivileged: Access.User = { name: "unprivileged", rules: [] }

const both = (admin: Cluster.Service, unprivileged: Cluster.Service) =>
  Context.make(Cluster.Cluster, admin).pipe(Context.add(Unprivileged, unprivileged))

suite({
  name: "the fake",
  layer: Layer.scopedContext(Effect.gen(function*() {
    const { gateway } = yield* cluster
    const as = (user: Access.User) =>
      Cluster.make(FakeDriver.make((request) => gateway.handle(request, user), "default"))
    return both(yield* as(admin), yield* as(unprivileged))
  })),
  live: false,
  timeout: "30 seconds"
})

const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "fake-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true }))
)

suite({
  name: "the fake behind HTTPS",
  layer: Layer.scopedContext(Effect.gen(function*() {
    const plane = yield* cluster
    const path = yield* folder
    const as = (user: Access.User) =>
      Effect.gen(function*() {
        const served = yield* FakeApiServer.serve(plane, { user })
        const kubeconfig = join(path, user.name)
        yield* Effect.promise(() => writeFile(kubeconfig, served.kubeconfig))
        return yield* KubernetesCluster.make({ kubeconfig })
      })
    return both(yield* as(admin), yield* as(unprivileged))
  })),
  live: true,
  timeout: "30 seconds"
})
