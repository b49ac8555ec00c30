/**
 * A real control plane beside the builds: how many, and how fast their pods change.
 */
import type * as Workload from "../load/Workload.js"

/** `BENCH_BUILDS=20` tries the scenario out. */
export const builds = Number(process.env["BENCH_BUILDS"] ?? 2_000)

/** How many pods change in a second: two cores have to serve the control plane, too. */
export const changesASecond = 100

/** It takes the control plane of the tests, whose modules find their files beside them, so it is not bundled. */
export const site: Workload.Site = {
  builds,
  server: [process.execPath, "--import", "tsx", "bench/load-real/server.ts"]
}
