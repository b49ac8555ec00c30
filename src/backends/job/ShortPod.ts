/**
 * A short pod that runs one verb of the script and is gone afterwards: a Job of one pod, for which builds need the permissions anyway.
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
import * as Resource from "../../kubernetes/Resource.js"
import * as Resources from "../../kubernetes/Resources.js"
import { backendError } from "../controller/ErrorMapping.js"
import * as BuildRecord from "../record/BuildRecord.js"
import * as RecordMetadata from "../record/RecordMetadata.js"

/** The label of such a Job and its pod; they do not have the labels of builds, which would make them children of the record. */
export const taskLabel = "effect-os-builder/task"

/** How long such a pod may take, from its creation on: it fetches little, and waits for a node as any pod. */
export const timeout = Duration.minutes(5)

// How long the deletion may take when the caller is interrupted; otherwise the garbage collector deletes the Job with its record.
const deletionTimeout = Duration.seconds(10)

// The Job of a client that was killed deletes itself.
const ttlSeconds = 60

/** How the container of the pod ended, or why the pod has no such end. */
export interface Ended {
  readonly pod: Resources.Pod
  readonly exitCode: number | undefined
  readonly message: string
}

const isOver = ({ status }: Resources.Pod): boolean => status?.phase === "Succeeded" || status?.phase === "Failed"

const endOf = (pod: Resources.Pod, container: string): Ended => {
  const terminated = pod.status?.containerStatuses?.find(({ name }) => name === container)?.state?.terminated
  return { pod, exitCode: terminated?.exitCode, message: terminated?.message ?? "" }
}

/**
 * Runs the pod for a build, and deletes it. `spec` is that of its pod, whose only container is named `verb`.
 */
export const run = (
  cluster: Cluster.Service,
  options: { readonly backend: string; readonly ref: BuildRef; readonly verb: string; readonly spec: JsonObject }
): Effect.Effect<Ended, BackendError> => {
  const { backend, ref, spec, verb } = options
  const { namespace } = ref
  const operation = `run ${verb} for ${ref}`
  return Effect.gen(function*() {
    const name = yield* Effect.sync(() => `${ref.name}-${verb}-${randomUUID().slice(0, 8)}`)
    const labels = { [RecordMetadata.label.managedBy]: RecordMetadata.manager, [taskLabel]: name }
    const pods = yield* cluster.reflect(Resources.Pod, { namespace, labelSelector: `${taskLabel}=${name}` })
    const job = Resource.object(Resources.Job, {
      metadata: { name, namespace, labels, ownerReferences: BuildRecord.ownerReferences(ref) },
      spec: {
        backoffLimit: 0,
        activeDeadlineSeconds: Duration.toSeconds(timeout),
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
      Stream.filterMap(({ object }) => isOver(object) ? Option.some(endOf(object, verb)) : Option.none()),
      Stream.runHead,
      Effect.map(Option.getOrUndefined)
    )
  }).pipe(
    Effect.scoped,
    Effect.mapError(backendError(backend, operation)),
    Effect.timeoutTo({ duration: timeout, onSuccess: (ended) => ended, onTimeout: () => undefined }),
    Effect.flatMap((ended) =>
      ended === undefined
        ? new BackendError({
          backend,
          reason: "Timeout",
          operation,
          detail: `its pod did not end within ${
            Duration.format(timeout)
          }; does it find a node, its image and its secret?`
        })
        : Effect.succeed(ended)
    )
  )
}
