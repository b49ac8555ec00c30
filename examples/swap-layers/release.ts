// Code that gets its backend from a layer. The test runs it unchanged on five backends: in memory, mocked, and each cluster
// backend on a fake cluster.
import { Effect } from "effect"
import { BuildBackend, BuildInput } from "effect-os-builder"

/** Builds a release unless an image of that version exists. Returns its digest. */
export const release = (version: string) =>
  Effect.gen(function*() {
    const input = yield* BuildInput.make({
      dockerfile: "ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nARG VERSION\nRUN echo ${VERSION} > /etc/release",
      buildArgs: { VERSION: version },
      baseImage: { pullspec: "quay.io/fedora/fedora-bootc:43" },
      finalImage: { pullspec: `registry.example.com/os/release:${version}` }
    })
    const { adopted, ref } = yield* BuildBackend.build(input)
    if (adopted) yield* Effect.log(`${version} was built before, or is being built: ${ref}`)
    const image = yield* BuildBackend.result(ref)
    return image.digest
  })
