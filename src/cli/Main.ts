#!/usr/bin/env node
/**
 * Where the process begins: the only file that touches it.
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
import { argv, stdout } from "node:process"
import * as Backends from "./Backends.js"
import { exitStatus } from "./CliError.js"
import * as ClusterAccess from "./ClusterAccess.js"
import * as Interruption from "./Interruption.js"
import * as Log from "./Log.js"
import * as OsBuilder from "./OsBuilder.js"
import * as Output from "./Output.js"

const machine = Layer.mergeAll(
  NodeTerminal.layer,
  NodePath.layer,
  ClusterAccess.layer,
  NodeCommandExecutor.layer.pipe(Layer.provideMerge(NodeFileSystem.layer))
)

const main = Interruption.bounded(OsBuilder.run(argv.slice(2)), {
  patience: "20 seconds",
  onGivenUp: Effect.flatMap(
    Output.Output,
    (output) => output.complain("The build did not stop in time, and may go on.")
  )
}).pipe(
  Effect.provide(Log.layer.pipe(
    Layer.provideMerge(Output.layer),
    Layer.provideMerge(machine),
    Layer.merge(Backends.layer)
  ))
)

// A reader that went away is told by the write itself; unheard, the event would end the process with a stack trace.
stdout.on("error", () => {})

// The first signal interrupts; it also takes the listener away, so that a second one ends the process at once.
NodeRuntime.runMain(main, {
  disableErrorReporting: true,
  teardown: (exit, end) =>
    end(Exit.match(exit, {
      onSuccess: (status) => typeof status === "number" ? status : exitStatus.success,
      onFailure: (cause) => Cause.isInterruptedOnly(cause) ? exitStatus.interrupted : exitStatus.errored
    }))
})
