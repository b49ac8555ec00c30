/**
 * How many modules of Effect the main entry loads, which is most of the time that its import takes. How many it loads of its own
 * is counted in the packed package (`npm run test:package`). And what the command does not load.
 */
import { assert, it } from "@effect/vitest"
import * as fs from "node:fs"
import * as path from "node:path"

const root = path.resolve(import.meta.dirname, "../../src")

/** What a module and those that it imports load, types aside: files of this library, and modules of packages. */
const loaded = (file: string, seen = new Set<string>()): ReadonlySet<string> => {
  if (seen.has(file)) return seen
  seen.add(file)
  const statements = fs.readFileSync(file, "utf8").matchAll(
    /^(?:import|export)\s+(?:\*(?:\s+as\s+\w+)?|\{[^}]*\}|\w+)\s+from\s+"([^"]+)"/gm
  )
  for (const [, from = ""] of statements) {
    if (from.startsWith(".")) {
      loaded(path.resolve(path.dirname(file), from.replace(/\.js$/, ".ts")), seen)
    } else {
      seen.add(from)
    }
  }
  return seen
}

/** The files of Effect that a module of it loads, its own among them. */
const ofEffect = (file: string, seen = new Set<string>()): ReadonlySet<string> => {
  if (seen.has(file)) return seen
  seen.add(file)
  for (const [, from = ""] of fs.readFileSync(file, "utf8").matchAll(/^(?:import|export)\s[^;]*?from "(\.[^"]+)"/gms)) {
    ofEffect(path.resolve(path.dirname(file), from), seen)
  }
  return seen
}

it("modules: the main entry loads few of Effect, and nothing from packages that it does not require", () => {
  const packages = [...loaded(path.join(root, "index.ts"))].filter((name) => !path.isAbsolute(name))
  const effect = packages.filter((name) => name.startsWith("effect/"))
  assert.isAtLeast(effect.length, 10, "the pattern above finds imports")
  assert.deepStrictEqual(packages.filter((name) => !/^(?:effect|@effect\/platform)\/|^node:/.test(name)), [])
  const files = new Set<string>()
  for (const name of effect) ofEffect(path.resolve(root, `../node_modules/effect/dist/esm/${name.slice(7)}.js`), files)
  // Those of Effect.js alone are 152.
  assert.isAtMost(files.size, 257)
  assert.isAtLeast(files.size, 200, "the pattern above finds imports")
})

/** The files of this library that a module loads. */
const own = (...files: ReadonlyArray<string>): ReadonlyArray<string> =>
  [...new Set(files.flatMap((file) => [...loaded(path.join(root, file))]))].filter((name) => path.isAbsolute(name)).map(
    (name) => path.relative(root, name)
  )

it("modules: the help of the command loads nothing of Effect but Either", () => {
  const modules = [...loaded(path.join(root, "cli/Main.ts"))].filter((name) => !path.isAbsolute(name))
  assert.deepStrictEqual(modules.filter((name) => !name.startsWith("node:")), ["effect/Either"])
})

it("modules: a command loads no other command, backend, input or client before it runs", () => {
  const files = own("cli/Program.ts")
  assert.include(files, "cli/Flags.ts")
  assert.deepStrictEqual(
    files.filter((file) =>
      /^(?:backends|kubernetes|cli\/commands)\/|^core\/(?:BuildInput|Containerfile|BuildBackend)\.ts$/.test(file)
    ),
    []
  )
})

it("modules: builds and lists of the local backend load no client of Kubernetes", () => {
  const files = own(
    "cli/Program.ts",
    "cli/commands/Build.ts",
    "cli/commands/Builds.ts",
    "backends/LocalBuildBackend.ts"
  )
  assert.include(files, "backends/local/Attempt.ts")
  assert.deepStrictEqual(files.filter((file) => /^kubernetes\//.test(file)), [])
})
