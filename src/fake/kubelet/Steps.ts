/**
 * Runs the steps of a container, and those that it has once it is stopped.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import type { Exit, Step, Stopped } from "./ContainerProgram.js"
import type { Output } from "./LogStore.js"

/** A step that is about the whole pod. @since 0.1.0 @category models  */
export type PodStep = Extract<Step, { _tag: "Disrupt" | "Delete" }>

/** Runs steps until the first exit; none if they end without one. @since 0.1.0 @category combinators  */
export const follow = (
  steps: Stream.Stream<Step>,
  output: Output | undefined,
  onPod: (step: PodStep) => Effect.Effect<void>
): Effect.Effect<Option.Option<Exit>> =>
  steps.pipe(
    Stream.mapEffect((step) => {
      switch (step._tag) {
        case "Log":
          return Effect.as(
            Effect.map(Clock.currentTimeMillis, (now) => output?.append(step.line, now)),
            Option.none<Exit>()
          )
        case "Exit":
          return Effect.succeedSome(step)
        default:
          return Effect.as(onPod(step), Option.none<Exit>())
      }
    }),
    Stream.filterMap((exit) => exit),
    Stream.runHead
  )

/**
 * How a container that is stopped ends: by itself, or with 137 once `killed` completes; and whether that takes time. It gets the
 * signal when its `preStop` hook has ended. No step of the pod counts any more.
 *
 * @since 0.1.0
 * @category combinators
 */
export const stop = ({ killed, output, spec, stopped = { exitCode: 143 } }: {
  readonly spec: JsonObject
  readonly stopped: Stopped | undefined
  readonly output: Output | undefined
  readonly killed: Effect.Effect<void>
}): Effect.Effect<{ readonly end: Exit; readonly takesTime: boolean }> => {
  const hook = (Json.number(spec, "lifecycle", "preStop", "sleep", "seconds") ?? 0) * 1000
  const time = Duration.toMillis(stopped.after ?? 0)
  const { exitCode, message, steps } = stopped
  const end: Exit = { _tag: "Exit", exitCode, message }
  if (hook + time === 0 && steps === undefined) {
    return Effect.succeed({ end, takesTime: false })
  }
  const alone = Effect.gen(function*() {
    yield* Effect.sleep(hook)
    const exit = yield* follow(steps ?? Stream.empty, output, () => Effect.void)
    yield* Effect.sleep(time)
    return Option.getOrElse(exit, () => end)
  })
  return Effect.map(
    Effect.raceFirst(alone, Effect.as(killed, { _tag: "Exit", exitCode: 137 } satisfies Exit)),
    (end) => ({ end, takesTime: true })
  )
}
