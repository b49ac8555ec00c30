// Many builds at once, at most `limit` of them under way; one that fails does not stop the others.
// Interrupting it cancels those that are under way.
import { Effect } from "effect"
import { BuildBackend, BuildInput } from "effect-os-builder"

const inputOf = (version: string) =>
  BuildInput.make({
    dockerfile: "ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nRUN dnf -y upgrade",
    baseImage: { pullspec: `quay.io/fedora/fedora-bootc:${version}` },
    finalImage: { pullspec: `registry.example.com/os/fedora:${version}` }
  })

/** An image for each version: what was built, and what was not, and why. */
export const buildAll = (versions: ReadonlyArray<string>, limit: number) =>
  Effect.partition(
    versions,
    (version) => Effect.flatMap(inputOf(version), (input) => BuildBackend.run(input)),
    { concurrency: limit }
  ).pipe(
    Effect.map(([errors, images]) => ({ errors, images: images.map((image) => image.pullspec) }))
  )
