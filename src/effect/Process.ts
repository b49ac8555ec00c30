/**
 * Child processes, whose interface differs between major versions of Effect.
 */
import * as Command from "@effect/platform/Command"
import type * as CommandExecutor from "@effect/platform/CommandExecutor"
import type { PlatformError } from "@effect/platform/Error"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

export type Executor = CommandExecutor.CommandExecutor

/** A program and its arguments. */
export type Words = readonly [string, ...Array<string>]

export interface Process {
  readonly pid: number
  /** Fails if the process was killed. */
  readonly exitCode: Effect.Effect<number, PlatformError>
  readonly kill: Effect.Effect<void, PlatformError>
  readonly stderr: Stream.Stream<Uint8Array, PlatformError>
  /** Writes to the standard input and closes it. */
  readonly write: (input: Stream.Stream<Uint8Array>) => Effect.Effect<void, PlatformError>
}

/** The standard output of a program. */
export const output = (executor: Executor, [program, ...args]: Words): Effect.Effect<string, PlatformError> =>
  executor.string(Command.make(program, ...args))

/** How a program exits. */
export const exitCode = (executor: Executor, [program, ...args]: Words): Effect.Effect<number, PlatformError> =>
  executor.exitCode(Command.make(program, ...args).pipe(Command.stderr("pipe")))

/** Starts a program with this environment and no other; it is killed when the scope closes. */
export const start = (
  executor: Executor,
  [program, ...args]: Words,
  environment: Readonly<Record<string, string>>
): Effect.Effect<Process, PlatformError, Scope.Scope> =>
  Effect.map(
    executor.start(Command.make(program, ...args).pipe(Command.env(environment, { extendEnv: false }))),
    (process) => ({
      pid: process.pid,
      exitCode: process.exitCode,
      kill: process.kill("SIGKILL"),
      stderr: process.stderr,
      write: (input) => Stream.run(input, process.stdin)
    })
  )
