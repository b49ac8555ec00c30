/**
 * Child processes. A command of Effect 4 has its options with it, and the scope of its spawner has its process.
 */
import * as Effect from "effect/Effect"
import type { PlatformError } from "effect/PlatformError"
import * as ChildProcess from "effect/process/ChildProcess"
import type { ChildProcessSpawner } from "effect/process/ChildProcessSpawner"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

export type Executor = ChildProcessSpawner["Service"]

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

/** What a program prints. */
export const output = (executor: Executor, [program, ...args]: Words): Effect.Effect<string, PlatformError> =>
  executor.string(ChildProcess.make(program, args))

/** How a program exits. */
export const exitCode = (executor: Executor, [program, ...args]: Words): Effect.Effect<number, PlatformError> =>
  executor.exitCode(ChildProcess.make(program, args))

/** Starts a program with this environment and no other; it is killed when the scope closes. */
export const start = (
  executor: Executor,
  [program, ...args]: Words,
  environment: Readonly<Record<string, string>>
): Effect.Effect<Process, PlatformError, Scope.Scope> =>
  Effect.map(
    executor.spawn(ChildProcess.make(program, args, { env: { ...environment }, extendEnv: false })),
    (process) => ({
      pid: process.pid,
      exitCode: process.exitCode,
      kill: process.kill({ killSignal: "SIGKILL" }),
      stderr: process.stderr,
      write: (input) => Stream.run(input, process.stdin)
    })
  )
