/**
 * What a build takes beside buildah: from the start of this process to buildah's first work, without the registry's start, and from
 * the end of its last to the result.
 */
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import type { Sample } from "../Scenario.js"
import * as Site from "./Site.js"

/** What counts as work. */
const commands = new Set(["pull", "from", "build", "push"])

export interface Around {
  readonly begin: () => void
  readonly told: () => void
  readonly sample: () => Sample
}

/** Puts a program before buildah in this process's PATH, which notes when each of its commands begins and ends. */
export const make = (): Around => {
  const folder = Site.at("around")
  const times = path.join(folder, "times")
  const buildah = execFileSync("sh", ["-c", "command -v buildah"], { encoding: "utf8" }).trim()
  fs.rmSync(folder, { recursive: true, force: true })
  fs.mkdirSync(folder, { recursive: true })
  const note = `"$(date +%s%3N)" "$*" >> '${times}'`
  const script = `#!/bin/sh\necho begin ${note}\n'${buildah}' "$@"\nstatus=$?\necho end ${note}\nexit $status\n`
  fs.writeFileSync(path.join(folder, "buildah"), script, { mode: 0o755 })
  process.env["PATH"] = `${folder}:${process.env["PATH"] ?? ""}`
  const started = performance.now()
  let [begun, told] = [0, 0]
  const works = (what: string): ReadonlyArray<number> =>
    fs.readFileSync(times, "utf8").split("\n").flatMap((line) => {
      const [is, time, ...args] = line.split(" ")
      return is === what && args.some((arg) => commands.has(arg)) ? [Number(time)] : []
    })
  return {
    begin: () => {
      begun = Date.now()
    },
    told: () => {
      told = Date.now()
    },
    sample: () => ({
      beforeSeconds: (started + Math.min(...works("begin")) - begun) / 1_000,
      afterSeconds: (told - Math.max(...works("end"))) / 1_000
    })
  }
}
