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
import type * as Resource from "../../kubernetes/Resource.js"
import { attemptOf } from "../record/RecordMetadata.js"
import { type BuildControllers, Subscription } from "./BuildControllers.js"
import { type BuildState, observed } from "./BuildState.js"
import type { ControllerContext } from "./ControllerContext.js"
import type { LogSource } from "./Definition.js"
import { backendError } from "./ErrorMapping.js"
import { isOver, snapshotOf } from "./WatchedBuild.js"

type Lines = Stream.Stream<string, BuildNotFound | BackendError>

/** The line in place of a part of the log that does not exist any more. */
const unavailable = (what: string): string => `[os-builder] ${what} is not available any more`

const storedTail = (status: BuildStatus.Terminal): ReadonlyArray<string> => "logTail" in status ? status.logTail : []

export const make = <Child extends Resource.Metadata>(
  { cluster, definition, store }: ControllerContext<Child>,
  controllers: BuildControllers<Child>
) => {
  const sourcesOf = (snapshot: BuildState<Child>): ReadonlyArray<LogSource> =>
    snapshot.children
      .toSorted((a, b) => attemptOf(a) - attemptOf(b))
      .flatMap((child) => definition.logs(observed(snapshot, child)))

  /** A log, or the stored tail of one that does not exist any more. */
  const read = (
    ref: BuildRef,
    source: LogSource,
    options: LogsOptions,
    tail: ReadonlyArray<string> = []
  ): Lines =>
    cluster.logs(source.resource, source.name, {
      namespace: ref.namespace,
      container: source.container,
      follow: options.follow === true && source.state === "open",
      tailLines: options.tailLines
    }).pipe(
      Stream.catchAll((error) =>
        // 404: the object does not exist any more. 400: nor does its container, or it has never run.
        error.reason === "NotFound" || error.reason === "Invalid"
          ? Stream.make(unavailable(`the log of ${source.name}${tail.length > 0 ? " but for its end" : ""}`), ...tail)
          : Stream.fail(backendError(definition.name, `read the log of ${ref}`)(error))
      )
    )

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
          (source) => read(ref, source, { tailLines }, source === sources.at(-1) ? tail : [])
        )
        : Stream.make(unavailable("the log but for its end"), ...tail)
      return tailLines === undefined ? all : Stream.takeRight(all, tailLines)
    }))

  const following = (ref: BuildRef, tailLines: number | undefined): Lines =>
    Stream.unwrapScoped(Effect.gen(function*() {
      const record = yield* store.summary(ref)
      if (Option.isSome(record.outcome)) return current(ref, tailLines)
      const subscription = yield* Effect.acquireRelease(
        Effect.sync(() => new Subscription(controllers, { operation: `follow the log of ${ref}`, wantsObjects: true })),
        ({ close }) => close
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
        return subscription.error ?? Effect.zipRight(subscription.change, next)
      })

      const rest: Lines = Stream.unwrap(Effect.map(next, (found): Lines => {
        if (Option.isNone(found)) return Stream.empty
        const options = hasBegun ? { follow: true } : { follow: true, tailLines }
        hasBegun = true
        return Stream.concat(read(ref, found.value, options), Stream.suspend(() => rest))
      }))
      return rest
    }))

  return (ref: BuildRef, options?: LogsOptions): Lines =>
    options?.follow === true ? following(ref, options.tailLines) : current(ref, options?.tailLines)
}
