/**
 * The file of `os-builder fake --programs`: what the containers of pods do on the fake cluster.
 *
 * @since 0.1.0
 */
import * as NodeStream from "@effect/platform-node/NodeStream"
import type * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { connect } from "node:net"
import * as DurationText from "../core/DurationText.js"
import * as InputIssue from "../core/input/InputIssue.js"
import { wholeNumber } from "../core/input/TextRule.js"
import * as Codec from "../effect/Codec.js"
import * as Json from "../fake/Json.js"
import * as PodProgram from "../fake/kubelet/Program.js"
import { errorCode } from "../kubernetes/transport/HttpAgent.js"
import * as TextFile from "./TextFile.js"
import * as YamlFile from "./YamlFile.js"

const ExitCode = wholeNumber({ min: 0, max: 255, problem: "must be an exit code from 0 to 255" })

const Port = wholeNumber({ min: 1, max: 65_535, problem: "must be a port from 1 to 65535" })

/** What the container answers to a command: without `command` to every one. */
const Answer = Schema.Struct({
  command: Schema.optional(Schema.Array(Schema.String)),
  stdout: Schema.optional(Schema.String),
  stderr: Schema.optional(Schema.String),
  exitCode: Schema.optional(ExitCode)
})

/**
 * A program, for the containers with this name and this image; without both for every container.
 *
 * - `log`: the lines that it writes first.
 * - `after`, `exitCode`: when and how it ends then. Without both it does what a container without a program does.
 * - `exec`: the answers to commands; the first that fits is taken.
 * - `ports`: the ports on which it listens, and the ports of this machine to which their connections go.
 */
const ContainerRow = Schema.Struct({
  container: Schema.optional(Schema.String),
  image: Schema.optional(Schema.String),
  log: Schema.optional(Schema.Array(Schema.String)),
  after: Schema.optional(DurationText.DurationText),
  exitCode: Schema.optional(ExitCode),
  exec: Schema.optional(Schema.Array(Answer)),
  ports: Schema.optional(Schema.Array(Schema.Struct({ port: Port, to: Port })))
})

type ContainerRow = typeof ContainerRow.Type

const parse = Codec.strict(Schema.Array(ContainerRow))

const text = new TextEncoder()

const isEqual = (some: ReadonlyArray<string>, others: ReadonlyArray<string>): boolean =>
  some.length === others.length && some.every((one, index) => one === others[index])

/** What a shell does with a command that it does not find. */
const notFound = (command: ReadonlyArray<string>): typeof Answer.Type => ({
  stderr: `${command[0] ?? ""}: not found\n`,
  exitCode: 127
})

const exec = (answers: ReadonlyArray<typeof Answer.Type>) => ({ command }: PodProgram.ExecCall) => {
  const { exitCode = 0, stderr = "", stdout = "" } =
    answers.find((answer) => answer.command === undefined || isEqual(answer.command, command)) ?? notFound(command)
  return Stream.make<Array<PodProgram.ExecStep>>(
    { _tag: "Stdout", bytes: text.encode(stdout) },
    { _tag: "Stderr", bytes: text.encode(stderr) },
    { _tag: "Exit", exitCode }
  )
}

/** Connects to a port of this machine. */
const forwarded = (port: number, received: Stream.Stream<Uint8Array>): Stream.Stream<Uint8Array> =>
  NodeStream.pipeThroughDuplex(received, () => connect({ port, host: "127.0.0.1" }), errorCode).pipe(
    Stream.catchAll((code) =>
      Stream.execute(Effect.logWarning(`--programs: the connection to port ${port} of 127.0.0.1 failed (${code})`))
    )
  )

const ports = (rows: NonNullable<ContainerRow["ports"]>): PodProgram.Ports => (port, received) => {
  const row = rows.find((row) => row.port === port)
  return row === undefined ? undefined : forwarded(row.to, received)
}

/** The program of a row, in place of the one that the container has without it. */
const programOf = (row: ContainerRow, instead: PodProgram.ContainerProgram): PodProgram.ContainerProgram => {
  const { after, exitCode } = row
  const end = after === undefined && exitCode === undefined
    ? instead.steps
    : Stream.concat(Stream.execute(Effect.sleep(after ?? 0)), PodProgram.exit(exitCode ?? 0))
  return {
    steps: Stream.concat(PodProgram.log(...row.log ?? []), end),
    exec: row.exec === undefined ? undefined : exec(row.exec),
    ports: row.ports === undefined ? undefined : ports(row.ports)
  }
}

const programsOf = (rows: ReadonlyArray<ContainerRow>): PodProgram.Programs => (pod) =>
  Effect.map(PodProgram.byDefault(pod), (byDefault): PodProgram.PodProgram => {
    const images = new Map(
      ["initContainers", "containers", "ephemeralContainers"]
        .flatMap((list) => Json.objects(pod, "spec", list))
        .map((one) => [Json.text(one, "name"), Json.text(one, "image")])
    )
    return (container, streams) => {
      const row = rows.find((row) =>
        (row.container === undefined || row.container === container)
        && (row.image === undefined || row.image === images.get(container))
      )
      const instead = byDefault(container, streams)
      return row === undefined ? instead : programOf(row, instead)
    }
  })

/**
 * The programs of a file; the first that fits a container is its program.
 *
 * @since 0.1.0
 * @category constructors
 */
export const read = (file: string): Effect.Effect<PodProgram.Programs, TextFile.Unreadable, FileSystem.FileSystem> =>
  Effect.flatMap(YamlFile.documents(file), ([programs = []]) =>
    Either.mapBoth(parse(programs), {
      onLeft: (issue) => {
        const issues = InputIssue.fromParseIssue(issue)
        return new TextFile.Unreadable({ problem: `is wrong: ${issues.join("; ")}` })
      },
      onRight: programsOf
    }))
