/**
 * Runs a scenario on each cluster backend, on its own cluster, in virtual time.
 */
import { it } from "@effect/vitest"
import { Chunk, Effect, type Scope, Stream } from "effect"
import { type BuildBackend, BuildInput, type BuildRef, type BuildStatus, Cluster } from "effect-os-builder"
import * as FakeCluster from "effect-os-builder/FakeCluster"
import { setImmediate } from "node:timers/promises"
import * as Json from "../../src/fake/Json.js"
import * as Metadata from "../../src/fake/store/Metadata.js"
import type { JsonObject } from "../../src/kubernetes/client/ApiRequest.js"
import * as Resources from "../../src/kubernetes/Resources.js"
import { inTime } from "./VirtualTime.js"
import { type Backend, backends } from "./Worlds.js"

export interface Stage {
  readonly name: string
  readonly backend: BuildBackend.Service
  /** The backend as another process has it. */
  readonly client: Effect.Effect<BuildBackend.Service>
  readonly cluster: Cluster.Service
  readonly fake: FakeCluster.Service
  /** The kind of the child. */
  readonly child: typeof Resources.Build | typeof Resources.Job
}

type Play<E> = (stage: Stage) => Effect.Effect<unknown, E, Scope.Scope>

const stage = ({ make, name, options }: Backend): Effect.Effect<Stage, never, Scope.Scope> =>
  Effect.gen(function*() {
    const { cluster, control } = yield* FakeCluster.make(options)
    const client = Effect.provideService(make, Cluster.Cluster, cluster)
    const child = name === "openshift" ? Resources.Build : Resources.Job
    return { name, backend: yield* client, client, cluster, fake: control, child }
  })

/** A row of test/scenarios/README.md, run on each backend where the bug is possible. */
export const scenario = <E>(
  row: string,
  title: string,
  play: Play<E>,
  befalls: ReadonlyArray<string> = names
): void => {
  for (const one of backends.filter(({ name }) => befalls.includes(name))) {
    it(`${row}: ${title} (${one.name})`, async () => {
      await setImmediate()
      inTime(Effect.flatMap(stage(one), play))
    })
  }
}

export const names = backends.map(({ name }) => name)

export const byJobs = ["custom", "single-node"]

export const input = (name: string, more: Partial<BuildInput.Options> = {}) =>
  Effect.orDie(BuildInput.make({
    dockerfile: `ARG BASE_IMAGE\nFROM \${BASE_IMAGE}\nRUN ${name}`,
    baseImage: { pullspec: "registry.example.com/base:1" },
    finalImage: { pullspec: `registry.example.com/${name}:1` },
    ...more
  }))

/** Time for the controllers of the cluster to act. */
export const settle = Effect.sleep("2 seconds")

export const collect = <A, E, R>(stream: Stream.Stream<A, E, R>): Effect.Effect<ReadonlyArray<A>, E, R> =>
  Effect.map(Stream.runCollect(stream), Chunk.toReadonlyArray)

/** A build that is under way, and goes on when it is released. */
export const held = ({ backend, fake }: Stage, given: BuildInput.BuildInput) =>
  Effect.gen(function*() {
    yield* fake.outcome(FakeCluster.held, { finalImage: given.finalImage.pullspec })
    const { ref } = yield* backend.build(given)
    yield* settle
    return ref
  })

export const last = (statuses: ReadonlyArray<BuildStatus.BuildStatus>): string => {
  const status = statuses.at(-1)
  return status === undefined ? "" : "reason" in status ? `${status._tag} ${status.reason}` : status._tag
}

export const ended = (backend: BuildBackend.Service, ref: BuildRef.BuildRef) =>
  Effect.map(collect(backend.changes(ref)), last)

const nameOf = (object: JsonObject): string => `${Json.text(object, "kind")} ${Metadata.name(object)}`

/** The objects of builds: records and further ConfigMaps, children, pods. */
export const objects = ({ fake }: Stage) =>
  Effect.map(
    fake.objects({ namespace: "default" }),
    (all) =>
      all.filter((object) =>
        ["Job", "Build", "Pod"].includes(Json.text(object, "kind") ?? "") ||
        (object["kind"] === "ConfigMap" && Metadata.labels(object)["effect-os-builder/record"] !== undefined)
      )
  )

export const remains = (stage: Stage) => Effect.map(objects(stage), (all) => all.map(nameOf))

export const ofKind = (stage: Stage, kind: string) =>
  Effect.map(objects(stage), (all) => all.filter((object) => object["kind"] === kind))

/** The children of a build. */
export const children = ({ child, cluster }: Stage, ref: BuildRef.BuildRef) =>
  Effect.map(
    cluster.list<Resources.Build | Resources.Job>(child, { labelSelector: `effect-os-builder/record=${ref.name}` }),
    ({ items }) => items
  )
