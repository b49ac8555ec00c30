/** What people copy to write a backend of their own keeps to what every backend must do. */
import { Effect, Layer } from "effect"
import { BuildInput } from "effect-os-builder"
import { layer } from "../../examples/own-backend/Foundry.js"
import { Furnace, layerMemory } from "../../examples/own-backend/FoundryMemory.js"
import { suite } from "../BackendSuite.js"
import * as FastClock from "../support/FastClock.js"

suite({
  name: "the foundry of examples/own-backend",
  layer: Layer.provideMerge(layer, layerMemory({ open: true })).pipe(
    // The foundry is polled every ten seconds.
    Layer.provideMerge(Layer.setClock(FastClock.make(500)))
  ),
  live: true,
  timeout: "20 seconds",
  input: (name, ends) =>
    Effect.orDie(BuildInput.make({
      dockerfile: `FROM registry.example.com/base:1\n# ${name}\nRUN ${ends === "badly" ? "lead" : "iron"}`,
      baseImage: { pullspec: "registry.example.com/base:1" },
      finalImage: { pullspec: `registry.example.com/test/${name.toLowerCase().match(/[a-z]+/g)?.join("-")}:1` }
    })),
  hold: (input) => Effect.flatMap(Furnace, (furnace) => furnace.hold(BuildInput.fingerprint(input))),
  release: ({ ref }, ending) =>
    Effect.flatMap(Furnace, (furnace) => furnace.end(ref.uid, ending === "succeeds" ? "done" : "furnace down")),
  pullSecret: () => Effect.void,
  advance: Effect.sleep("1 minute")
})
