// A build that outlives the process which asked for it: the ref is kept as text, and after a restart the same build is
// asked about again. Nothing else has to survive.
import { KeyValueStore } from "@effect/platform"
import { Effect, Option } from "effect"
import { BuildBackend, type BuildInput, BuildRef } from "effect-os-builder"

const key = "current build"

/** The ref in a store of the application's own: a text such as `custom/builds/os-build-…-1/5f0c…`. */
const refs = Effect.map(KeyValueStore.KeyValueStore, (store) => store.forSchema(BuildRef.FromString))

/** Starts a build, and keeps its ref. It goes on if this process ends here. */
export const start = (input: BuildInput.BuildInput) =>
  Effect.gen(function*() {
    const { ref } = yield* BuildBackend.build(input)
    yield* Effect.flatMap(refs, (store) => store.set(key, ref))
    return ref
  })

/** Goes on with the build that is kept, if there is one: waits for its image. */
export const resume = Effect.gen(function*() {
  const ref = yield* Effect.flatMap(refs, (store) => store.get(key))
  return yield* Option.match(ref, {
    onNone: () => Effect.succeedNone,
    onSome: (ref) => Effect.asSome(BuildBackend.result(ref))
  })
})
