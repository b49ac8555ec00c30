/**
 * Packages of another release of Debian, unpacked into a folder and not installed: the system stays as it is.
 *
 * Apt downloads them and everything they depend on, with lists and a status of its own, from the mirror and through the
 * configuration that this machine uses already. Needs apt and dpkg.
 */
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"

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

export interface Options {
  /** The release that has them, after those that have the rest. */
  readonly suites: ReadonlyArray<string>
  readonly packages: ReadonlyArray<string>
}

/** Downloads the packages into a folder, and returns their files. */
const download = (apt: string, { packages, suites }: Options): ReadonlyArray<string> => {
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

/** Unpacks the packages, and all that they depend on, into a folder that exists; leaves nothing else behind. */
export const unpack = (root: string, options: Options): void => {
  const apt = fs.mkdtempSync(path.join(path.dirname(root), ".apt-"))
  try {
    for (const archive of download(apt, options)) run("dpkg-deb", "-x", archive, root)
  } finally {
    fs.rmSync(apt, { recursive: true, force: true })
  }
}

/**
 * Makes programs below the folder run on the linker and libraries there: one that starts itself again by /proc/self/exe is not
 * helped by a linker on its command line. The package patchelf has to be there; it breaks buildah unless the path is set first.
 */
export const relocate = (root: string, programs: ReadonlyArray<string>): void => {
  const [libraries] = fs.readdirSync(path.join(root, "usr/lib")).filter((name) => name.endsWith("-linux-gnu")).map((
    name
  ) => path.join(root, "usr/lib", name))
  if (libraries === undefined) throw new Error(`${root} has no libraries`)
  const linker = fs.readdirSync(libraries).find((name) => /^ld-linux-.*\.so\.\d$/.test(name))
  if (linker === undefined) throw new Error(`${libraries} has no dynamic linker`)
  const patchelf = (...args: ReadonlyArray<string>) =>
    run(path.join(libraries, linker), "--library-path", libraries, path.join(root, "usr/bin/patchelf"), ...args)
  for (const program of programs) {
    const file = path.join(root, program)
    patchelf("--force-rpath", "--set-rpath", libraries, file)
    patchelf("--set-interpreter", path.join(libraries, linker), file)
  }
}
