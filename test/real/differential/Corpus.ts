/**
 * The Containerfiles of test/corpus. A file's name is its case's; its context is the folder `context`, in which git keeps
 * whether a file is executable and no other mode.
 */
import * as fs from "node:fs"
import * as path from "node:path"
import type { Case, ContextFile } from "./Case.js"
import * as Tar from "./Tar.js"

export const folder = path.resolve(import.meta.dirname, "../../corpus")

const suffix = ".Containerfile"

/** An archive with what a folder of git cannot have: owners, modes, links and times. */
const archive = Tar.write([
  { name: "tree", type: "directory", mode: 0o750, uid: 7, gid: 8 },
  { name: "tree/tool", mode: 0o4755, content: Buffer.from("#!/bin/sh\necho tool\n") },
  { name: "tree/same", type: "hardlink", link: "tree/tool", mode: 0o4755 },
  { name: "tree/link", type: "symlink", link: "tool", mode: 0o777 },
  { name: "tree/dangling", type: "symlink", link: "/dev/null", mode: 0o777 },
  { name: "tree/empty", type: "directory", mode: 0o2775, gid: 9 },
  { name: "tree/attribute", content: Buffer.from("x\n"), xattrs: { "user.origin": "corpus" } }
])

/** The same of the context itself, as the trees of operating systems have it. */
const overlay: Readonly<Record<string, ContextFile>> = {
  "overlay/usr/lib/os/x.conf": { content: Buffer.from("x\n"), mode: 0o640 },
  "overlay/usr/lib/systemd/y.service": { link: "/dev/null" },
  "overlay/etc/wants/x.service": { link: "../../usr/lib/systemd/x.service" },
  "overlay/lib": { link: "usr/lib" },
  "overlay/var/empty": { directory: true, mode: 0o700 },
  "overlay/srv": { directory: true, mode: 0o2775 },
  "overlay/srv/shared": { content: Buffer.from("shared\n"), mode: 0o6755 }
}

const read = (): Readonly<Record<string, ContextFile>> => {
  const root = path.join(folder, "context")
  const names = fs.readdirSync(root, { recursive: true, encoding: "utf8" }).toSorted()
  const files = names.filter((name) => fs.statSync(path.join(root, name)).isFile()).map((name) => {
    const file = path.join(root, name)
    const mode = (fs.statSync(file).mode & 0o100) === 0 ? 0o644 : 0o755
    return [name, { content: fs.readFileSync(file), mode }] as const
  })
  return { ...Object.fromEntries(files), ...overlay, "tree.tar": { content: archive, mode: 0o644 } }
}

/** The context that all cases share. */
export const context = read()

// `# with build-arg NAME=value`, `# with label NAME=value`, and a line of the ignore file: `# with ignore PATTERN`.
const options = (text: string, kind: string): ReadonlyArray<string> =>
  [...text.matchAll(/^# with ([a-z-]+) (.*)$/gm)].filter(([, found]) => found === kind).map(([, , rest = ""]) => rest)

const pairs = (texts: ReadonlyArray<string>): Record<string, string> =>
  Object.fromEntries(texts.map((text) => [text.slice(0, text.indexOf("=")), text.slice(text.indexOf("=") + 1)]))

/** What the comments of a Containerfile add to it. */
export const make = (name: string, containerfile: string): Case => {
  const ignored = options(containerfile, "ignore")
  return {
    name,
    containerfile,
    context: ignored.length === 0
      ? context
      : { ...context, ".dockerignore": { content: Buffer.from(`${ignored.join("\n")}\n`), mode: 0o644 } },
    buildArgs: pairs(options(containerfile, "build-arg")),
    labels: pairs(options(containerfile, "label"))
  }
}

/** All of them, in the order of their names. */
export const cases = (): ReadonlyArray<Case> =>
  fs.readdirSync(folder).filter((name) => name.endsWith(suffix)).toSorted().map((name) =>
    make(name.slice(0, -suffix.length), fs.readFileSync(path.join(folder, name), "utf8"))
  )
