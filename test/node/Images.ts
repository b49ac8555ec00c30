/**
 * The images of a real node: they are imported, and no registry has them.
 */
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Archive from "./Archive.js"

/** Holds the namespaces of a pod. */
export const pause = "os-builder.test/pause:1"

/** What the builds of the tests run in: buildah of Debian's release, as `docs/operating.md` says what it must contain. */
export const builder = "os-builder.test/builder:1"

/** As the builder, but newuidmap and newgidmap are setuid root and have no capabilities. */
export const builderSetuid = "os-builder.test/builder-setuid:1"

/** A shell of busybox, for pods of any kind, and as base of what is built. */
export const base = "os-builder.test/base:1"

/** Debian's packages of the builder image. */
export const builderPackages = [
  "base-files",
  "dash",
  "coreutils",
  "sed",
  "grep",
  "findutils",
  "tar",
  "gzip",
  "mount",
  "util-linux",
  "buildah",
  "netavark",
  "uidmap"
]

/** The name of an image's archive in the folder of archives. */
export const archive = (image: string): string => `${image.replace(/.*\/(.*):.*/, "$1")}.tar`

const searchPath = "PATH=/usr/sbin:/usr/bin:/sbin:/bin"

/** What a user of the builder image is given, which packages that are not installed lack. */
const users = (root: string): void => {
  const etc = (name: string, text: string) => fs.writeFileSync(path.join(root, "etc", name), text)
  etc("passwd", "root:x:0:0:root:/root:/bin/sh\nbuild:x:1000:1000::/home/build:/bin/sh\n")
  etc("group", "root:x:0:\nbuild:x:1000:\n")
  for (const name of ["subuid", "subgid"]) etc(name, "build:1:999\nbuild:1001:64535\n")
  fs.mkdirSync(path.join(root, "home/build"), { recursive: true })
  fs.chownSync(path.join(root, "home/build"), 1000, 1000)
}

const mappers = (root: string) => ["newuidmap", "newgidmap"].map((name) => path.join(root, "usr/bin", name))

/** Writes all archives into a folder, from a root in which Debian's packages are unpacked; it changes that root. */
export const write = (root: string, folder: string, work: string): void => {
  const busybox = (name: string) => {
    const own = fs.mkdtempSync(path.join(work, `${name}-`))
    fs.mkdirSync(path.join(own, "bin"))
    fs.mkdirSync(path.join(own, "tmp"), { mode: 0o777 })
    fs.copyFileSync(path.join(root, "usr/bin/busybox"), path.join(own, "bin/busybox"))
    return own
  }
  const save = (image: Archive.Image) => Archive.write(image, path.join(folder, archive(image.name)), work)
  save({ name: pause, root: busybox("pause"), config: { Cmd: ["/bin/busybox", "sleep", "2147483647"] } })

  const small = busybox("base")
  execFileSync(path.join(small, "bin/busybox"), ["--list"], { encoding: "utf8" }).trim().split("\n")
    .filter((name) => name !== "busybox")
    .forEach((name) => fs.symlinkSync("busybox", path.join(small, "bin", name)))
  fs.chmodSync(path.join(small, "tmp"), 0o1777)
  save({ name: base, root: small, config: { Cmd: ["/bin/sh"], Env: ["PATH=/bin"] } })

  users(root)
  const without = [
    "containerd*",
    "ctr",
    "runc",
    "patchelf",
    "./usr/lib/cni",
    "./usr/share/doc",
    "./usr/share/man",
    "./usr/share/locale"
  ]
  const whole = { root, without, config: { Cmd: ["/bin/sh"], Env: [searchPath], User: "1000" } }
  save({ ...whole, name: builderSetuid })
  for (const file of mappers(root)) {
    fs.chmodSync(file, 0o755)
    execFileSync("setcap", [`cap_set${path.basename(file).slice(3, 6)}=ep`, file])
  }
  save({ ...whole, name: builder })
}
