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
      const emitted = new Set<string>()
      let hasBegun = false

      /** The next log to read; none once the build has ended and every log was read. */
      const next: Effect.Effect<Option.Option<LogSource>, BackendError> = Effect.suspend(() => {
        const { build } = subscription
        const snapshot = build === undefined ? undefined : snapshotOf(build)
        const sources = snapshot === undefined ? [] : sourcesOf(snapshot)
        if (!hasBegun && tailLines !== undefined) {
          sources.filter(({ state }) => state !== "waiting").slice(0, -1).forEach(({ key }) => emitted.add(key))
        }
        const source = sources.find(({ key }) => !emitted.has(key))
        if (source !== undefined && source.state !== "waiting") {
          emitted.add(source.key)
          return Effect.succeedSome(source)
        }
        if (build !== undefined && isOver(build)) return Effect.succeedNone
        return subscription.error ?? Effect.zipRight(subscription.change(), next)
      })

      const sourceNow = (key: string): LogSource | undefined => {
        const snapshot = subscription.build === undefined ? undefined : snapshotOf(subscription.build)
        return snapshot === undefined ? undefined : sourcesOf(snapshot).find((source) => source.key === key)
      }

      /** Completes once a log cannot grow any more. */
      const isClosed = (key: string): Effect.Effect<void> =>
        Effect.suspend(() => {
          const { build, error } = subscription
          const { state = "closed" } = sourceNow(key) ?? {}
          if (state === "closed" || (build !== undefined && isOver(build))) return Effect.void
          return error === undefined ? Effect.zipRight(subscription.change(), isClosed(key)) : Effect.never
        })

      const rest: Lines = Stream.unwrap(Effect.map(next, (found): Lines => {
        if (Option.isNone(found)) return Stream.empty
        const ended = Effect.zipRight(isClosed(found.value.key), Effect.sleep(Timing.logEndDelay))
        const options = { follow: true, ended, tailLines: hasBegun ? undefined : tailLines }
        hasBegun = true
        return Stream.concat(
          read(ref, found.value, options, () => sourceNow(found.value.key) ?? found.value),
          Stream.suspend(() => rest)
        )
      }))
      return rest
    }))

  return (ref: BuildRef, options?: LogsOptions): Lines =>
    options?.follow === true ? following(ref, options.tailLines) : current(ref, options?.tailLines)
}
