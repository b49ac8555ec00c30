import { Console, Effect } from "effect"
import { BuildBackend, BuildInput } from "effect-os-builder"

/** Builds an image with whichever backend is provided, and prints the result. */
export const program = Effect.gen(function*() {
  const input = yield* BuildInput.make({
    dockerfile: "ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nRUN echo hello > /etc/motd",
    baseImage: { pullspec: "quay.io/fedora/fedora-bootc:43" },
    finalImage: { pullspec: "registry.example.com/os/hello:1", secretName: "push" },
    timeout: "30 minutes"
  })
  const image = yield* BuildBackend.run(input)
  yield* Console.log(`built ${image.pullspec}`)
}).pipe(
  Effect.catchTags({
    // Nothing was started. Each issue has its place in the input.
    BuildRejected: ({ issues }) =>
      Effect.forEach(issues, (issue) => Console.log(`invalid: ${issue}`), { discard: true }),
    // The build ran and failed because of the Containerfile or its inputs.
    BuildFailed: ({ status }) => Console.log(`failed: ${status.message}\n${status.logTail.join("\n")}`),
    // The platform, a reference or a permission is at fault.
    BuildErrored: ({ retryable, status }) => Console.log(`errored: ${status.message}${retryable ? ", try again" : ""}`),
    // Another client cancelled the build. Interrupting this program cancels it too.
    BuildCancelled: ({ ref }) => Console.log(`cancelled: ${ref}`),
    // The backend could not be reached; the build may still be running.
    BackendError: (error) => Console.log(error.message)
  })
)
