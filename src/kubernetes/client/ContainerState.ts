/**
 * Finds out whether the container of a log still runs, after the server has ended a followed log. It also does that when its own
 * connection to the kubelet is lost, or when it shuts down.
 */
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import type { ClusterError } from "../ClusterError.js"
import * as WatchEvent from "../decode/WatchEvent.js"
import * as Resource from "../Resource.js"
import type { Driver } from "./Driver.js"
import * as Requests from "./Requests.js"

/**
 * - `Running`: the log may grow.
 * - `Ended`: the log is complete. `finishedAt` is the node's time.
 * - `Restarted`: the container has ended at least once, and runs since `startedAt`.
 * - `Unknown`: the user may not read the object, or it is of another kind.
 */
export type ContainerState =
  | { readonly _tag: "Running" }
  | { readonly _tag: "Ended"; readonly finishedAt: string | undefined }
  | { readonly _tag: "Restarted"; readonly startedAt: string }
  | { readonly _tag: "Unknown" }

const running: ContainerState = { _tag: "Running" }
const unknown: ContainerState = { _tag: "Unknown" }
const ended = (finishedAt?: string): ContainerState => ({ _tag: "Ended", finishedAt })

const field = (u: unknown, ...path: ReadonlyArray<string>): unknown =>
  path.reduce<unknown>((at, name) => Predicate.isReadonlyRecord(at) ? at[name] : undefined, u)

const text = (u: unknown, ...path: ReadonlyArray<string>): string | undefined => {
  const value = field(u, ...path)
  return Predicate.isString(value) ? value : undefined
}

const list = (u: unknown, ...path: ReadonlyArray<string>): ReadonlyArray<unknown> => {
  const value = field(u, ...path)
  return Array.isArray(value) ? value : []
}

/** The state of a container of a pod; without a name, of its only one. */
export const ofPod = (pod: unknown, container: string | undefined): ContainerState => {
  const phase = text(pod, "status", "phase")
  const statuses = ["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"]
    .flatMap((key) => list(pod, "status", key))
  const status = statuses.find((one) => container === undefined || text(one, "name") === container)
  const startedAt = text(status, "state", "running", "startedAt")
  if (phase === "Succeeded" || phase === "Failed" || field(status, "state", "terminated") !== undefined) {
    return ended(text(status, "state", "terminated", "finishedAt"))
  }
  // A container that waits has no log, or that of its last run.
  if (text(pod, "spec", "nodeName") === undefined || field(status, "state", "waiting") !== undefined) {
    return ended()
  }
  if (startedAt === undefined) {
    return running
  }
  const restarts = field(status, "restartCount")
  return Predicate.isNumber(restarts) && restarts > 0 ? { _tag: "Restarted", startedAt } : running
}

// github.com/openshift/api build/v1/types.go, BuildPhase
const endedPhases: ReadonlySet<unknown> = new Set(["Complete", "Failed", "Error", "Cancelled"])

export const ofBuild = (build: unknown): ContainerState =>
  endedPhases.has(field(build, "status", "phase")) ? ended(text(build, "status", "completionTimestamp")) : running

const stateOf = (
  resource: Resource.Resource<unknown>,
  container: string | undefined
): ((object: unknown) => ContainerState) | undefined => {
  switch (Resource.label(resource)) {
    case "pods":
      return (pod) => ofPod(pod, container)
    case "builds.build.openshift.io":
      return ofBuild
    default:
      return undefined
  }
}

/**
 * Reads the state. Fails with retryable errors alone. The object is read by a list, for which backends have the permission,
 * and by its name if the list is refused.
 */
export const read = (
  driver: Driver,
  resource: Resource.Resource<unknown>,
  target: Requests.Target,
  container: string | undefined
): Effect.Effect<ContainerState, ClusterError> => {
  const of = stateOf(resource, container)
  if (of === undefined) {
    return Effect.succeed(unknown)
  }
  const send = ({ request, subject }: Requests.Call) =>
    driver.request({ ...request, accept: "application/json", protobuf: false }, subject)
  const selected = {
    namespace: target.namespace,
    labelSelector: undefined,
    fieldSelector: `metadata.name=${target.name ?? ""}`
  }
  const byName = send(Requests.get(resource, target)).pipe(
    Effect.map(of),
    Effect.catchIf(
      (error) => !error.retryable,
      ({ reason }) => Effect.succeed(reason === "NotFound" ? ended() : unknown)
    )
  )
  return send(Requests.collection(resource, selected, "list")).pipe(
    Effect.catchIf((error) => !error.retryable, () => Effect.succeed(undefined)),
    Effect.flatMap((found) => {
      const items = WatchEvent.listOf(found)?.items
      return items === undefined ? byName : Effect.succeed(items[0] === undefined ? ended() : of(items[0]))
    })
  )
}
