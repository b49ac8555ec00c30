/**
 * `npm run buildah-current`: installs a current buildah from a newer Debian beside the machine's own, without touching the system.
 *
 * The packages are unpacked, not installed, and the programs are pointed at their own dynamic linker and libraries. Needs apt and
 * dpkg, and about 300 MB.
 */
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import * as DebianPackages from "../support/DebianPackages.js"
import { binFolder, folder, release } from "./CurrentBuildah.js"

// Since 1.43 buildah needs netavark for its network even where isolation is chroot.
const packages = ["buildah", "netavark", "patchelf"]

const { suites } = release
const series = release.series.join(".")

const run = (command: string, ...args: ReadonlyArray<string>): string =>
  execFileSync(command, args, { encoding: "utf8", maxBuffer: 64 * 1024 * 1024, stdio: ["ignore", "pipe", "inherit"] })

const version = (): string | undefined => {
  const program = path.join(binFolder, "buildah")
  return fs.existsSync(program) ? /version (\S+)/.exec(run(program, "--version"))?.[1] : undefined
}

/** The program to put into PATH: buildah, told where its netavark is. */
const wrap = (root: string): void => {
  fs.writeFileSync(
    path.join(root, "containers.conf"),
    `[engine]\nhelper_binaries_dir = ["${path.join(root, "usr/lib/podman")}"]\n`
  )
  fs.mkdirSync(path.join(root, "bin"))
  fs.writeFileSync(
    path.join(root, "bin/buildah"),
    `#!/bin/sh\nCONTAINERS_CONF='${path.join(root, "containers.conf")}'\nexport CONTAINERS_CONF\n` +
      `exec '${path.join(root, "usr/bin/buildah")}' "$@"\n`,
    { mode: 0o755 }
  )
}

const build = (): void => {
  fs.rmSync(folder, { recursive: true, force: true })
  fs.mkdirSync(folder, { recursive: true })
  DebianPackages.unpack(folder, { suites, packages })
  DebianPackages.relocate(folder, ["usr/bin/buildah", "usr/lib/podman/netavark"])
  // Last: what has no wrapper is not complete, and is made again.
  wrap(folder)
}

if (version()?.startsWith(series) !== true) build()
const found = version()
if (found?.startsWith(series) !== true) {
  throw new Error(
    `Debian ${suites.at(-1)} has buildah ${found ?? "none"}, and ${series} is expected; change CurrentBuildah.ts`
  )
}
process.stdout.write(`buildah ${found}: ${path.join(binFolder, "buildah")}\n`)
