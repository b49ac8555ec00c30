import { Effect } from "effect"
import { BuildInput } from "effect-os-builder"

/** What the process that is killed builds, and whoever comes after it. */
export const givenInput = Effect.orDie(BuildInput.make({
  dockerfile: "ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nRUN true",
  baseImage: { pullspec: "registry.example.com/base:1" },
  finalImage: { pullspec: "registry.example.com/os:1" }
}))
