/**
 * A cluster in memory and a backend of the simplest kind: its builds become a `Craft`, whose status tests write by hand.
 */
import { DateTime, Effect, Option, Schema } from "effect"
import { BuildBackend, BuildInput, type BuildRef, BuildStatus } from "effect-os-builder"
import * as ClusterBackend from "../../src/backends/controller/ClusterBackend.js"
import * as Access from "../../src/fake/apiserver/Access.js"
import * as FakeDriver from "../../src/fake/apiserver/FakeDriver.js"
import * as ControlPlane from "../../src/fake/ControlPlane.js"
import * as Kind from "../../src/fake/kinds/Kind.js"
import * as Cluster from "../../src/kubernetes/Cluster.js"
import * as Resource from "../../src/kubernetes/Resource.js"
import * as Resources from "../../src/kubernetes/Resources.js"

const place = { group: "example.com", version: "v1", plural: "crafts", kind: "Craft" }

export const Craft = Resource.make({
  ...place,
  schema: Schema.Struct({
    metadata: Resource.ObjectMeta,
    status: Schema.optional(Schema.Struct({ phase: Schema.String, since: Schema.optional(Schema.String) }))
  })
})

export type Craft = Resource.Of<typeof Craft>

const digest = `sha256:${"a".repeat(64)}`

const statusOf = ({ child, record }: ClusterBackend.Observed<Craft>): BuildStatus.BuildStatus => {
  const startedAt = DateTime.unsafeMake(0)
  const attempt = Number(child.metadata.labels?.["effect-os-builder/attempt"])
  switch (child.status?.phase) {
    case "Running":
      return new BuildStatus.Running({ startedAt, attempt })
    case "Complete":
      return new BuildStatus.Succeeded({
        image: new BuildStatus.BuiltImage({
          pullspec: `registry.example.com/os@${digest}`,
          digest,
          tag: record.finalImage
        }),
        startedAt,
        finishedAt: startedAt
      })
    case "Broken":
      return new BuildStatus.Failed({ reason: "InstructionFailed", message: "broken", logTail: ["said"] })
    case "Evicted":
      return BuildStatus.errored("Evicted", { message: "evicted", logTail: ["said"] })
    default:
      return attempt > 1 ? new BuildStatus.Running({ startedAt, attempt }) : new BuildStatus.Pending({})
  }
}

export const definition: ClusterBackend.Definition<Craft> = {
  name: "craft",
  child: Craft,
  podSelector: "app.kubernetes.io/managed-by=effect-os-builder,effect-os-builder/backend=craft",
  recordOf: (pod) => pod.metadata.labels?.["effect-os-builder/record"],
  check: () => [],
  contents: (input) => ({ files: [{ key: "containerfile", content: input.dockerfile ?? "" }], parts: [] }),
  clusterDefaults: Effect.succeed({}),
  manifest: () => ({ ...Resource.object(Craft, {}), spec: {} }),
  verifyCreated: () => [],
  interpret: (observed) => {
    const status = statusOf(observed)
    return {
      status,
      again: Number(observed.child.metadata.labels?.["effect-os-builder/attempt"]) + 1,
      waitingSince: status._tag === "Pending"
        ? Option.getOrUndefined(DateTime.make(observed.child.metadata.creationTimestamp ?? ""))
        : undefined
    }
  },
  logs: () => []
}

/** A backend with a bug: `interpret` throws for a child in phase Broken. */
export const defective: ClusterBackend.Definition<Craft> = {
  ...definition,
  interpret: (observed) => {
    if (observed.child.status?.phase === "Broken") throw new Error("a bug")
    return definition.interpret(observed)
  }
}

export const world = Effect.gen(function*() {
  const plane = yield* ControlPlane.makeServer({ kinds: [Kind.make(place)] })
  const admin: Access.User = { name: "admin", rules: [Access.everything] }
  const connect = Cluster.make(FakeDriver.make((request) => plane.gateway.handle(request, admin), "default"))
  const cluster = yield* connect
  yield* cluster.create(Resources.Namespace, { metadata: { name: "default" } })
  /** Another process: it knows nothing but what it is given. */
  const client = Effect.flatMap(
    connect,
    (cluster) => ClusterBackend.make(definition, { cluster, namespace: "default" })
  )
  const backend = yield* client

  const crafts = Effect.map(cluster.list(Craft), ({ items }) => items.map(({ metadata }) => metadata.name))
  const move = (ref: BuildRef.BuildRef, phase: string) =>
    Effect.gen(function*() {
      const { items } = yield* cluster.list(Craft, { labelSelector: `effect-os-builder/record=${ref.name}` })
      const last = items.at(-1)
      if (last === undefined) return yield* Effect.dieMessage(`${ref} has no craft`)
      yield* cluster.patch(Craft, last.metadata.name, { merge: { status: { phase } } })
    })
  /** Verb and resource of each request that `effect` makes, of those that change something only if `writes`. */
  const requests = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.gen(function*() {
      const before = plane.gateway.requests.length
      const answer = yield* effect
      return [answer, plane.gateway.requests.slice(before).map((made) => `${made.verb} ${made.resource}`)] as const
    })
  return { plane, cluster, backend, client, crafts, move, requests }
})

export const writes = (requests: ReadonlyArray<string>) =>
  requests.filter((request) => !/^(get|list|watch) /.test(request))

export const input = (tag: string, options: Partial<BuildInput.Options> = {}) =>
  Effect.orDie(BuildInput.make({
    dockerfile: "ARG BASE_IMAGE\nFROM $BASE_IMAGE\nRUN true",
    baseImage: { pullspec: "registry.example.com/base:1" },
    finalImage: { pullspec: `registry.example.com/os:${tag}` },
    ...options
  }))

export { settle } from "./Quiescence.js"

export const provide = <A, E, R>(effect: Effect.Effect<A, E, R>, backend: BuildBackend.Service) =>
  Effect.provideService(effect, BuildBackend.BuildBackend, backend)
