/**
 * The `exec` subresource of pods: the program of the container answers. With the statuses of k8s.io/kubelet (v0.37),
 * pkg/cri/streaming/remotecommand/exec.go.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import type { Source } from "../apiserver/Connections.js"
import { type Output, Refused } from "../apiserver/Reply.js"
import * as Status from "../apiserver/Status.js"
import type { LogStore } from "./LogStore.js"
import * as PodAttach from "./PodAttach.js"
import * as Program from "./Program.js"
import { howToGive, type Running, type RunningPrograms } from "./RunningPrograms.js"

/** What a killed command ends with. */
const killed = 137

const ended = (exitCode: number): JsonObject =>
  exitCode === 0 ? { metadata: {}, status: "Success" } : {
    metadata: {},
    status: "Failure",
    message: `command terminated with non-zero exit code: exit status ${exitCode}`,
    reason: "NonZeroExitCode",
    details: { causes: [{ reason: "ExitCode", message: String(exitCode) }] }
  }

const isTrue = (value: string | undefined): boolean => value === "true" || value === "1"

const outputOf = (query: Readonly<Record<string, string>>) => (step: Program.ExecStep): ReadonlyArray<Output> => {
  const tty = isTrue(query["tty"])
  switch (step._tag) {
    case "Exit":
      return [{ _tag: "Ended", status: ended(step.exitCode) }]
    case "Stdout":
      return isTrue(query["stdout"]) ? [step] : []
    case "Stderr":
      return tty && isTrue(query["stdout"])
        ? [{ _tag: "Stdout", bytes: step.bytes }]
        : isTrue(query["stderr"])
        ? [step]
        : []
  }
}

/** The steps until the command exits or its container ends. */
const stepsOf = (running: Running, steps: Stream.Stream<Program.ExecStep>): Stream.Stream<Program.ExecStep> =>
  Stream.merge(
    Stream.concat(steps, Program.exit(0)),
    Stream.unwrap(Effect.as(running.ended, Program.exit(killed)))
  ).pipe(Stream.takeUntil((step) => step._tag === "Exit"))

/** @since 0.1.0 @category constructors */
export const source = (logStore: LogStore, programs: RunningPrograms): Source => (pod, { command, query }) =>
  Effect.flatMap(PodAttach.locate(pod, query["container"], logStore), ({ container, uid }) => {
    const running = programs.of(uid, container)
    const exec = running?.program.exec
    if (running === undefined || exec === undefined) {
      const why = `the program of container "${container}" answers no exec in the fake cluster: ${howToGive("exec")}`
      return Effect.fail(new Refused({ status: Status.make(500, "InternalError", `Internal error occurred: ${why}`) }))
    }
    return Effect.succeed({
      _tag: "Attach",
      connect: (given) => {
        const stdin = isTrue(query["stdin"]) ? Stream.catchAll(given, () => Stream.empty) : Stream.empty
        const steps = exec({ command, stdin, tty: isTrue(query["tty"]) })
        return Stream.mapConcat(stepsOf(running, steps), outputOf(query))
      }
    })
  })
