import { Context, Effect, Layer } from "effect"
import { Cluster } from "effect-os-builder"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Access from "../../src/fake/apiserver/Access.js"
import * as FakeApiServer from "../../src/fake/apiserver/FakeApiServer.js"
import * as FakeDriver from "../../src/fake/apiserver/FakeDriver.js"
import * as ControlPlane from "../../src/fake/ControlPlane.js"
import { controllerSuite, suite, Unprivileged, Wire } from "../ClusterSuite.js"
import { connect } from "./suite/connect.js"

// Like the real control plane of the tests: without nodes, so that pods stay pending, and without earlier watch history.
const cluster = (without: ReadonlyArray<string>) =>
  Effect.tap(ControlPlane.make({ nodes: [], without }), ({ store }) => Effect.sync(() => store.compact()))

const admin: Access.User = { name: "admin", rules: [Access.everything] }
const unprivileged: Access.User = { name: "unprivileged", rules: [] }

const inMemory = (without: ReadonlyArray<string>) =>
  Layer.scopedContext(Effect.gen(function*() {
    const { gateway } = yield* cluster(without)
    const as = (user: Access.User) => FakeDriver.make((request) => gateway.handle(request, user), "default")
    const driver = as(admin)
    return Context.make(Cluster.Cluster, yield* Cluster.make(driver)).pipe(
      Context.add(Unprivileged, yield* Cluster.make(as(unprivileged))),
      Context.add(Wire, driver)
    )
  }))

suite({ name: "the fake", layer: inMemory(["daemonset", "statefulset"]), live: false, timeout: "30 seconds" })

controllerSuite({ name: "the fake", layer: inMemory([]), live: false, timeout: "30 seconds" })

const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "fake-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true }))
)

suite({
  name: "the fake behind HTTPS",
  layer: Layer.scopedContext(Effect.gen(function*() {
    const plane = yield* cluster(["daemonset", "statefulset"])
    const path = yield* folder
    const as = (user: Access.User) =>
      Effect.gen(function*() {
        const served = yield* FakeApiServer.serve(plane, { user })
        const kubeconfig = join(path, user.name)
        yield* Effect.promise(() => writeFile(kubeconfig, served.kubeconfig))
        return yield* connect(kubeconfig)
      })
    const asAdmin = yield* as(admin)
    return Context.make(Cluster.Cluster, asAdmin.cluster).pipe(
      Context.add(Unprivileged, (yield* as(unprivileged)).cluster),
      Context.add(Wire, asAdmin.driver)
    )
  })),
  live: true,
  timeout: "30 seconds"
})
