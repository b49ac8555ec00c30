import { Effect } from "effect"
import { BuildInput } from "effect-os-builder"

/** The input of the process that is killed, and of those after it. */
export const givenInput = Effect.orDie(BuildInput.make({
  dockerfile: "ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nRUN true",
  baseImage: { pullspec: "registry.example.com/base:1" },
  finalImage: { pullspec: "registry.example.com/os:1" }
}))
