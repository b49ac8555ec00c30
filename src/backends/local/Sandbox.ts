/**
 * Runs a command so that none of its processes outlives it.
 *
 * Where the kernel allows, the command gets its own process and mount namespaces: killing its first process ends every other
 * one and removes every mount, even if this program is killed. Elsewhere the processes of its session are killed, and the
 * mounts listed in the mount table are removed.
 */
import type * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { getuid } from "node:process"
import * as Process from "../../effect/Process.js"
import * as ProcessIdentity from "./ProcessIdentity.js"

/** The exit of a command; `exitCode` is undefined if it was killed. `stderr` is the output of the helpers that start it. */
export interface Exit {
  readonly exitCode: number | undefined
  readonly stderr: string
}

/** A command with its whole environment; its output is appended to the file `log`. */
export interface SandboxCommand {
  readonly command: readonly [string, ...Array<string>]
  readonly environment: Readonly<Record<string, string>>
  readonly log: string
  /** A directory that is mounted as tmpfs for the command, where namespaces are available. */
  readonly memory: string
  /** The standard input of the command; by default it is empty. */
  readonly stdin?: Stream.Stream<Uint8Array> | undefined
}

export interface Sandbox {
  /** Whether a mount of a command is seen by that command alone. */
  readonly ownMounts: boolean
  /** Runs the command to its end; interrupting kills it and everything it started. */
  readonly run: (command: SandboxCommand) => Effect.Effect<Exit>
  /** Unmounts everything below a command's working directory, and deletes it. */
  readonly clear: (folder: string) => Effect.Effect<void>
  /** Kills the processes that still use a directory, left by a program that was killed. */
  readonly evict: (folder: string) => Effect.Effect<void>
}

const namespaces = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"] as const

// setpriv: the command is killed when this program dies of any signal.
const parentDeathSignal = ["setpriv", "--pdeathsig", "KILL"] as const

// The output goes straight to the file; errors of the helpers before it stay on the stderr pipe.
const wrapper = "exec >> \"$1\" 2>&1; shift; exec \"$@\""
const withoutInput = "exec < /dev/null; "
const withMemory = "mount -t tmpfs -o mode=0700 tmpfs \"$2\" || exit; log=$1; shift 2; set -- \"$log\" \"$@\"; "

/**
 * Probes which namespaces this machine allows: as root namespaces directly, else within the user namespace that
 * `buildah unshare` makes.
 */
export const make = (
  executor: Process.Executor,
  fs: FileSystem.FileSystem
): Effect.Effect<Sandbox> =>
  Effect.gen(function*() {
    const succeeds = (command: string, ...args: Array<string>) =>
      Process.exitCode(executor, [command, ...args]).pipe(
        Effect.map((exitCode) => exitCode === 0),
        Effect.orElseSucceed(() => false)
      )
    const mounts = ([command = "false", ...args]: ReadonlyArray<string>) =>
      succeeds(command, ...args, "mount", "-t", "tmpfs", "tmpfs", "/mnt")
    // The usual case takes one process, since each costs a fork of this one.
    const usual = yield* mounts([...parentDeathSignal, ...namespaces])
    const held = usual || (yield* succeeds(...parentDeathSignal, "true")) ? parentDeathSignal : []
    const inside: ReadonlyArray<string> | undefined = usual
      ? namespaces
      : Option.getOrUndefined(
        yield* Effect.findFirst([[...namespaces], ["buildah", "unshare", ...held, ...namespaces]], mounts)
      )
    const rootless = getuid?.() !== 0

    const killAll = (find: Effect.Effect<ReadonlyArray<number>>) =>
      Effect.gen(function*() {
        for (;;) {
          const pids = yield* find
          if (pids.length === 0) return
          yield* succeeds("kill", "-KILL", ...pids.map(String))
          yield* Effect.sleep("20 millis")
        }
      }).pipe(Effect.interruptible, Effect.timeoutOption("10 seconds"), Effect.asVoid)

    const run = ({ command, environment, log, memory, stdin }: SandboxCommand) =>
      Effect.gen(function*() {
        const wrapped = `${stdin === undefined ? withoutInput : ""}${inside === undefined ? "" : withMemory}${wrapper}`
        const [first = "sh", ...rest] = inside === undefined
          ? [...held, "sh", "-c", wrapped, "sh", log, ...command]
          : [...held, ...inside, "sh", "-c", wrapped, "sh", log, memory, ...command]
        const process = yield* Process.start(executor, [first, ...rest], environment)
        let succeeded = false
        const killSession = Effect.ignore(process.kill).pipe(
          Effect.interruptible,
          Effect.timeoutOption("10 seconds"),
          // Needed with namespaces too: the first process of a namespace exits only after all others.
          Effect.andThen(killAll(ProcessIdentity.inSession(fs, process.pid)))
        )
        yield* Effect.addFinalizer(() =>
          // The success of its first process is reported once all others of its namespace have ended.
          inside !== undefined && succeeded ? Effect.void : killSession
        )
        if (stdin !== undefined) {
          // The command may end before it has read everything.
          yield* Effect.forkScoped(Effect.ignore(process.write(stdin)))
        }
        const stderr = yield* Effect.fork(
          process.stderr.pipe(Stream.decodeText(), Stream.mkString, Effect.orElseSucceed(() => ""))
        )
        const exitCode = yield* process.exitCode.pipe(
          Effect.map((exitCode): number | undefined => exitCode),
          Effect.orElseSucceed(() => undefined)
        )
        succeeded = exitCode === 0
        return { exitCode, stderr: (yield* Fiber.join(stderr)).trim() }
      }).pipe(
        Effect.scoped,
        Effect.catchAll((cause) => Effect.succeed<Exit>({ exitCode: undefined, stderr: cause.message }))
      )

    const unmount = (folder: string) =>
      Effect.gen(function*() {
        const table = yield* fs.readFileString("/proc/self/mountinfo").pipe(Effect.orElseSucceed(() => ""))
        // proc(5): the fifth field is the mount point, with blanks written as \040.
        const points = table.split("\n").map((line) => (line.split(" ")[4] ?? "").replaceAll("\\040", " "))
        yield* Effect.forEach(
          points.filter((point) => point.startsWith(`${folder}/`)).toReversed(),
          (point) => succeeds("umount", "--lazy", point),
          { discard: true }
        )
      })

    const clear = (folder: string) =>
      Effect.gen(function*() {
        if (!(yield* fs.exists(folder).pipe(Effect.orElseSucceed(() => true)))) return
        yield* unmount(folder)
        // Uses rm, which accepts every file name; files of other users of a user namespace are deleted from within it.
        if (!(yield* succeeds("rm", "-rf", "--", folder)) && rootless) {
          yield* succeeds("buildah", "unshare", "rm", "-rf", "--", folder)
        }
      })

    return {
      ownMounts: inside !== undefined,
      run,
      clear,
      evict: (folder) => killAll(ProcessIdentity.naming(fs, `${folder}/`))
    }
  })
