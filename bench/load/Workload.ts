/**
 * How many builds there are, how each goes, and how fast.
 */

/** `BENCH_BUILDS=2000` tries the scenario out. */
export const builds = Number(process.env["BENCH_BUILDS"] ?? 10_000)

/** How many pods of builds change in a second. */
export const changesASecond = 1_000

/** What the server makes of the pod of a build, one after another; those of different builds in a random order. */
export const steps = ["Created", "Running", "Pushing", "Succeeded"] as const

export type Step = (typeof steps)[number]

/** The steps that are statuses of a build. */
export const statuses: ReadonlyArray<string> = ["Running", "Succeeded"] satisfies ReadonlyArray<Step>

/** Milliseconds, the same in every process of this machine. */
export const now = (): number => performance.timeOrigin + performance.now()

/**
 * How many builds there are, and the command of the server that runs beside them, whose arguments are its own; `Moves.ts` has what
 * it and its contestant say to each other.
 */
export interface Site {
  readonly builds: number
  readonly server: readonly [command: string, ...args: ReadonlyArray<string>]
}

/** The generator; it is not what is measured, and is not to stand still for its garbage more often than it must. */
export const generator: Site = {
  builds,
  server: [process.execPath, "--expose-gc", "--max-semi-space-size=64", "dist/bench/load/server.js"]
}
