import { assert } from "@effect/vitest"
import { type Duration, Effect, Option, Predicate, type Scope, Stream } from "effect"
import type { Cluster, ClusterError } from "effect-os-builder"
import type { Driver } from "../../src/kubernetes/client/Driver.js"
import type { Change, Reflector } from "../../src/kubernetes/Reflector.js"
import * as Resource from "../../src/kubernetes/Resource.js"
import * as Resources from "../../src/kubernetes/Resources.js"
import { type ConfigMap, type Manifest, manifest, type Pod, type PodSpec } from "./Manifest.js"

export interface Place {
  readonly cluster: Cluster.Service
  /** The same cluster for a user without permissions. */
  readonly unprivileged: Cluster.Service
  /** The driver of the cluster, for raw requests. */
  readonly driver: Driver
  /** A namespace for this case only. */
  readonly namespace: string
  /** Lets the clock advance. */
  readonly pass: (time: Duration.DurationInput) => Effect.Effect<void>
}

export type Case = (place: Place) => Effect.Effect<void, ClusterError.ClusterError, Scope.Scope>

/** Resources decoded with all their fields. */
export const raw = {
  ConfigMap: Resource.raw(Resources.ConfigMap),
  Pod: Resource.raw(Resources.Pod),
  Job: Resource.raw(Resources.Job)
}

/** The value at a path in an object; undefined if there is none. */
export const at = (object: unknown, ...path: ReadonlyArray<string | number>): unknown =>
  path.reduce<unknown>(
    (here, key) => Predicate.isRecord(here) || Array.isArray(here) ? Reflect.get(here, key) : undefined,
    object
  )

export const textAt = (object: unknown, ...path: ReadonlyArray<string | number>): string => {
  const found = at(object, ...path)
  assert.isString(found, path.join("."))
  return String(found)
}

export const configMap = (
  name: string,
  fields: Manifest<ConfigMap> = {},
  labels: Readonly<Record<string, string>> = {}
) => manifest<ConfigMap>({ metadata: { name, labels }, ...fields })

/** The spec of a pod that a Job may have too. */
export const podSpec = manifest<PodSpec>({
  containers: [{ name: "main", image: "registry.example.com/image:1" }],
  restartPolicy: "Never"
})

export const pod = (name: string, spec: Partial<Manifest<PodSpec>> = {}) =>
  manifest<Pod>({ metadata: { name, labels: {} }, spec: { ...podSpec, ...spec } })

/** The error of an effect that has to fail. */
export const refusal = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<E, never, R> =>
  Effect.matchEffect(effect, {
    onFailure: Effect.succeed,
    onSuccess: (answer) => Effect.dieMessage(`expected an error, got ${JSON.stringify(answer)}`)
  })

/** The first change of a reflector that `where` accepts. */
export const reached = <A extends Resource.Metadata>(
  reflector: Reflector<A>,
  where: (change: Change<A>) => boolean
): Effect.Effect<Change<A>, ClusterError.ClusterError> =>
  reflector.changes(() => true).pipe(
    Stream.filter(where),
    Stream.runHead,
    Effect.map(Option.getOrThrow)
  )

/** Waits until a reflector has no object that `where` accepts. */
export const absent = <A>(
  reflector: Reflector<A>,
  where: (object: A) => boolean
): Effect.Effect<void, ClusterError.ClusterError> =>
  Stream.concat(Stream.void, reflector.changes(() => true)).pipe(
    Stream.takeUntilEffect(() => Effect.map(reflector.list, (objects) => !objects.some(where))),
    Stream.runDrain
  )
