import { Console, Effect } from "effect"
import { BuildBackend, BuildInput } from "effect-os-builder"

/** Builds an image on whatever backend it is given, and says how that went. */
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
    // Nothing was started. Every issue is listed, with its place in the input.
    BuildRejected: ({ issues }) => Effect.forEach(issues, (issue) => Console.log(`wrong: ${issue}`), { discard: true }),
    // The build ran, and the Containerfile is at fault.
    BuildFailed: ({ status }) => Console.log(`failed: ${status.message}\n${status.logTail.join("\n")}`),
    // The platform, a reference or a permission is at fault.
    BuildErrored: ({ retryable, status }) => Console.log(`errored: ${status.message}${retryable ? ", try again" : ""}`),
    // Somebody else cancelled the build. Interrupting this program cancels it too.
    BuildCancelled: ({ ref }) => Console.log(`cancelled: ${ref}`),
    // The backend could not be asked; the build may go on.
    BackendError: (error) => Console.log(error.message)
  })
)
