/**
 * `npm run buildah-current`: installs a current buildah from a newer Debian beside the machine's own, without touching the system.
 *
 * Apt downloads the packages and everything they depend on, with lists and a status of its own, from the mirror and through
 * the configuration that this machine uses already. They are unpacked, not installed, and the programs are pointed at their
 * own dynamic linker and libraries: buildah starts itself again by /proc/self/exe, so a linker named on the command line
 * would not do. Needs apt and dpkg, and about 300 MB.
 */
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { binFolder, folder, release } from "./CurrentBuildah.js"

// Since 1.43 buildah needs netavark for its network even where isolation is chroot.
const packages = ["buildah", "netavark", "patchelf"]

const { suites } = release
const series = release.series.join(".")

const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"

const run = (command: string, ...args: ReadonlyArray<string>): string =>
  execFileSync(command, args, { encoding: "utf8", maxBuffer: 64 * 1024 * 1024, stdio: ["ignore", "pipe", "inherit"] })

/** The mirror of Debian's own archive that apt uses here, whatever release it is used for. */
const mirror = (): string => {
  const targets = run("apt-get", "indextargets", "--format", "$(ORIGIN) $(CREATED_BY) $(REPO_URI) $(RELEASE)").split(
    "\n"
  )
  const found = targets.find((line) => /^Debian Packages \S+ [a-z]+$/.test(line))?.split(" ")[2]
  if (found === undefined) {
    throw new Error("apt has no list of Debian's main archive; add one to its sources and run apt-get update")
  }
  return found
}

const version = (): string | undefined => {
  const program = path.join(binFolder, "buildah")
  return fs.existsSync(program) ? /version (\S+)/.exec(run(program, "--version"))?.[1] : undefined
}

/** Downloads the packages into a folder, and returns their files. */
const download = (apt: string): ReadonlyArray<string> => {
  for (const name of ["lists/partial", "cache/archives/partial"]) {
    fs.mkdirSync(path.join(apt, name), { recursive: true })
  }
  fs.writeFileSync(path.join(apt, "status"), "")
  fs.writeFileSync(
    path.join(apt, "sources.list"),
    suites.map((suite) => `deb [signed-by=${keyring}] ${mirror()} ${suite} main\n`).join("")
  )
  const options = Object.entries({
    "Dir::Etc::sourcelist": path.join(apt, "sources.list"),
    "Dir::Etc::sourceparts": "/dev/null",
    "Dir::State::lists": path.join(apt, "lists"),
    "Dir::State::status": path.join(apt, "status"),
    "Dir::Cache": path.join(apt, "cache"),
    // Apt's own user may not read a folder of this one.
    "APT::Sandbox::User": "root",
    // Otherwise what is experimental is taken only by name.
    "APT::Default-Release": suites.at(-1) ?? ""
  }).flatMap(([name, value]) => ["-o", `${name}=${value}`])
  run("apt-get", ...options, "-qq", "update")
  run("apt-get", ...options, "-qq", "--yes", "--no-install-recommends", "--download-only", "install", ...packages)
  const archives = path.join(apt, "cache/archives")
  return fs.readdirSync(archives).filter((name) => name.endsWith(".deb")).map((name) => path.join(archives, name))
}

/** Makes the programs run on their own linker and libraries. patchelf breaks this buildah unless the path is set first. */
const relocate = (root: string): void => {
  const [libraries] = fs.readdirSync(path.join(root, "usr/lib")).filter((name) => name.endsWith("-linux-gnu")).map((
    name
  ) => path.join(root, "usr/lib", name))
  if (libraries === undefined) throw new Error(`${root} has no libraries`)
  const linker = fs.readdirSync(libraries).find((name) => /^ld-linux-.*\.so\.\d$/.test(name))
  if (linker === undefined) throw new Error(`${libraries} has no dynamic linker`)
  const patchelf = (...args: ReadonlyArray<string>) =>
    run(path.join(libraries, linker), "--library-path", libraries, path.join(root, "usr/bin/patchelf"), ...args)
  for (const program of ["usr/bin/buildah", "usr/lib/podman/netavark"]) {
    const file = path.join(root, program)
    patchelf("--force-rpath", "--set-rpath", libraries, file)
    patchelf("--set-interpreter", path.join(libraries, linker), file)
  }
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
  const apt = fs.mkdtempSync(path.join(path.dirname(folder), ".apt-"))
  try {
    for (const archive of download(apt)) run("dpkg-deb", "-x", archive, folder)
    relocate(folder)
    // Last: what has no wrapper is not complete, and is made again.
    wrap(folder)
  } finally {
    fs.rmSync(apt, { recursive: true, force: true })
  }
}

if (version()?.startsWith(series) !== true) build()
const found = version()
if (found?.startsWith(series) !== true) {
  throw new Error(
    `Debian ${suites.at(-1)} has buildah ${found ?? "none"}, and ${series} is expected; change CurrentBuildah.ts`
  )
}
process.stdout.write(`buildah ${found}: ${path.join(binFolder, "buildah")}\n`)
