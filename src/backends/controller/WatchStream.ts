/**
 * The statuses of all builds of a namespace, in one stream.
 */
import type * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type { BackendError } from "../../core/BuildError.js"
import * as BuildStatus from "../../core/BuildStatus.js"
import type { BuildSummary } from "../../core/service/BuildService.js"
import * as Pull from "../../effect/Pull.js"
import type * as Resource from "../../kubernetes/Resource.js"
import type { RecordMetadata } from "../record/RecordMetadata.js"
import type { BuildControllers } from "./BuildControllers.js"
import type { Watcher } from "./FollowedBuilds.js"
import * as Summary from "./Summary.js"

/** The status of a build that the consumer has read, and the one that it has not read yet. */
interface Reported {
  read: BuildStatus.BuildStatus | undefined
  unread: BuildSummary | undefined
}

/** Keeps the latest status of each build until it is read. */
class LatestOfEach implements Watcher {
  readonly operation: string
  readonly fingerprint: string | undefined
  private readonly builds = new Map<string, Reported>()
  private unread: Array<Reported> = []
  private error: BackendError | undefined
  private readonly changed = Effect.unsafeMakeLatch(false)

  constructor(operation: string, fingerprint: string | undefined) {
    this.operation = operation
    this.fingerprint = fingerprint
  }

  report(metadata: RecordMetadata, status: BuildStatus.BuildStatus, now: DateTime.Utc, isGone: boolean): void {
    const { uid } = metadata.ref
    const known = this.builds.get(uid)
    // The removal of a build that was never reported is not news.
    if (known === undefined && isGone) return
    const reported: Reported = known ?? { read: undefined, unread: undefined }
    if (known === undefined) this.builds.set(uid, reported)
    if (reported.unread === undefined) this.unread.push(reported)
    reported.unread = Summary.make(metadata, status, now)
    this.changed.unsafeOpen()
  }

  forget(uid: string): void {
    this.builds.delete(uid)
  }

  fail(error: BackendError): void {
    this.error ??= error
    this.changed.unsafeOpen()
  }

  readonly pull: Pull.Pull<BuildSummary, BackendError> = Effect.suspend(() => {
    const summaries = this.take()
    if (summaries.length > 0) return Pull.emit(summaries, Pull.end)
    if (this.error !== undefined) return Pull.fail(this.error)
    this.changed.unsafeClose()
    return Effect.zipRight(this.changed.await, this.pull)
  })

  private take(): ReadonlyArray<BuildSummary> {
    const taken = this.unread
    this.unread = []
    return taken.flatMap((reported) => {
      const { read, unread } = reported
      reported.unread = undefined
      if (unread === undefined || (read !== undefined && BuildStatus.equivalence(read, unread.status))) return []
      reported.read = unread.status
      return [unread]
    })
  }
}

/** Emits each build as it is and then each change. A slow consumer receives only the latest status of each build. */
export const make =
  <Child extends Resource.Metadata>(controllers: BuildControllers<Child>) =>
  (namespace: string, fingerprint?: string): Pull.Open<BuildSummary, BackendError> =>
    Effect.gen(function*() {
      const watcher = new LatestOfEach(`watch the builds of ${namespace}`, fingerprint)
      const controller = yield* controllers.get(namespace)
      yield* Effect.acquireRelease(
        Effect.sync(() => controller.watch(watcher)),
        () => Effect.sync(() => controller.unwatch(watcher))
      )
      return watcher.pull
    })
