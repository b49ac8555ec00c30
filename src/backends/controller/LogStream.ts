/**
 * The log of one build: of all its attempts, in their order.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { BackendError, BuildNotFound } from "../../core/BuildError.js"
import type { BuildRef } from "../../core/BuildRef.js"
import type * as BuildStatus from "../../core/BuildStatus.js"
import type { LogsOptions } from "../../core/service/BuildService.js"
import type * as Cluster from "../../kubernetes/Cluster.js"
import type * as Resource from "../../kubernetes/Resource.js"
import { attemptOf } from "../record/RecordMetadata.js"
import { type BuildControllers, Subscription } from "./BuildControllers.js"
import { type BuildState, observed } from "./BuildState.js"
import type { ControllerContext } from "./ControllerContext.js"
import type { LogSource } from "./Definition.js"
import { backendError } from "./ErrorMapping.js"
import * as LostLog from "./LostLog.js"
import * as Timing from "./Timing.js"
import { isOver, snapshotOf } from "./WatchedBuild.js"

type Lines = Stream.Stream<string, BuildNotFound | BackendError>

const storedTail = (status: BuildStatus.Terminal): ReadonlyArray<string> => "logTail" in status ? status.logTail : []

const oncePerLog = (lines: () => ReadonlyArray<string>) => {
  let isFirst = true
  return (): ReadonlyArray<string> => {
    const emitted = isFirst ? lines() : []
    isFirst = false
    return emitted
  }
}

export const make = <Child extends Resource.Metadata>(
  { cluster, definition, known, store }: ControllerContext<Child>,
  controllers: BuildControllers<Child>
) => {
  const sourcesOf = (snapshot: BuildState<Child>): ReadonlyArray<LogSource> =>
    snapshot.children
      .toSorted((a, b) => attemptOf(a) - attemptOf(b))
      .flatMap((child) => definition.logs(observed(snapshot, child)))

  /** Reads a log, or the stored tail of a log that no longer exists, as `latest` returns it. */
  const read = (
    ref: BuildRef,
    source: LogSource,
    options: Pick<Cluster.LogOptions, "ended" | "follow" | "tailLines">,
    latest: () => LogSource = () => source
  ): Lines => {
    // The log of a Build consists of those of several containers, and a lost node loses all of them.
    const replacement = oncePerLog(() => LostLog.replacement(latest()))
    return cluster.logs(source.resource, source.name, {
      ...options,
      namespace: ref.namespace,
      container: source.container,
      follow: options.follow === true && source.state === "open"
    }).pipe(
      Stream.mapConcat((line) => LostLog.lines(line, replacement)),
      Stream.catchAll((error) =>
        LostLog.isLost(error)
          ? Stream.fromIterable(replacement())
          : Stream.fail(backendError(definition.name, `read the log of ${ref}`)(error))
      )
    )
  }

  const current = (ref: BuildRef, tailLines: number | undefined): Lines =>
    Stream.unwrap(Effect.gen(function*() {
      const snapshot = yield* store.state(ref)
      const sources = sourcesOf(snapshot).filter(({ state }) => state !== "waiting")
      const tail = Option.match(snapshot.record.outcome, {
        onNone: () => [],
        onSome: ({ status }) => storedTail(status)
      })
      const all: Lines = sources.length > 0 || tail.length === 0
        ? Stream.flatMap(
          Stream.fromIterable(sources),
          (source) =>
            read(ref, source, { tailLines }, () =>
              source === sources.at(-1) && tail.length > 0 ? { ...source, tail } : source)
        )
        : Stream.make(LostLog.marker("the log but for its end"), ...tail)
      return tailLines === undefined ? all : Stream.takeRight(all, tailLines)
    }))

  const following = (ref: BuildRef, tailLines: number | undefined): Lines =>
    Stream.unwrapScoped(Effect.gen(function*() {
      const record = yield* known.summary(ref)
      if (Option.isSome(record.outcome)) return current(ref, tailLines)
      const subscription = yield* Effect.acquireRelease(
        Effect.sync(() => new Subscription(controllers, `follow the log of ${ref}`)),
        (subscription) => subscription.close()
      )
      yield* subscription.open(record)
      const logs = new FollowedLogs(subscription, sourcesOf, tailLines)

      const rest: Lines = Stream.unwrap(Effect.map(logs.next(), (found): Lines => {
        if (Option.isNone(found)) return Stream.empty
        const { source, tailLines } = found.value
        const ended = Effect.zipRight(logs.isClosed(source), Effect.sleep(Timing.logEndDelay))
        return Stream.concat(
          read(ref, source, { follow: true, ended, tailLines }, () => logs.now(source) ?? source),
          Stream.suspend(() => rest)
        )
      }))
      return rest
    }))

  return (ref: BuildRef, options?: LogsOptions): Lines =>
    options?.follow === true ? following(ref, options.tailLines) : current(ref, options?.tailLines)
}

/** The logs of a build that is followed, one after another. */
class FollowedLogs<Child extends Resource.Metadata> {
  private readonly read = new Set<string>()
  private hasBegun = false
  private readonly subscription: Subscription<Child>
  private readonly sourcesOf: (snapshot: BuildState<Child>) => ReadonlyArray<LogSource>
  private readonly tailLines: number | undefined

  /** With `tailLines` it begins with the latest log, and of that with its last lines. */
  constructor(
    subscription: Subscription<Child>,
    sourcesOf: (snapshot: BuildState<Child>) => ReadonlyArray<LogSource>,
    tailLines: number | undefined
  ) {
    this.subscription = subscription
    this.sourcesOf = sourcesOf
    this.tailLines = tailLines
  }

  /** The next log to read; none once the build has ended and every log was read. */
  next(): Effect.Effect<
    Option.Option<Pick<Cluster.LogOptions, "tailLines"> & { readonly source: LogSource }>,
    BackendError
  > {
    return Effect.suspend(() => {
      const { build, error } = this.subscription
      const sources = this.sources()
      if (!this.hasBegun && this.tailLines !== undefined) {
        sources.filter(({ state }) => state !== "waiting").slice(0, -1).forEach(({ key }) => this.read.add(key))
      }
      const source = sources.find(({ key }) => !this.read.has(key))
      if (source !== undefined && source.state !== "waiting") {
        this.read.add(source.key)
        const tailLines = this.hasBegun ? undefined : this.tailLines
        this.hasBegun = true
        return Effect.succeedSome({ source, tailLines })
      }
      if (build !== undefined && isOver(build)) return Effect.succeedNone
      return error ?? Effect.zipRight(this.subscription.change(), this.next())
    })
  }

  /** The same log as it is now. */
  now({ key }: LogSource): LogSource | undefined {
    return this.sources().find((source) => source.key === key)
  }

  /** Completes once a log cannot grow any more. */
  isClosed(source: LogSource): Effect.Effect<void> {
    return Effect.suspend(() => {
      const { build, error } = this.subscription
      const { state = "closed" } = this.now(source) ?? {}
      if (state === "closed" || (build !== undefined && isOver(build))) return Effect.void
      return error === undefined ? Effect.zipRight(this.subscription.change(), this.isClosed(source)) : Effect.never
    })
  }

  private sources(): ReadonlyArray<LogSource> {
    const { build } = this.subscription
    const snapshot = build === undefined ? undefined : snapshotOf(build)
    return snapshot === undefined ? [] : this.sourcesOf(snapshot)
  }
}
