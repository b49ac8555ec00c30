import { NodeContext, NodeRuntime } from "@effect/platform-node"
import { Console, Effect, Layer } from "effect"
import { BuildBackend, BuildInput, LocalBuildBackend } from "effect-os-builder"

/** Builds the next image of our operating system, and says what came of it. */
export const release = (version: string) =>
  Effect.gen(function*() {
    const input = yield* BuildInput.make({
      dockerfile: `
        ARG BASE_IMAGE
        FROM \${BASE_IMAGE}
        RUN dnf -y install usbguard && dnf clean all
      `,
      baseImage: { pullspec: "quay.io/fedora/fedora-bootc:43" },
      finalImage: { pullspec: `registry.example.com/os/fleet:${version}`, secretName: "registry-push" },
      timeout: "45 minutes"
    })
    const image = yield* BuildBackend.run(input)
    return `built ${image.pullspec}`
  }).pipe(
    Effect.catchTags({
      // The input is at fault: every issue is in it, not just the first.
      BuildRejected: (error) => Effect.succeed(error.issues.map(String).join("\n")),
      // The Containerfile is at fault. Trying again is pointless; the log says why.
      BuildFailed: ({ status }) => Effect.succeed([status.message, ...status.logTail].join("\n")),
      // The platform is at fault, a registry or a permission; `retryable` says whether to try again.
      BuildErrored: ({ message, retryable }) => Effect.succeed(retryable ? `try again: ${message}` : message),
      BuildCancelled: () => Effect.succeed("somebody cancelled the build"),
      // The backend could not be asked: nothing is known of the build.
      BackendError: (error) => Effect.succeed(error.message)
    })
  )

const Live = LocalBuildBackend.layer.pipe(Layer.provide(NodeContext.layer))

if (import.meta.filename === process.argv[1]) {
  release("43.1").pipe(Effect.flatMap(Console.log), Effect.provide(Live), NodeRuntime.runMain)
}
