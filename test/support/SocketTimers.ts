/**
 * The timers of this machine's TCP sockets, as `ss` of iproute2 shows them.
 */
import { execFileSync, spawnSync } from "node:child_process"

const isInstalled = spawnSync("ss", ["-V"]).error === undefined

/** Undefined where the timers can be read; else the reason why a test of them is skipped. */
export const whyNoTimers = process.platform === "linux" && isInstalled ? undefined : "needs Linux and ss (iproute2)"

/** The lines of `ss -tno` for the connections to a port of 127.0.0.1. */
export const connectionsTo = (port: number): ReadonlyArray<string> =>
  execFileSync("ss", ["-tnoH", "state", "established", "dst", `127.0.0.1:${port}`], { encoding: "utf8" })
    .split("\n")
    .filter((line) => line !== "")
