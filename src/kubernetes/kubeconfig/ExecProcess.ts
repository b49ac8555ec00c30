/**
 * Runs the program of an exec plugin: output collected, error output passed on as it arrives, ended with its children when
 * the fiber is interrupted.
 */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Runtime from "effect/Runtime"
import { type ChildProcess, spawn } from "node:child_process"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import * as nodeProcess from "node:process"
import { fromOption } from "../../effect/EitherEffect.js"
import * as Waits from "../client/Waits.js"

/**
 * Receives what plugins write to their error output, such as the code of a login, as it arrives. By default each line is
 * logged.
 */
export class PluginOutput
  extends Context.Reference<PluginOutput>()("effect-os-builder/KubernetesCluster/PluginOutput", {
    defaultValue: (): PluginOutput.Write => (text, command) =>
      Effect.forEach(
        text.split("\n").map((line) => line.trimEnd()).filter((line) => line !== ""),
        (line) => Effect.logInfo(line).pipe(Effect.annotateLogs({ plugin: command })),
        { discard: true }
      )
  })
{}

export declare namespace PluginOutput {
  type Write = (text: string, command: string) => Effect.Effect<void>
}

export interface Command {
  readonly command: string
  readonly args: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string>>
  /** The plugin reads the standard input of this process. */
  readonly inheritInput: boolean
}

export class NotFound extends Data.TaggedError("NotFound")<{ readonly command: string }> {}

export class Failed extends Data.TaggedError("Failed")<{ readonly problem: string }> {}

/** In bytes; credentials are some kilobytes. */
const maxOutput = 4 * 1024 * 1024

/** The last characters of the error output that an error quotes. */
const maxLastWords = 400

const isExecutable = (file: string) =>
  Effect.promise(() =>
    fs.access(file, fs.constants.X_OK).then(() => fs.stat(file)).then((found) => found.isFile(), () => false)
  )

const suffixes = nodeProcess.platform === "win32" ? ["", ".exe", ".cmd", ".bat"] : [""]

/** The file of a command: an absolute path, or a name that is looked for in PATH. */
const locate = (command: string, pathVariable: string): Effect.Effect<string, NotFound> => {
  const folders = path.isAbsolute(command) ? [""] : pathVariable.split(path.delimiter).filter((folder) => folder !== "")
  const candidates = folders.flatMap((folder) => suffixes.map((suffix) => path.join(folder, `${command}${suffix}`)))
  return Effect.findFirst(candidates, isExecutable).pipe(
    Effect.flatMap((found) => fromOption(found, () => new NotFound({ command })))
  )
}

/** Without sequences that would change the terminal. */
export const printable = (text: string): string =>
  text.replace(/\x1b\[[0-9;?]*[ -/]*[@-~]/g, "").replace(/[\0-\x08\x0e-\x1f\x7f-\x9f]/g, "")

/** Ends a process that leads a group with the group, else the process alone. */
const end = (child: ChildProcess, isGroup: boolean) =>
  Effect.sync(() => {
    if (child.pid === undefined) return
    try {
      nodeProcess.kill(isGroup ? -child.pid : child.pid, "SIGKILL")
    } catch {
      // It has ended by itself.
    }
  })

const closePipes = (child: ChildProcess) =>
  Effect.sync(() => {
    child.stdout?.destroy()
    child.stderr?.destroy()
  })

const lastWords = (text: string): string => printable(text).trim().slice(-maxLastWords)

/** Runs the command and returns its output. */
export const run = ({ args, command, env, inheritInput }: Command): Effect.Effect<string, NotFound | Failed> =>
  Effect.gen(function*() {
    const write = yield* PluginOutput
    const runtime = yield* Effect.runtime()
    const inherited = nodeProcess.env
    const file = yield* locate(command, inherited["PATH"] ?? "")
    return yield* Effect.async<string, NotFound | Failed>((resume) => {
      // A plugin at the terminal stays in the terminal's foreground group, or it could not read from it.
      const isGroup = !inheritInput && nodeProcess.platform !== "win32"
      const child = spawn(file, args, {
        env: { ...inherited, ...env },
        stdio: [inheritInput ? "inherit" : "ignore", "pipe", "pipe"],
        detached: isGroup
      })
      const output: Array<Buffer> = []
      let length = 0
      let words = ""
      child.stdout?.on("data", (bytes: Buffer) => {
        length += bytes.length
        if (length <= maxOutput) output.push(bytes)
      })
      child.stderr?.on("data", (bytes: Buffer) => {
        words = (words + bytes.toString()).slice(-4 * maxLastWords)
        Runtime.runFork(runtime)(write(bytes.toString(), command))
      })
      child.once("error", (cause) => resume(new Failed({ problem: `it cannot be run (${cause.message})` })))
      child.once("exit", () => {
        Runtime.runFork(runtime)(Effect.delay(closePipes(child), Waits.pluginOutput.limit))
      })
      child.once("close", (code, signal) => {
        const said = lastWords(words)
        const tail = said === "" ? "" : `: ${said}`
        resume(
          length > maxOutput
            ? new Failed({ problem: "it printed too much" })
            : code === 0
            ? Effect.succeed(Buffer.concat(output).toString())
            : new Failed({
              problem: `${code === null ? `it was ended by ${signal}` : `it failed with exit code ${code}`}${tail}`
            })
        )
      })
      return end(child, isGroup)
    })
  })
