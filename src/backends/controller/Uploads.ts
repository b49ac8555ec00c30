/**
 * Uploads contexts to the pods that wait for them, from the process whose `build` named the folder.
 *
 * Several clients may build the same input at once, but only one may write to the standard input of a pod: the client that first
 * writes the pod's uid to the record. If that client is lost, the pod ends with a retryable error, and any client may upload to
 * the pod of the next attempt.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { type BackendError, type BuildNotFound, BuildRejected, Issue } from "../../core/BuildError.js"
import type { BuildRef } from "../../core/BuildRef.js"
import * as BuildStatus from "../../core/BuildStatus.js"
import type { UploadSource } from "../../core/input/BuildContext.js"
import type * as Resource from "../../kubernetes/Resource.js"
import * as Resources from "../../kubernetes/Resources.js"
import * as Folder from "../context/Folder.js"
import * as Gzip from "../context/Gzip.js"
import * as RecordMetadata from "../record/RecordMetadata.js"
import { type BuildControllers, Subscription } from "./BuildControllers.js"
import { latest, ownedBy } from "./BuildState.js"
import type { ControllerContext } from "./ControllerContext.js"
import { backendError } from "./ErrorMapping.js"
import { isOver, snapshotOf, type WatchedBuild } from "./WatchedBuild.js"

export interface Uploads {
  /** Uploads the context until a pod has it, or the build has ended. A folder that has changed stops the build. */
  readonly upload: (
    ref: BuildRef,
    source: UploadSource
  ) => Effect.Effect<void, BuildRejected | BackendError | BuildNotFound>
  /** Keeps the folder of a build, to which {@link Uploads.again} then uploads. */
  readonly remember: (ref: BuildRef, source: UploadSource) => Effect.Effect<void>
  readonly isRemembered: (ref: BuildRef) => boolean
  /** Uploads to every pod of a build whose folder is remembered, until the build has ended. */
  readonly again: (ref: BuildRef) => Effect.Effect<void>
}

/** Builds whose folders are remembered. */
const maxRemembered = 1_000

type PodState = "waiting" | "running" | "done" | "failed"

export const make = <Child extends Resource.Metadata>(
  { cluster, definition, reconciler, store }: ControllerContext<Child>,
  controllers: BuildControllers<Child>
): Uploads => {
  const { name: backend, uploadContainer } = definition
  const sources = new Map<string, UploadSource>()

  const stateOf = ({ status }: Resources.Pod): PodState => {
    const { running, terminated } =
      status?.initContainerStatuses?.find(({ name }) => name === uploadContainer)?.state ?? {}
    return running !== undefined
      ? "running"
      : terminated === undefined
      ? "waiting"
      : terminated.exitCode === 0
      ? "done"
      : "failed"
  }

  const podsOf = (build: WatchedBuild<Child>): ReadonlyArray<Resources.Pod> => {
    const snapshot = snapshotOf(build)
    const child = snapshot === undefined ? undefined : latest(snapshot.children)
    return child === undefined ? [] : build.pods.filter((pod) => ownedBy(pod, child.metadata.uid))
  }

  /** Whether this client is the one that uploads to the pod. */
  const claim = (ref: BuildRef, pod: Resources.Pod): Effect.Effect<boolean, BackendError> =>
    Effect.flatMap(
      store.metadata(ref),
      (record) =>
        Option.isNone(record) || record.value.uploadedTo === pod.metadata.uid || Option.isSome(record.value.stop)
          ? Effect.succeed(false)
          : store.annotate(record.value, { [RecordMetadata.annotation.upload]: pod.metadata.uid }).pipe(
            // Another write came between: the pod may still be free.
            Effect.flatMap((written) => written ? Effect.succeed(true) : claim(ref, pod))
          )
    )

  const changed = (ref: BuildRef, { message }: Folder.FolderChanged) =>
    Effect.zipRight(
      reconciler.stop(ref, BuildStatus.errored("UploadFailed", { message })),
      new BuildRejected({ reason: "InvalidInput", issues: [new Issue({ path: "context.upload", message })] })
    )

  /** Sends the folder. A lost connection ends the attempt of the pod, and no more. */
  const send = (ref: BuildRef, pod: Resources.Pod, source: UploadSource) =>
    Effect.gen(function*() {
      const { digest, directory } = source
      const folder = yield* Folder.list(source).pipe(
        Effect.mapError(({ refusals: [{ path, problem }] }) => new Folder.FolderChanged({ directory, path, problem }))
      )
      yield* Stream.runDrain(cluster.attach(Resources.Pod, pod.metadata.name, {
        namespace: ref.namespace,
        container: uploadContainer,
        stdin: Gzip.compress(Folder.verified(folder, digest))
      }))
    }).pipe(
      Effect.catchTags({
        ClusterError: (error) =>
          error.reason === "Forbidden"
            ? Effect.fail(backendError(backend, `upload the context of ${ref}`)(error))
            : Effect.logWarning(`The upload of the context of ${ref} was cut: ${error.message}`),
        FolderChanged: (error) => changed(ref, error)
      })
    )

  const follow = (ref: BuildRef, source: UploadSource, endsWithUpload: boolean) =>
    Effect.scoped(Effect.gen(function*() {
      const record = yield* store.summary(ref)
      if (Option.isSome(record.outcome)) return
      const subscription = yield* Effect.acquireRelease(
        Effect.sync(() => new Subscription(controllers, `upload the context of ${ref}`)),
        (subscription) => subscription.close()
      )
      yield* subscription.open(record)
      const tried = new Set<string>()
      while (true) {
        const { build, error } = subscription
        if (error !== undefined) return yield* error
        const pods = build === undefined ? [] : podsOf(build)
        if (build === undefined || isOver(build)) return
        if (endsWithUpload && pods.some((pod) => stateOf(pod) === "done")) return
        const next = pods.find((pod) => stateOf(pod) === "running" && !tried.has(pod.metadata.uid))
        if (next === undefined) {
          yield* subscription.change()
        } else {
          tried.add(next.metadata.uid)
          if (yield* claim(ref, next)) yield* send(ref, next, source)
        }
      }
    }))

  const remember: Uploads["remember"] = (ref, source) =>
    Effect.sync(() => {
      sources.set(ref.uid, source)
      const [oldest] = sources.keys()
      if (oldest !== undefined && sources.size > maxRemembered) sources.delete(oldest)
    })

  return {
    remember,
    isRemembered: ({ uid }) => sources.has(uid),
    upload: (ref, source) => Effect.zipRight(remember(ref, source), follow(ref, source, true)),
    again: (ref) =>
      Effect.suspend(() => {
        const source = sources.get(ref.uid)
        return source === undefined
          ? Effect.void
          // The status of the build has the reason.
          : Effect.catchAll(follow(ref, source, false), (error) => Effect.logDebug(error.message))
      })
  }
}
