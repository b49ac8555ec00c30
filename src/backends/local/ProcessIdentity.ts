/**
 * Which process of which boot: a process id alone is given out again.
 */
import type * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** A process, told from a later one of the same id by the time it started and the boot it belongs to. */
export class ProcessIdentity extends Schema.Class<ProcessIdentity>("effect-os-builder/backends/local/ProcessIdentity")({
  pid: Schema.Int,
  startTime: Schema.String,
  boot: Schema.String
}) {}

// proc(5): the name in parentheses may hold anything, so the fields are counted after the last one. Field 3 is the state,
// field 6 the session, field 22 the start time in clock ticks since boot.
const fieldsOf = (stat: string): ReadonlyArray<string> => stat.slice(stat.lastIndexOf(")") + 2).split(" ")

const readStat = (fs: FileSystem.FileSystem, pid: number | "self"): Effect.Effect<ReadonlyArray<string> | undefined> =>
  fs.readFileString(`/proc/${pid}/stat`).pipe(
    Effect.map(fieldsOf),
    Effect.orElseSucceed(() => undefined)
  )

const readBoot = (fs: FileSystem.FileSystem): Effect.Effect<string> =>
  fs.readFileString("/proc/sys/kernel/random/boot_id").pipe(
    Effect.map((id) => id.trim()),
    Effect.orElseSucceed(() => "")
  )

/** The process this runs in. */
export const self = (fs: FileSystem.FileSystem): Effect.Effect<ProcessIdentity> =>
  Effect.gen(function*() {
    const stat = yield* fs.readFileString("/proc/self/stat").pipe(Effect.orElseSucceed(() => "0 () "))
    return new ProcessIdentity({
      pid: Number.parseInt(stat, 10),
      startTime: fieldsOf(stat)[19] ?? "",
      boot: yield* readBoot(fs)
    })
  })

/** Whether the process still runs; a zombie does not. */
export const isAlive = (fs: FileSystem.FileSystem, identity: ProcessIdentity): Effect.Effect<boolean> =>
  Effect.gen(function*() {
    const stat = yield* readStat(fs, identity.pid)
    return stat !== undefined && stat[0] !== "Z" && stat[19] === identity.startTime &&
      (yield* readBoot(fs)) === identity.boot
  })

const processes = (fs: FileSystem.FileSystem): Effect.Effect<ReadonlyArray<number>> =>
  fs.readDirectory("/proc").pipe(
    Effect.map((names) => names.filter((name) => /^\d+$/.test(name)).map(Number)),
    Effect.orElseSucceed(() => [])
  )

/** The processes of a session: a command and what it started, whatever process groups they made. */
export const inSession = (fs: FileSystem.FileSystem, leader: number): Effect.Effect<ReadonlyArray<number>> =>
  Effect.flatMap(
    processes(fs),
    (pids) =>
      Effect.filter(
        pids,
        (pid) =>
          Effect.map(readStat(fs, pid), (stat) => stat !== undefined && stat[3] === String(leader) && stat[0] !== "Z")
      )
  )

/** The processes whose command line holds a text. */
export const naming = (fs: FileSystem.FileSystem, text: string): Effect.Effect<ReadonlyArray<number>> =>
  Effect.flatMap(processes(fs), (pids) =>
    Effect.filter(pids, (pid) =>
      fs.readFileString(`/proc/${pid}/cmdline`).pipe(
        Effect.map((line) => line.includes(text)),
        Effect.orElseSucceed(() => false)
      )))
