/** Sinks of Effect 3 that Effect 4 has in another form. */
import * as Effect from "effect/Effect"
import * as Sink from "effect/Sink"

/** Ends with the element that reaches the cost; that of Effect 3 ends before it. */
export const foldWeighted = <S, In>(
  { body, cost, initial, maxCost }: {
    readonly initial: S
    readonly maxCost: number
    readonly cost: (s: S, input: In) => number
    readonly body: (s: S, input: In) => S
  }
): Sink.Sink<S, In, In> =>
  Sink.map(
    Sink.fold(
      () => ({ state: initial, total: 0 }),
      ({ total }) => total < maxCost,
      ({ state, total }, input: In) => Effect.succeed({ state: body(state, input), total: total + cost(state, input) })
    ),
    ({ state }) => state
  )
