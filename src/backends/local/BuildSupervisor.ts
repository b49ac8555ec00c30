/**
 * Supervises builds on this machine: one process runs a build, any process can read it, and another one ends it if its process
 * is gone.
 */
import type * as FileSystem from "@effect/platform/FileSystem"
import * as Cause from "effect/Cause"
import * as DateTime from "effect/DateTime"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import { randomUUID } from "node:crypto"
import type { BackendError } from "../../core/BuildError.js"
import * as BuildInput from "../../core/BuildInput.js"
import { BuildRef } from "../../core/BuildRef.js"
import * as BuildStatus from "../../core/BuildStatus.js"
import * as Attempt from "./Attempt.js"
import type { BuildahEnvironment } from "./AttemptFolder.js"
import * as LogFile from "./LogFile.js"
import * as ProcessIdentity from "./ProcessIdentity.js"
import type { References } from "./References.js"
import type { Sandbox } from "./Sandbox.js"
import { LocalRecord, Outcome, Progress, type StateDirectory } from "./StateDirectory.js"

// The time without a heartbeat after which a process on another machine counts as gone: clocks differ, and disks are slow.
const silence = Duration.minutes(1)

export interface Options {
  readonly fs: FileSystem.FileSystem
  readonly state: StateDirectory
  readonly sandbox: Effect.Effect<Sandbox>
  readonly buildah: Effect.Effect<BuildahEnvironment>
  readonly workDirectory: string
  /** The interval at which to check whether a build should stop. */
  readonly interval: Duration.DurationInput
  readonly retryDelay: Duration.DurationInput
}

export interface BuildSupervisor {
  /**
   * Records a new build and starts it in the background; closing the scope cancels it. Undefined if a build of that name
   * exists already.
   */
  readonly begin: (
    input: BuildInput.BuildInput,
    references: References,
    place: {
      readonly backend: string
      readonly namespace: string
      readonly name: string
      readonly folders?: string | undefined
    }
  ) => Effect.Effect<BuildRef | undefined, BackendError>
  readonly status: (record: LocalRecord) => Effect.Effect<BuildStatus.BuildStatus, BackendError>
  /** The status of an unfinished build of this process, from memory; undefined for any other build, and once it is removed. */
  readonly current: (uid: string) => BuildStatus.BuildStatus | undefined
  /** Returns once an unfinished build of this process has ended; never for any other build. */
  readonly whenEnded: (uid: string) => Effect.Effect<void>
  /** Returns once `current` of an unfinished build of this process is another than `seen`; at once for any other build. */
  readonly whenChanged: (uid: string, seen: BuildStatus.BuildStatus) => Effect.Effect<void>
}

/** A build that this process runs. */
interface Unfinished {
  /** Undefined once the build is removed. */
  status: BuildStatus.BuildStatus | undefined
  /** Completed with the next change of the status. */
  changed: Deferred.Deferred<void>
  readonly ended: Deferred.Deferred<void>
}

export const make = (options: Options): Effect.Effect<BuildSupervisor, never, Scope.Scope> =>
  Effect.gen(function*() {
    const { fs, state } = options
    const scope = yield* Effect.scope
    const owner = yield* ProcessIdentity.self(fs)

    /** Outcomes that could not be stored, so that waiting callers in this process return even if the disk is full. */
    const unkept = new Map<string, BuildStatus.Terminal>()

    const unfinished = new Map<string, Unfinished>()

    /** Sets the status, and wakes those who wait for its change; a build that is removed has none any more. */
    const setStatus = (uid: string, status: BuildStatus.BuildStatus | undefined) =>
      Effect.flatMap(Deferred.make<void>(), (next) => {
        const build = unfinished.get(uid)
        if (build?.status === undefined) return Effect.void
        const { changed } = build
        build.status = status
        build.changed = next
        return Deferred.succeed(changed, undefined)
      })

    const whenChanged: BuildSupervisor["whenChanged"] = (uid, seen) =>
      Effect.suspend(() => {
        const build = unfinished.get(uid)
        return build?.status === seen ? Deferred.await(build.changed) : Effect.void
      })

    const whenEnded: BuildSupervisor["whenEnded"] = (uid) =>
      Effect.suspend(() => {
        const build = unfinished.get(uid)
        return build === undefined ? Effect.never : Deferred.await(build.ended)
      })

    const leave = (uid: string) =>
      Effect.suspend(() => {
        const build = unfinished.get(uid)
        unfinished.delete(uid)
        return build === undefined
          ? Effect.void
          : Effect.andThen(Deferred.succeed(build.changed, undefined), Deferred.succeed(build.ended, undefined))
      })

    const end = (record: LocalRecord, status: BuildStatus.Terminal) =>
      Effect.flatMap(DateTime.now, (finishedAt) => state.setOutcome(record.ref, new Outcome({ status, finishedAt })))

    const attempts = (
      record: LocalRecord,
      input: BuildInput.BuildInput,
      references: References,
      buildah: BuildahEnvironment,
      startedAt: DateTime.Utc,
      attempt: number
    ): Effect.Effect<BuildStatus.Terminal, BackendError> =>
      Effect.gen(function*() {
        yield* state.setProgress(record.ref, new Progress({ attempt, startedAt }))
        yield* setStatus(record.ref.uid, new BuildStatus.Running({ attempt, startedAt }))
        const result = yield* Attempt.run(buildah, {
          input,
          references,
          folder: record.workFolder,
          log: state.logFile(record.ref)
        })
        if (result instanceof BuildStatus.BuiltImage) {
          return new BuildStatus.Succeeded({ image: result, startedAt, finishedAt: yield* DateTime.now })
        }
        const retries = input.retries ?? BuildInput.defaults.retries
        if (result._tag === "Failed" || !result.retryable || attempt > retries) return result
        yield* Effect.sleep(Duration.times(Duration.decode(options.retryDelay), 2 ** (attempt - 1)))
        return yield* attempts(record, input, references, buildah, startedAt, attempt + 1)
      })

    /** Ends with the request to stop. One look at the directory each time finds out too whether the build has been removed. */
    const stopped = (record: LocalRecord): Effect.Effect<BuildStatus.Terminal, BackendError> =>
      state.intervention(record.ref).pipe(
        Effect.tap((intervention) => intervention === "removed" ? setStatus(record.ref.uid, undefined) : Effect.void),
        Effect.map((intervention) => intervention === "stop"),
        Effect.delay(options.interval),
        Effect.repeat({ until: (isStopped) => isStopped }),
        Effect.as(new BuildStatus.Cancelled({}))
      )

    // Frequent enough that a few heartbeats may be late.
    const givingSigns = (record: LocalRecord) =>
      DateTime.now.pipe(
        Effect.flatMap((now) => state.setSign(record.ref, now)),
        Effect.ignore,
        Effect.repeat(Schedule.spaced(Duration.times(silence, 0.2)))
      )

    const live = (record: LocalRecord, input: BuildInput.BuildInput, references: References) =>
      Effect.gen(function*() {
        const startedAt = yield* DateTime.now
        return yield* attempts(record, input, references, yield* options.buildah, startedAt, 1)
      }).pipe(
        Effect.raceFirst(stopped(record)),
        Effect.raceFirst(Effect.andThen(givingSigns(record), Effect.never)),
        Effect.interruptible,
        Effect.catchAllCause((cause) =>
          Effect.succeed(
            Cause.isInterruptedOnly(cause)
              ? new BuildStatus.Cancelled({})
              : BuildStatus.errored("Unknown", { message: Cause.pretty(cause) })
          )
        ),
        Effect.flatMap((status) =>
          Effect.catchAllCause(end(record, status), (cause) => {
            unkept.set(record.ref.uid, status)
            return Effect.logError(
              `The outcome of ${record.ref} cannot be stored, and is lost when this process exits`,
              cause
            )
          })
        ),
        Effect.ensuring(leave(record.ref.uid)),
        // The image is pushed: nobody has to wait until the files of an operating system are deleted.
        Effect.ensuring(Effect.flatMap(options.sandbox, ({ clear }) => clear(record.workFolder))),
        Effect.uninterruptible
      )

    const begin: BuildSupervisor["begin"] = (input, references, { backend, folders, name, namespace }) =>
      Effect.uninterruptible(Effect.gen(function*() {
        const uid = randomUUID()
        const record = new LocalRecord({
          ref: new BuildRef({ backend, namespace, name, uid }),
          fingerprint: BuildInput.fingerprint(input),
          createdAt: yield* DateTime.now,
          finalImage: input.finalImage.pullspec,
          metadata: input.metadata,
          ...(folders === undefined ? {} : { folders }),
          owner,
          workFolder: `${options.workDirectory}/${uid}`
        })
        if (!(yield* state.create(record, input))) return undefined
        const [changed, ended] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
        unfinished.set(uid, { status: new BuildStatus.Pending({}), changed, ended })
        yield* Effect.forkIn(live(record, input, references), scope)
        return record.ref
      }))

    /** Ends a build whose process is gone, after removing its leftovers. */
    const markOrphaned = (record: LocalRecord) =>
      Effect.gen(function*() {
        const { clear, evict } = yield* options.sandbox
        yield* evict(record.workFolder)
        yield* clear(record.workFolder)
        yield* end(
          record,
          (yield* state.isStopped(record.ref))
            ? new BuildStatus.Cancelled({})
            : BuildStatus.errored("NodeLost", {
              message: `the process that ran this build (pid ${record.owner.pid}) exited before the build ended`,
              logTail: yield* LogFile.tail(fs, state.logFile(record.ref), Attempt.tailLines)
            })
        )
      })

    /** A process of this machine and process namespace is looked up; a process elsewhere must write heartbeats. */
    const isAlive = (record: LocalRecord) =>
      record.owner.place === owner.place
        ? ProcessIdentity.isAlive(fs, record.owner)
        : Effect.zipWith(
          state.heartbeat(record.ref),
          DateTime.now,
          (heartbeat, now) => DateTime.distance(heartbeat ?? record.createdAt, now) < Duration.toMillis(silence)
        )

    const status: BuildSupervisor["status"] = (record) =>
      Effect.gen(function*() {
        const own = unfinished.get(record.ref.uid)?.status
        if (own !== undefined) return own
        const outcome = yield* state.outcome(record.ref)
        const known = outcome?.status ?? unkept.get(record.ref.uid)
        if (known !== undefined) return known
        if (!(yield* isAlive(record))) {
          yield* markOrphaned(record)
          const last = yield* state.outcome(record.ref)
          if (last !== undefined) return last.status
        }
        const progress = yield* state.progress(record.ref)
        return progress === undefined
          ? new BuildStatus.Pending({})
          : new BuildStatus.Running({ startedAt: progress.startedAt, attempt: progress.attempt })
      })

    return { begin, status, current: (uid) => unfinished.get(uid)?.status, whenEnded, whenChanged }
  })
