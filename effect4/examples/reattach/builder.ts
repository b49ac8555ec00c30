// A build that outlives its process: the ref is stored as text, and after a restart the program continues with the same
// build. Nothing else has to survive.
import { Effect, Option } from "effect"
import { BuildBackend, type BuildInput, BuildRef } from "effect-os-builder"
import * as KeyValueStore from "effect/persistence/KeyValueStore"

const key = "current build"

/** The application's store for the ref: a string such as `custom/builds/os-build-…-1/5f0c…`. */
const refs = Effect.map(KeyValueStore.KeyValueStore, (store) => KeyValueStore.toSchemaStore(store, BuildRef.FromString))

/** Starts a build and stores its ref. The build continues if this process ends here. */
export const start = (input: BuildInput.BuildInput) =>
  Effect.gen(function*() {
    const { ref } = yield* BuildBackend.build(input)
    yield* Effect.flatMap(refs, (store) => store.set(key, ref))
    return ref
  })

/** Waits for the image of the stored build, if there is one. */
export const resume = Effect.gen(function*() {
  const ref = yield* Effect.flatMap(refs, (store) => store.get(key))
  return yield* Option.match(ref, {
    onNone: () => Effect.succeedNone,
    onSome: (ref) => Effect.asSome(BuildBackend.result(ref))
  })
})
