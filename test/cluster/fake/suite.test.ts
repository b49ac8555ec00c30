import { Context, Effect, Layer } from "effect"
import { Cluster } from "effect-os-builder"
import * as Access from "../../../src/cluster/fake/Access.js"
import * as ControlPlane from "../../../src/cluster/fake/ControlPlane.js"
import * as FakeDriver from "../../../src/cluster/fake/FakeDriver.js"
import { suite, Unprivileged } from "../../ClusterSuite.js"

suite({
  name: "the fake",
  layer: Layer.scopedContext(Effect.gen(function*() {
    const { gateway } = yield* ControlPlane.make({ nodes: [] })
    const connect = (user: Access.User) =>
      Cluster.make(FakeDriver.make((request) => gateway.handle(request, user), "default"))
    return Context.make(Cluster.Cluster, yield* connect({ name: "admin", rules: [Access.everything] })).pipe(
      Context.add(Unprivileged, yield* connect({ name: "unprivileged", rules: [] }))
    )
  })),
  live: false,
  timeout: "10 seconds"
})
