/**
 * Identifies a process across boots, because process ids are reused.
 */
import type * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/**
 * A process, distinguished from a later one of the same id by its start time and its boot. `place` is the scope of its id: a
 * machine, and a process namespace there.
 */
export class ProcessIdentity extends Schema.Class<ProcessIdentity>("effect-os-builder/backends/local/ProcessIdentity")({
  pid: Schema.Int,
  startTime: Schema.String,
  boot: Schema.String,
  place: Schema.String
}) {}

// proc(5): the name in parentheses may contain anything, so the fields are counted after the last one. Field 3 is the state,
// field 6 the session, field 22 the start time in clock ticks since boot.
const fieldsOf = (stat: string): ReadonlyArray<string> => stat.slice(stat.lastIndexOf(")") + 2).split(" ")

const readStat = (fs: FileSystem.FileSystem, pid: number): Effect.Effect<ReadonlyArray<string> | undefined> =>
  fs.readFileString(`/proc/${pid}/stat`).pipe(
    Effect.map(fieldsOf),
    Effect.orElseSucceed(() => undefined)
  )

const readText = (fs: FileSystem.FileSystem, path: string): Effect.Effect<string> =>
  fs.readFileString(path).pipe(Effect.map((text) => text.trim()), Effect.orElseSucceed(() => ""))

const readBoot = (fs: FileSystem.FileSystem) => readText(fs, "/proc/sys/kernel/random/boot_id")

/** The current process. */
export const self = (fs: FileSystem.FileSystem): Effect.Effect<ProcessIdentity> =>
  Effect.gen(function*() {
    const stat = yield* readText(fs, "/proc/self/stat")
    const namespace = yield* fs.readLink("/proc/self/ns/pid").pipe(Effect.orElseSucceed(() => ""))
    return new ProcessIdentity({
      pid: Number.parseInt(stat, 10) || 0,
      startTime: fieldsOf(stat)[19] ?? "",
      boot: yield* readBoot(fs),
      // machine-id(5); the first process namespace of every boot has the same name.
      place: `${yield* readText(fs, "/etc/machine-id")} ${namespace}`
    })
  })

/** Whether a process of this machine and namespace is still running; a zombie does not. */
export const isAlive = (fs: FileSystem.FileSystem, identity: ProcessIdentity): Effect.Effect<boolean> =>
  Effect.gen(function*() {
    const stat = yield* readStat(fs, identity.pid)
    return stat !== undefined && stat[0] !== "Z" && stat[19] === identity.startTime &&
      (yield* readBoot(fs)) === identity.boot
  })

const processes = (
  fs: FileSystem.FileSystem,
  matches: (pid: number) => Effect.Effect<boolean>
): Effect.Effect<ReadonlyArray<number>> =>
  fs.readDirectory("/proc").pipe(
    Effect.map((names) => names.filter((name) => /^\d+$/.test(name)).map(Number)),
    Effect.orElseSucceed(() => []),
    Effect.flatMap((pids) => Effect.filter(pids, matches, { concurrency: 16 }))
  )

/** The processes of a session: a command and its descendants, in any process group. */
export const inSession = (fs: FileSystem.FileSystem, leader: number): Effect.Effect<ReadonlyArray<number>> =>
  processes(
    fs,
    (pid) =>
      Effect.map(readStat(fs, pid), (stat) => stat !== undefined && stat[3] === String(leader) && stat[0] !== "Z")
  )

/** The processes whose command line contains a text. */
export const naming = (fs: FileSystem.FileSystem, text: string): Effect.Effect<ReadonlyArray<number>> =>
  processes(fs, (pid) => Effect.map(readText(fs, `/proc/${pid}/cmdline`), (line) => line.includes(text)))
