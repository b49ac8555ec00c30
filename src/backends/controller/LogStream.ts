/**
 * The log of one build: of all its attempts, in their order.
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { BackendError, BuildNotFound } from "../../core/BuildError.js"
import type { BuildRef } from "../../core/BuildRef.js"
import type * as BuildStatus from "../../core/BuildStatus.js"
import type { LogsOptions } from "../../core/service/BuildService.js"
import type * as Resource from "../../kubernetes/Resource.js"
import { attemptOf } from "../record/RecordMetadata.js"
import * as BuildInformer from "./BuildInformer.js"
import { type BuildState, evaluate, type Evaluation, observed } from "./BuildState.js"
import type { ControllerContext } from "./ControllerContext.js"
import type { LogSource } from "./Definition.js"
import { backendError } from "./ErrorMapping.js"

type Lines = Stream.Stream<string, BuildNotFound | BackendError>

/** Stands in a log for what of it cannot be had any more. */
const hole = (what: string): string => `[os-builder] ${what} is not available any more`

const keptTail = (status: BuildStatus.Terminal): ReadonlyArray<string> => "logTail" in status ? status.logTail : []

export const make = <Child extends Resource.Metadata>(lifecycle: ControllerContext<Child>) => {
  const { cluster, definition, store: objects, reconciler: settle } = lifecycle
  const sources = (snapshot: BuildState<Child>): ReadonlyArray<LogSource> =>
    snapshot.children
      .toSorted((a, b) => attemptOf(a) - attemptOf(b))
      .flatMap((child) => definition.logs(observed(snapshot, child)))

  /** A log, or, where it cannot be had any more, what was kept of it. */
  const read = (
    ref: BuildRef,
    source: LogSource,
    options: LogsOptions,
    kept: ReadonlyArray<string> = []
  ): Lines =>
    cluster.logs(source.resource, source.name, {
      namespace: ref.namespace,
      container: source.container,
      follow: options.follow === true && source.state === "open",
      tailLines: options.tailLines
    }).pipe(
      Stream.catchAll((error) =>
        // 404: the object is gone. 400: its container is, or has never run.
        error.reason === "NotFound" || error.reason === "Invalid"
          ? Stream.make(hole(`the log of ${source.name}${kept.length > 0 ? " but for its end" : ""}`), ...kept)
          : Stream.fail(backendError(definition.name, `read the log of ${ref}`)(error))
      )
    )

  const now = (ref: BuildRef, tailLines: number | undefined): Lines =>
    Stream.unwrap(Effect.gen(function*() {
      const snapshot = yield* objects.state(ref)
      const there = sources(snapshot).filter(({ state }) => state !== "waiting")
      const tail = Option.match(snapshot.record.outcome, { onNone: () => [], onSome: ({ status }) => keptTail(status) })
      const all: Lines = there.length > 0 || tail.length === 0
        ? Stream.flatMap(
          Stream.fromIterable(there),
          (source) => read(ref, source, { tailLines }, source === there.at(-1) ? tail : [])
        )
        : Stream.make(hole("the log but for its end"), ...tail)
      return tailLines === undefined ? all : Stream.takeRight(all, tailLines)
    }))

  const following = (ref: BuildRef, tailLines: number | undefined): Lines =>
    Stream.unwrapScoped(Effect.gen(function*() {
      const record = yield* objects.record(ref)
      if (Option.isSome(record.outcome)) return now(ref, tailLines)
      const follow = yield* BuildInformer.make(lifecycle, record)
      const told = new Set<string>()
      let begun = false

      const ended = (evaluation: Evaluation<Child>) =>
        Effect.gen(function*() {
          if (evaluation._tag === "InProgress" || evaluation._tag === "ChildMissing") return false
          if (evaluation._tag === "Finalized") return true
          // What the views say is over, the server confirms, and the outcome is kept.
          const status = yield* Effect.option(settle.status(ref))
          return Option.isNone(status) || status.value._tag !== "Running" && status.value._tag !== "Pending"
        })

      /** The next log to read; none once the build has ended and every log is told. */
      const next: Effect.Effect<Option.Option<LogSource>, BuildNotFound | BackendError> = Effect.gen(function*() {
        const { record: sight, snapshot } = yield* follow.read
        const all = sources(snapshot)
        if (!begun && tailLines !== undefined) {
          all.filter(({ state }) => state !== "waiting").slice(0, -1).forEach(({ key }) => told.add(key))
        }
        const source = all.find(({ key }) => !told.has(key))
        if (source !== undefined && source.state !== "waiting") {
          told.add(source.key)
          return Option.some(source)
        }
        const evaluation = evaluate(definition, snapshot, yield* DateTime.now)
        if (sight === "gone" || (yield* ended(evaluation))) return Option.none()
        yield* follow.change(evaluation._tag === "InProgress" ? evaluation.wakeAt : Option.none())
        return yield* next
      })

      const rest: Lines = Stream.unwrap(Effect.map(next, (found): Lines => {
        if (Option.isNone(found)) return Stream.empty
        const options = begun ? { follow: true } : { follow: true, tailLines }
        begun = true
        return Stream.concat(read(ref, found.value, options), Stream.suspend(() => rest))
      }))
      return rest
    }))

  return (ref: BuildRef, options?: LogsOptions): Lines =>
    options?.follow === true ? following(ref, options.tailLines) : now(ref, options?.tailLines)
}
