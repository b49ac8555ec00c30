import { Effect, TestClock } from "effect"
import { BuildBackend, BuildInput } from "effect-os-builder"
import { suite } from "../../BackendSuite.js"

const finalImage = (name: string) => `registry.example.com/test/${name.toLowerCase().match(/[a-z]+/g)?.join("-")}:1`

suite({
  name: "layerMemory",
  layer: BuildBackend.layerMemory,
  live: false,
  timeout: "30 seconds",
  input: (name, ends) =>
    Effect.gen(function*() {
      const memory = yield* BuildBackend.MemoryBackend
      const input = yield* Effect.orDie(BuildInput.make({
        dockerfile: `FROM registry.example.com/base:1\n# ${name}\nRUN true`,
        baseImage: { pullspec: "registry.example.com/base:1" },
        finalImage: { pullspec: finalImage(name) }
      }))
      if (ends === "badly") yield* memory.outcome({ _tag: "Fails", exitCode: 3 }, { finalImage: finalImage(name) })
      return input
    }),
  hold: (input) =>
    Effect.flatMap(
      BuildBackend.MemoryBackend,
      (memory) => memory.outcome({ _tag: "Held" }, { finalImage: input.finalImage.pullspec })
    ),
  release: ({ ref }, ending) =>
    Effect.flatMap(BuildBackend.MemoryBackend, (memory) =>
      Effect.orDie(
        memory.release(ref, ending === "succeeds" ? { _tag: "Succeeds" } : { _tag: "Errors", reason: "PushDenied" })
      )),
  pullSecret: () => Effect.void,
  advance: TestClock.adjust("1 second")
})
