/** The tree for Effect 4, in `effect4/build`: files with their names of Effect renamed, and those of the seam by their twins. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { notRun } from "../../effect4/not-run.js"
import * as Fences from "./Fences.js"
import { rewrite, type Rewritten } from "./Rewrite.js"
import * as Table from "./Table.js"

export const root = fileURLToPath(new URL("../..", import.meta.url))

export const target = join(root, "effect4/build")

/** Where the twins are, and the directory whose files they replace. */
const seams = { "effect4/seam/": "src/effect/", "effect4/test/": "test/", "effect4/examples/": "examples/" } as const

const leftOut = ["src/cli/", ...Object.keys(notRun)]

const isLeftOut = (path: string): boolean =>
  leftOut.some((each) => each.endsWith("/") ? path.startsWith(each) : path === each)

const filesIn = (directory: string): ReadonlyArray<string> =>
  readdirSync(join(root, directory), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
    .filter((path) => !isLeftOut(path))
    .sort()

export const put = (path: string, text: string): void => {
  const to = join(target, path)
  mkdirSync(dirname(to), { recursive: true })
  writeFileSync(to, text)
}

/** Copies a file; a page shows the programs for Effect 4. */
export const copy = (path: string): void => {
  const from = join(root, path)
  if (path.endsWith(".md")) return put(path, Fences.inPage(readFileSync(from, "utf8"), Table.make()))
  const to = join(target, path)
  mkdirSync(dirname(to), { recursive: true })
  copyFileSync(from, to)
}

export interface Written {
  /** The number of names that were renamed. */
  readonly names: number
  /** The number of files with such a name. */
  readonly files: number
  readonly twins: number
  /** Names that the table does not know, each with its place. */
  readonly unknown: ReadonlyArray<string>
}

type Lookup = ReturnType<typeof Table.make>

const rewritten = (path: string, lookup: Lookup): Rewritten => {
  const text = readFileSync(join(root, path), "utf8")
  return path.startsWith("examples/")
    ? Fences.example(path, text, lookup)
    : rewrite(path, Fences.inDocstrings(text, lookup), lookup)
}

/** The files of the seam by the files that they replace. */
const twinsOf = (directories: ReadonlyArray<string>): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(seams).flatMap(([seam, directory]) =>
      directories.some((each) => directory.startsWith(`${each}/`))
        ? filesIn(seam).map((path): [string, string] => [path.replace(seam, directory), path])
        : []
    )
  )

/** The names in directories of the project that the table does not know, each with its place; nothing is written. */
export const unknownNames = (...directories: ReadonlyArray<string>): ReadonlyArray<string> => {
  const lookup = Table.make()
  const twins = twinsOf(directories)
  return directories.flatMap(filesIn)
    .filter((path) => path.endsWith(".ts") && !twins.has(path))
    .flatMap((path) => rewritten(path, lookup).unknown)
}

/** Writes directories of the project. A file of `src/effect` has to have a twin, unless renaming is enough for it. */
export const write = (...directories: ReadonlyArray<string>): Written => {
  const lookup = Table.make()
  const twins = twinsOf(directories)
  for (const [path, twin] of twins) {
    if (!/^(src\/effect|test)\/names\//.test(path) && !existsSync(join(root, path))) {
      throw new Error(`${twin} is the twin of no file: ${path} does not exist`)
    }
  }
  const unknown: Array<string> = []
  let names = 0
  let files = 0
  for (const directory of directories) {
    rmSync(join(target, directory), { recursive: true, force: true })
    for (const path of filesIn(directory).filter((path) => !twins.has(path))) {
      if (!path.endsWith(".ts")) {
        copy(path)
        continue
      }
      const result = rewritten(path, lookup)
      unknown.push(...result.unknown)
      names += result.names
      if (result.names > 0) files += 1
      // The `this` of a generator is an option on Effect 4.
      put(path, result.text.replaceAll("Effect.gen(this, ", "Effect.gen({ self: this }, "))
    }
  }
  for (const [path, twin] of twins) put(path, readFileSync(join(root, twin), "utf8"))
  return { names, files, twins: twins.size, unknown }
}
