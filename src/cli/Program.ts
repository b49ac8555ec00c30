/**
 * The command as a program: its services, its signals and its exit status.
 *
 * @since 0.1.0
 */
import * as NodeCommandExecutor from "@effect/platform-node/NodeCommandExecutor"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as NodeTerminal from "@effect/platform-node/NodeTerminal"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import process from "node:process"
import * as Backends from "./Backends.js"
import { exitStatus } from "./CliError.js"
import * as Interruption from "./Interruption.js"
import * as Log from "./Log.js"
import { layerClusterAccess } from "./NodeServices.js"
import * as OsBuilder from "./OsBuilder.js"
import * as Output from "./Output.js"

const nodeServices = Layer.mergeAll(
  NodeTerminal.layer,
  NodePath.layer,
  layerClusterAccess,
  NodeCommandExecutor.layer.pipe(Layer.provideMerge(NodeFileSystem.layer))
)

const main = Interruption.bounded(OsBuilder.run(process.argv.slice(2)), {
  timeout: "20 seconds",
  onTimeout: Effect.flatMap(
    Output.Output,
    (output) => output.printError("The build did not stop in time and may continue.")
  )
}).pipe(
  Effect.provide(Log.layer.pipe(
    Layer.provideMerge(Output.layer),
    Layer.provideMerge(nodeServices),
    Layer.merge(Backends.layer)
  ))
)

// A terminal that is closed interrupts as Ctrl-C does. Both the kernel and the shell may send SIGHUP, so a second one changes nothing.
process.once("SIGHUP", () => {
  process.on("SIGHUP", () => {})
  process.kill(process.pid, "SIGTERM")
})

// The first signal interrupts and removes the listener, so that a second one ends the process at once.
NodeRuntime.runMain(main, {
  disableErrorReporting: true,
  // It prints on standard output, beside the logger of this command.
  disablePrettyLogger: true,
  teardown: (exit, end) =>
    end(Exit.match(exit, {
      onSuccess: (status) => typeof status === "number" ? status : exitStatus.success,
      onFailure: (cause) => Cause.isInterruptedOnly(cause) ? exitStatus.interrupted : exitStatus.errored
    }))
})
