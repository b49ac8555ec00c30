// Many builds, at most `limit` at a time; one that fails does not stop the others. Interruption cancels the running ones.
import { Array, Effect } from "effect"
import { BuildBackend, BuildInput } from "effect-os-builder"

const inputOf = (version: string) =>
  BuildInput.make({
    dockerfile: "ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nRUN dnf -y upgrade",
    baseImage: { pullspec: `quay.io/fedora/fedora-bootc:${version}` },
    finalImage: { pullspec: `registry.example.com/os/fedora:${version}` }
  })

/** Builds an image for each version. Returns the images, and the errors of those that failed. */
export const buildAll = (versions: ReadonlyArray<string>, limit: number) =>
  Effect.forEach(
    versions,
    (version) => Effect.either(Effect.flatMap(inputOf(version), (input) => BuildBackend.run(input))),
    { concurrency: limit }
  ).pipe(
    Effect.map((results) => ({
      errors: Array.getLefts(results),
      images: Array.getRights(results).map((image) => image.pullspec)
    }))
  )
