/**
 * Runs one verb of a script in a short-lived pod: a Job of one pod, which needs no permissions beyond those for builds.
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { randomUUID } from "node:crypto"
import { BackendError } from "../../core/BuildError.js"
import type { BuildRef } from "../../core/BuildRef.js"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import type * as Cluster from "../../kubernetes/Cluster.js"
import type { ClusterError } from "../../kubernetes/ClusterError.js"
import * as Resource from "../../kubernetes/Resource.js"
import * as Resources from "../../kubernetes/Resources.js"
import * as PodBlocked from "../pod/PodBlocked.js"
import * as PodFailure from "../pod/PodFailure.js"
import * as BuildRecord from "../record/BuildRecord.js"
import * as RecordMetadata from "../record/RecordMetadata.js"
import * as TerminationMessage from "../script/TerminationMessage.js"

/** The label of such a Job and its pod; they do not have the labels of builds, which would make them children of a record. */
export const taskLabel = "effect-os-builder/task"

// How long the deletion may take when the caller is interrupted; otherwise the Job deletes itself, or goes with its record.
const deletionTimeout = Duration.seconds(10)

// If the client is killed, the Job ends and deletes itself. A client that lives gives up earlier, because it can give the reason.
const grace = Duration.minutes(1)
const ttlSeconds = 60

/** The task of a short pod. */
export interface Task {
  readonly backend: string
  /** The operation, for error messages: `find main of https://…`. */
  readonly operation: string
  /** The verb of the script, which is also the name of the pod's only container. */
  readonly verb: string
  readonly namespace: string
  /** The beginning of the Job's name. */
  readonly prefix: string
  /** The build whose deletion deletes the Job; undefined before there is a record. */
  readonly owner: BuildRef | undefined
  /** From the creation of the Job on: its pod waits for a node and an image, as any pod. */
  readonly timeout: Duration.Duration
  /** What to look at if the pod does not end in time and gives no reason. */
  readonly advice: string
  readonly spec: JsonObject
}

/** How the pod ended: `failure` is why the platform ended it, which takes precedence over the output of its script. */
export interface Ended extends TerminationMessage.ScriptEnd {
  readonly failure: PodFailure.PodFailure | undefined
}

const isOurs = (message: string): boolean => TerminationMessage.parse(message) !== undefined

/** Undefined while the pod goes on. */
const endOf = (pod: Resources.Pod, verb: string): Ended | undefined => {
  const { containerStatuses = [], phase } = pod.status ?? {}
  const terminated = containerStatuses.find(({ name }) => name === verb)?.state?.terminated
  const failure = PodFailure.classify(pod, isOurs)
  const isOver = phase === "Succeeded" || phase === "Failed" || terminated !== undefined || failure !== undefined
  return isOver
    ? { failure, ...TerminationMessage.scriptEnd(terminated?.exitCode, terminated?.message ?? "") }
    : undefined
}

/** Runs the task's pod until it ends, and deletes it. Errors of the API server are returned as they are. */
export const run = (cluster: Cluster.Service, task: Task): Effect.Effect<Ended, ClusterError | BackendError> => {
  const { advice, backend, namespace, operation, owner, prefix, spec, timeout, verb } = task
  // The last state of the pod has the reason why it did not end.
  let last: Resources.Pod | undefined
  return Effect.gen(function*() {
    const name = yield* Effect.sync(() => `${prefix}${randomUUID().slice(0, 8)}`)
    const labels = { [RecordMetadata.label.managedBy]: RecordMetadata.manager, [taskLabel]: name }
    const pods = yield* cluster.reflect(Resources.Pod, { namespace, labelSelector: `${taskLabel}=${name}` })
    const job = Resource.object(Resources.Job, {
      metadata: {
        name,
        namespace,
        labels,
        ...(owner === undefined ? {} : { ownerReferences: BuildRecord.ownerReferences(owner) })
      },
      spec: {
        backoffLimit: 0,
        activeDeadlineSeconds: Duration.toSeconds(Duration.sum(timeout, grace)),
        ttlSecondsAfterFinished: ttlSeconds,
        template: { metadata: { labels }, spec }
      }
    })
    yield* Effect.acquireRelease(
      cluster.create(Resources.Job, job, { namespace, strict: true }),
      () =>
        cluster.delete(Resources.Job, name, { namespace, propagation: "Background" }).pipe(
          Effect.interruptible,
          Effect.timeoutOption(deletionTimeout),
          Effect.ignore
        )
    )
    return yield* pods.changes(() => true).pipe(
      Stream.filterMap(({ object }) => {
        last = object
        return Option.fromNullable(endOf(object, verb))
      }),
      Stream.runHead,
      Effect.map(Option.getOrUndefined)
    )
  }).pipe(
    Effect.scoped,
    Effect.timeoutTo({ duration: timeout, onSuccess: (ended) => ended, onTimeout: () => undefined }),
    Effect.flatMap((ended) =>
      ended === undefined
        ? new BackendError({
          backend,
          reason: "Timeout",
          operation,
          detail: (last === undefined ? undefined : PodBlocked.classify(last, [])?.message) ?? advice
        })
        : Effect.succeed(ended)
    )
  )
}
