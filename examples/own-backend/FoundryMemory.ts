// The foundry in memory, for tests: a casting takes five minutes, and fails if its recipe contains "lead".
// Furnace controls it: it holds castings, and decides how they end.
import { Context, DateTime, Effect, Layer, Ref } from "effect"
import { type Casting, Foundry } from "./Foundry.js"

type End = "done" | "spoilt" | "furnace down" | "called off"

export class Furnace extends Context.Tag("app/Furnace")<Furnace, {
  /** Castings of this key end only through `end`. */
  readonly hold: (key: string) => Effect.Effect<void>
  readonly end: (id: string, state: End) => Effect.Effect<void>
}>() {}

export const layerMemory = (options: { readonly open: boolean }): Layer.Layer<Foundry | Furnace> =>
  Layer.scopedContext(Effect.gen(function*() {
    const castings = yield* Ref.make<ReadonlyArray<Casting>>([])
    const ordered = yield* Ref.make(0)
    const held = yield* Ref.make<ReadonlyArray<string>>([])
    const scope = yield* Effect.scope

    const end = (id: string, state: End) =>
      Effect.flatMap(
        DateTime.now,
        (endedAt) =>
          Ref.update(castings, (all) =>
            all.map((casting): Casting =>
              casting.id !== id || casting.endedAt !== undefined
                ? casting
                : {
                  ...casting,
                  endedAt,
                  state,
                  log: [...casting.log, state === "done" ? "cast" : `not cast: ${state}`],
                  ...(state === "done" ? { digest: `sha256:${"f".repeat(64)}` } : {})
                }
            ))
      )

    const foundry = Foundry.of({
      open: Effect.succeed(options.open),
      order: ({ key, recipe, target }) =>
        Effect.gen(function*() {
          const now = yield* DateTime.now
          const id = String(yield* Ref.updateAndGet(ordered, (count) => count + 1))
          const log = recipe.split("\n").map((line) => `> ${line}`)
          const casting: Casting = { id, key, target, orderedAt: now, startedAt: now, state: "casting", log }
          yield* Ref.update(castings, (all) => [...all, casting])
          if (!(yield* Ref.get(held)).includes(key)) {
            const state = recipe.includes("lead") ? "spoilt" : "done"
            yield* Effect.forkIn(Effect.delay(end(id, state), "5 minutes"), scope)
          }
          return casting
        }),
      castings: Ref.get(castings),
      callOff: (id) => end(id, "called off"),
      forget: (id) => Ref.update(castings, (all) => all.filter((casting) => casting.id !== id))
    })
    const furnace = Furnace.of({ hold: (key) => Ref.update(held, (keys) => [...keys, key]), end })
    return Context.make(Foundry, foundry).pipe(Context.add(Furnace, furnace))
  }))
