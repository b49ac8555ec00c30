/**
 * Shows the events of a build as they occur: redrawn on a terminal, as plain lines in a pipe, or as JSON.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Ref from "effect/Ref"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import type { BuildEvent } from "../core/BuildEvent.js"
import type { BuildRef } from "../core/BuildRef.js"
import type { BuildStatus } from "../core/BuildStatus.js"
import { Output } from "./Output.js"
import * as Progress from "./Progress.js"
import * as Render from "./Render.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface Viewer {
  readonly show: (ref: BuildRef, event: BuildEvent) => Effect.Effect<void>
  /** To be called when the build has ended and its log has been shown. */
  readonly end: (status: BuildStatus) => Effect.Effect<void>
  /** Whether it shows the log. */
  readonly showsLog: boolean
}

/**
 * One JSON document per line.
 *
 * @since 0.1.0
 * @category constructors
 */
export const json: Effect.Effect<Viewer, never, Output> = Effect.map(
  Effect.all([Output, Effect.promise(() => import("./JsonLine.js"))]),
  ([output, JsonLine]) => ({
    show: (ref, event) => output.write(`${JsonLine.encode(JsonLine.event(ref, event))}\n`),
    end: () => Effect.void,
    showsLog: true
  })
)

/**
 * The log, and between its lines the status of the build, after `os-builder:`.
 *
 * @since 0.1.0
 * @category constructors
 */
export const plain: Effect.Effect<Viewer, never, Output> = Effect.map(Output, (output) => ({
  show: (_, event) => Effect.forEach(Render.event(event), (line) => output.write(`${line}\n`), { discard: true }),
  end: (status) => status._tag === "Succeeded" ? output.write(`os-builder: ${Render.status(status)}\n`) : Effect.void,
  showsLog: true
}))

/**
 * Nothing.
 *
 * @since 0.1.0
 * @category constructors
 */
export const quiet: Viewer = { show: () => Effect.void, end: () => Effect.void, showsLog: false }

const redrawEvery = "200 millis"

/**
 * The steps of the Containerfile, each a row; the current one is redrawn with its time and the last line of the log, and
 * erased when the scope closes.
 *
 * @since 0.1.0
 * @category constructors
 */
export const live: Effect.Effect<Viewer, never, Output | Scope.Scope> = Effect.gen(function*() {
  const output = yield* Output
  const progress = yield* Ref.make(Progress.start(yield* Clock.currentTimeMillis))
  const drawn = yield* Ref.make(0)
  const pen = yield* Effect.makeSemaphore(1)
  const screen = Effect.map(output.columns, (columns) => ({ columns, color: output.color }))

  const draw = (done: ReadonlyArray<string>, moving: ReadonlyArray<string>) =>
    Effect.flatMap(Ref.getAndSet(drawn, moving.length), (before) => output.write(frame(before, done, moving)))

  const tick = Effect.gen(function*() {
    const now = yield* Clock.currentTimeMillis
    yield* draw([], Progress.rows(yield* Ref.get(progress), now, yield* screen))
  }).pipe(pen.withPermits(1))

  const show = (event: BuildEvent) =>
    Effect.gen(function*() {
      const now = yield* Clock.currentTimeMillis
      const where = yield* screen
      const [after, done] = Progress.advance(yield* Ref.get(progress), event, now, where)
      yield* Ref.set(progress, after)
      // A log may be long and fast: its lines are drawn at the next tick.
      if (done.length > 0 || event._tag !== "LogLine") yield* draw(done, Progress.rows(after, now, where))
    }).pipe(pen.withPermits(1))

  const end = Effect.gen(function*() {
    const now = yield* Clock.currentTimeMillis
    yield* draw(Progress.end(yield* Ref.get(progress), now, yield* screen), [])
  })

  yield* Effect.addFinalizer(() => draw([], []))
  const ticking = yield* Effect.forkScoped(Effect.repeat(tick, Schedule.spaced(redrawEvery)))
  return {
    show: (_, event) => show(event),
    end: () => Effect.zipRight(Fiber.interrupt(ticking), end),
    showsLog: false
  }
})

// Moves up over the rows that were drawn before and clears them. Moving rows are written without wrapping, one line each.
const frame = (before: number, done: ReadonlyArray<string>, moving: ReadonlyArray<string>): string => {
  const lines = (rows: ReadonlyArray<string>) => rows.map((row) => `${row}\n`).join("")
  return (before === 0 ? "" : `\u001b[${before}A\u001b[J`) + lines(done) +
    (moving.length === 0 ? "" : `\u001b[?7l${lines(moving)}\u001b[?7h`)
}

/**
 * The viewer for the output of the command.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  options: { readonly json: boolean; readonly quiet: boolean }
): Effect.Effect<Viewer, never, Output | Scope.Scope> =>
  Effect.flatMap(
    Output,
    (output): Effect.Effect<Viewer, never, Output | Scope.Scope> =>
      options.quiet ? Effect.succeed(quiet) : options.json ? json : output.live ? live : plain
  )
