/**
 * The fake's API server over HTTPS, alone in its process: nothing happens in it but what is asked of it. Where it is goes to
 * the output first. Once it is told to (a line on its input), it lets every Job have a pod, and moves the pods on, at a given
 * rate in all, in a random order; it says of each change which it was and when it was stored.
 */
import { Clock, Effect, Either } from "effect"
import * as readline from "node:readline"
import * as Access from "../../src/fake/apiserver/Access.js"
import * as FakeApiServer from "../../src/fake/apiserver/FakeApiServer.js"
import * as ControlPlane from "../../src/fake/ControlPlane.js"
import * as Json from "../../src/fake/Json.js"
import * as CoreKinds from "../../src/fake/kinds/CoreKinds.js"
import * as Metadata from "../../src/fake/store/Metadata.js"
import type { JsonObject } from "../../src/kubernetes/client/ApiRequest.js"
import * as PodStatuses from "./PodStatuses.js"
import * as Workload from "./Workload.js"

const admin: Access.User = { name: "admin", rules: [Access.everything] }

const must = <A, E>(made: Either.Either<A, E>): A =>
  Either.getOrThrowWith(made, (error) => new Error(JSON.stringify(error)))

const program = Effect.gen(function*() {
  const plane = yield* ControlPlane.makeServer({ history: 1_000 })
  const now = yield* Clock.currentTimeMillis
  must(plane.registry.create(CoreKinds.namespace, "", { metadata: { name: "default" } }, { now }))
  const served = yield* FakeApiServer.serve(plane, { user: admin })
  console.log(JSON.stringify({ kubeconfig: served.kubeconfig }))

  yield* Effect.async<void>((resume) => {
    readline.createInterface({ input: process.stdin }).once("line", () => resume(Effect.void))
  })
  const jobs = plane.store.list("jobs.batch")
  const create = (job: JsonObject, now: number) =>
    must(plane.registry.create(CoreKinds.pod, "default", {
      metadata: {
        name: `${Metadata.name(job)}-pod`,
        labels: Json.object(job, "spec", "template", "metadata", "labels"),
        ownerReferences: [{
          apiVersion: "batch/v1",
          kind: "Job",
          name: Metadata.name(job),
          uid: Metadata.uid(job),
          controller: true
        }]
      },
      spec: Json.object(job, "spec", "template", "spec")
    }, { now }))
  const move = (job: JsonObject, status: object, now: number) =>
    must(plane.registry.update(
      CoreKinds.pod,
      "default",
      `${Metadata.name(job)}-pod`,
      "status",
      (existing) => Either.right({ ...existing, status: JSON.parse(JSON.stringify(status)) }),
      { now }
    ))

  const began = Workload.now()
  const steps = new Map<JsonObject, number>()
  const turns = PodStatuses.shuffled(Workload.steps.flatMap(() => jobs))
  for (const [index, job] of turns.entries()) {
    const due = began + index * 1_000 / Workload.changesASecond
    if (Workload.now() < due) yield* Effect.sleep(due - Workload.now())
    const place = steps.get(job) ?? 0
    steps.set(job, place + 1)
    const step = Workload.steps[place] ?? "Created"
    const now = yield* Clock.currentTimeMillis
    if (step === "Created") create(job, now)
    else move(job, PodStatuses.statusOf[step], now)
    console.log(`${Metadata.labels(job)["effect-os-builder/record"]} ${step} ${Workload.now()}`)
  }
  console.log(JSON.stringify({ took: Workload.now() - began }))
  return yield* Effect.never
})

Effect.runPromise(Effect.scoped(program))
