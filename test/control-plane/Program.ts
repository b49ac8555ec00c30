/**
 * A child process that cannot outlive us: it is killed when its scope closes, and when this process dies in any way.
 */
import { Command, type CommandExecutor, FileSystem } from "@effect/platform"
import { Effect, Schema, type Scope, Stream } from "effect"

/** A program of the control plane did not start, or ended by itself. */
export class ProgramError extends Schema.TaggedError<ProgramError>("effect-os-builder/test/control-plane/ProgramError")(
  "ProgramError",
  { program: Schema.String, problem: Schema.String, logTail: Schema.String, cause: Schema.optional(Schema.Defect) }
) {
  override get message(): string {
    return `${this.program} ${this.problem}${this.logTail === "" ? "" : `; the end of its log:\n${this.logTail}`}`
  }
}

export interface Program {
  /** SIGKILL; returns when the process is gone. */
  readonly kill: Effect.Effect<void>
  /** SIGSTOP: it does nothing more, and what it has open stays open. */
  readonly halt: Effect.Effect<void>
  readonly isRunning: Effect.Effect<boolean>
  /** Fails as soon as the process ends. */
  readonly ended: Effect.Effect<never, ProgramError>
  /** An error about this program with the end of its log. */
  readonly fail: (problem: string) => Effect.Effect<never, ProgramError>
}

/**
 * Runs `"$@"` with its output in the file `$0` until it ends, or until the standard input is closed: by `kill`, or by the
 * kernel when the process that started it is gone, however that came about.
 */
const wrapper = `exec 3<&0 </dev/null >>"$0" 2>&1
"$@" 3<&- & program=$!
echo $program > "$0.pid"
{ read -r _ <&3; kill -KILL $program; } & watcher=$!
wait $program; status=$?
kill $watcher
exit $status`

/** Starts a program whose output goes to a file. */
export const start = (options: {
  readonly name: string
  readonly executable: string
  readonly flags: ReadonlyArray<string>
  readonly log: string
}): Effect.Effect<Program, ProgramError, CommandExecutor.CommandExecutor | FileSystem.FileSystem | Scope.Scope> =>
  Effect.gen(function*() {
    const { executable, flags, log, name } = options
    const fs = yield* FileSystem.FileSystem
    const fail = (problem: string, cause?: unknown) =>
      fs.readFileString(log).pipe(
        Effect.map((text) => text.trimEnd().split("\n").slice(-20).join("\n")),
        Effect.orElseSucceed(() => ""),
        Effect.flatMap((logTail) => new ProgramError({ program: name, problem, logTail, cause }))
      )
    const process = yield* Effect.acquireRelease(
      Command.start(Command.make("sh", "-c", wrapper, log, executable, ...flags)),
      kill
    ).pipe(Effect.catchAll((cause) => fail("could not be started", cause)))
    return {
      kill: kill(process),
      halt: Effect.map(Effect.orDie(fs.readFileString(`${log}.pid`)), (pid) => {
        globalThis.process.kill(Number(pid), "SIGSTOP")
      }),
      isRunning: Effect.orElseSucceed(process.isRunning, () => false),
      ended: Effect.matchEffect(process.exitCode, {
        onFailure: (cause) => fail("was killed", cause),
        onSuccess: (code) => fail(`ended with exit code ${code}`)
      }),
      fail
    }
  })

const kill = (process: CommandExecutor.Process) =>
  Effect.andThen(Effect.ignore(Stream.run(Stream.empty, process.stdin)), Effect.ignore(process.exitCode))
