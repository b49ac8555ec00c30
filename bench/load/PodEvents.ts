/**
 * What a watch of the pods of builds sends, made before it is sent: each pod as the fake's registry stores it.
 */
import { Effect, Either } from "effect"
import * as ControlPlane from "../../src/fake/ControlPlane.js"
import * as Json from "../../src/fake/Json.js"
import * as CoreKinds from "../../src/fake/kinds/CoreKinds.js"
import * as Metadata from "../../src/fake/store/Metadata.js"
import type { JsonObject } from "../../src/kubernetes/client/ApiRequest.js"
import type { Form } from "./Collection.js"
import type { Move } from "./Moves.js"
import * as PodStatuses from "./PodStatuses.js"
import * as Workload from "./Workload.js"

export interface PodEvent extends Move {
  readonly line: string | Buffer
}

const must = <A, E>(made: Either.Either<A, E>): A =>
  Either.getOrThrowWith(made, (error) => new Error(JSON.stringify(error)))

/** The events of the pods of Jobs in a random order, as a watch sends them; the versions of the objects ascend. */
export const make = (
  namespace: string,
  jobs: ReadonlyArray<JsonObject>,
  { event }: Form
): Effect.Effect<ReadonlyArray<PodEvent>> =>
  Effect.map(ControlPlane.makeServer({ history: 1 }), ({ registry }) => {
    const now = Date.now()
    must(registry.create(CoreKinds.namespace, "", { metadata: { name: namespace } }, { now }))
    const create = (job: JsonObject) =>
      must(registry.create(CoreKinds.pod, namespace, {
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
    const move = (job: JsonObject, status: JsonObject) =>
      must(registry.update(
        CoreKinds.pod,
        namespace,
        `${Metadata.name(job)}-pod`,
        "status",
        (existing) => Either.right({ ...existing, status }),
        { now }
      ))
    const places = new Map<JsonObject, number>()
    return PodStatuses.shuffled(Workload.steps.flatMap(() => jobs)).map((job) => {
      const place = places.get(job) ?? 0
      places.set(job, place + 1)
      const step = Workload.steps[place] ?? "Created"
      const object = step === "Created" ? create(job) : move(job, PodStatuses.statusOf[step])
      const record = Metadata.labels(job)["effect-os-builder/record"] ?? ""
      return { record, step, line: event(step === "Created" ? "ADDED" : "MODIFIED", object) }
    })
  })
