import { it } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import { Cluster } from "effect-os-builder"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Access from "../../src/fake/apiserver/Access.js"
import * as FakeApiServer from "../../src/fake/apiserver/FakeApiServer.js"
import * as FakeDriver from "../../src/fake/apiserver/FakeDriver.js"
import * as ControlPlane from "../../src/fake/ControlPlane.js"
import { cases, program } from "./AttachCases.js"
import { connect } from "./suite/connect.js"

const admin: Access.User = { name: "admin", rules: [Access.everything] }
const reader: Access.User = {
  name: "reader",
  rules: [{ apiGroups: [""], resources: ["pods/attach"], verbs: ["get"] }]
}

const plane = ControlPlane.make({ pods: () => ({ programs: () => Effect.succeed(program) }) })

const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "attach-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true }))
)

for (const [name, test] of Object.entries(cases)) {
  it.scoped(`attach on the fake: ${name}`, () =>
    Effect.gen(function*() {
      const { gateway } = yield* plane
      const as = (user: Access.User) =>
        Cluster.make(FakeDriver.make((request) => gateway.handle(request, user), "default"))
      yield* test({
        cluster: yield* as(admin),
        reader: yield* as(reader),
        pass: Effect.zipRight(Effect.yieldNow({ priority: 1 }), TestClock.adjust("1 second"))
      })
    }))

  it.scopedLive(`attach on the fake behind HTTPS: ${name}`, () =>
    Effect.gen(function*() {
      const made = yield* plane
      const path = yield* folder
      const as = (user: Access.User) =>
        Effect.gen(function*() {
          const served = yield* FakeApiServer.serve(made, { user })
          yield* Effect.promise(() => writeFile(join(path, user.name), served.kubeconfig))
          return (yield* connect(join(path, user.name))).cluster
        })
      yield* test({ cluster: yield* as(admin), reader: yield* as(reader), pass: Effect.sleep("20 millis") })
    }))
}
