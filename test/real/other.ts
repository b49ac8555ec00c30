/**
 * The backend in a process of its own: `build` prints the submission and then each status, `status` and `cancel` take a ref.
 */
import { NodeContext, NodeRuntime } from "@effect/platform-node"
import { Console, Effect, Layer, Schema, Stream } from "effect"
import { BuildBackend, BuildInput, BuildRef, BuildStatus, LocalBuildBackend } from "effect-os-builder"

const [settings = "{}", verb, argument = ""] = process.argv.slice(2)

const print = (status: BuildStatus.BuildStatus) =>
  Console.log(JSON.stringify(Schema.encodeSync(BuildStatus.BuildStatus)(status)))

const program = Effect.gen(function*() {
  if (verb === "build") {
    const { adopted, ref } = yield* Effect.flatMap(BuildInput.decode(JSON.parse(argument)), BuildBackend.build)
    yield* Console.log(JSON.stringify({ adopted, ref: String(ref) }))
    yield* Stream.runForEach(BuildBackend.changes(ref), print)
  } else {
    const ref = yield* Schema.decode(BuildRef.FromString)(argument)
    if (verb === "cancel") yield* BuildBackend.cancel(ref)
    yield* Effect.flatMap(BuildBackend.status(ref), print)
  }
})

program.pipe(
  Effect.provide(LocalBuildBackend.layerWith(JSON.parse(settings)).pipe(Layer.provide(NodeContext.layer))),
  NodeRuntime.runMain
)
