// A service of an application that builds images. It requires BuildBackend; the layers in main.ts and in the test decide
// which cluster and which backend that is.
import { Context, Effect, Layer } from "effect"
import { BuildBackend, type BuildError, BuildInput } from "effect-os-builder"

export interface Pool {
  readonly name: string
  readonly packages: ReadonlyArray<string>
}

export class OsImages extends Context.Tag("app/OsImages")<OsImages, {
  /** The pullspec, by digest, of an image with the pool's packages. An unchanged pool is not built again. */
  readonly imageOf: (
    pool: Pool
  ) => Effect.Effect<string, BuildError.BuildRejected | BuildBackend.BuildEnded | BuildError.BackendError>
}>() {}

const inputOf = (pool: Pool) =>
  BuildInput.make({
    dockerfile: [
      "ARG BASE_IMAGE",
      "FROM ${BASE_IMAGE}",
      "ARG PACKAGES",
      "RUN dnf -y install ${PACKAGES} && dnf clean all && bootc container lint"
    ].join("\n"),
    buildArgs: { PACKAGES: pool.packages.toSorted().join(" ") },
    baseImage: { pullspec: "quay.io/fedora/fedora-bootc:43" },
    finalImage: { pullspec: `registry.example.com/os/${pool.name}:latest`, secretName: "push" }
  })

export const layer: Layer.Layer<OsImages, never, BuildBackend.BuildBackend> = Layer.effect(
  OsImages,
  Effect.map(BuildBackend.BuildBackend, (backend) => ({
    imageOf: (pool) =>
      inputOf(pool).pipe(
        Effect.flatMap((input) => BuildBackend.run(input)),
        Effect.map((image) => image.pullspec),
        Effect.provideService(BuildBackend.BuildBackend, backend)
      )
  }))
)
