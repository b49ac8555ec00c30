import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { BuildBackend } from "effect-os-builder"
import { release } from "../../examples/build-an-image.js"

it.effect("says what came of it", () =>
  Effect.gen(function*() {
    const memory = yield* BuildBackend.MemoryBackend
    assert.match(yield* release("1"), /^built registry\.example\.com\/os\/fleet@sha256:/)
    yield* memory.outcome({ _tag: "Fails", message: "RUN dnf: no package usbguard", log: ["No match"] })
    assert.strictEqual(yield* release("2"), "RUN dnf: no package usbguard\nNo match")
    yield* memory.outcome({ _tag: "Errors", reason: "PushFailed", message: "502 Bad Gateway" })
    assert.match(yield* release("3"), /^try again: .*502 Bad Gateway/)
    assert.match(yield* release("no tag"), /^finalImage\.pullspec: /)
  }).pipe(Effect.provide(BuildBackend.layerMemory)))
