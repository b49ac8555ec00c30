/**
 * Puts the modules that tsc has compiled together into few, which load faster: `node scripts/build.mjs FOLDER [DIST]`, the folder of
 * tsc's output and that of the result, by default `dist`. The entries of the exports map stay where they are in it; what they share is in its `chunks`.
 *
 * Which modules share a chunk is decided by the entries in `shares` that need them, so importing or bundling one of these takes
 * little that it does not use. Effect and other packages stay imports.
 */
import * as fs from "node:fs"
import * as path from "node:path"
import { rollup } from "rollup"
import packageJson from "../package.json" with { type: "json" }

const main = "index"

const shares = [
  "core/BuildRef",
  "core/BuildStatus",
  "core/BuildInput",
  "core/BuildBackend",
  "kubernetes/Cluster",
  "kubernetes/Resources",
  "backends/OpenShiftBuildBackend",
  "backends/CustomBuildBackend",
  "backends/LocalBuildBackend"
]

const [, , folder = "", dist = "dist"] = process.argv
const root = path.resolve(folder)
const fileOf = (name) => path.join(root, `${name}.js`)

const names = Object.values(packageJson.exports).flatMap((target) =>
  typeof target === "string" ? [] : [target.default.replace(/^\.\/dist\/|\.js$/g, "")]
)

const compiled = {
  name: "compiled",
  load: (id) => ({ code: fs.readFileSync(id, "utf8"), map: JSON.parse(fs.readFileSync(`${id}.map`, "utf8")) }),
  // Imports for the order of side effects alone, of which there are none (`sideEffects` in package.json). Lines stay where they are.
  renderChunk: (code) => ({ code: code.replace(/^import '\.[^']*';$/gm, ""), map: null })
}

const bundle = await rollup({
  input: Object.fromEntries(names.map((name) => [name, fileOf(name)])),
  external: (id) => !/^[./]/.test(id),
  treeshake: { moduleSideEffects: false },
  plugins: [compiled],
  onwarn: ({ message }) => {
    throw new Error(message)
  }
})

/** The modules that a module imports, itself included. */
const reachedFrom = (file, getModuleInfo, seen = new Set()) => {
  if (!seen.has(file)) {
    seen.add(file)
    for (const next of getModuleInfo(file)?.importedIds ?? []) {
      if (path.isAbsolute(next)) reachedFrom(next, getModuleInfo, seen)
    }
  }
  return seen
}

/** The chunk of a module; undefined for an entry that no other one needs, and what the main entry does not need. */
const chunkOf = () => {
  let reached
  return (file, { getModuleInfo }) => {
    reached ??= new Map([main, ...shares].map((name) => [name, reachedFrom(fileOf(name), getModuleInfo)]))
    if (file === fileOf(main) || !reached.get(main).has(file)) return undefined
    const users = shares.flatMap((name, index) => reached.get(name).has(file) ? [index] : [])
    if (users.length > 0) return `shared-${users.join("")}`
    return names.some((name) => fileOf(name) === file) ? undefined : "main"
  }
}

await bundle.write({
  dir: dist,
  format: "es",
  chunkFileNames: "chunks/[name].js",
  manualChunks: chunkOf(),
  hoistTransitiveImports: false,
  minifyInternalExports: false,
  sourcemap: true,
  // The sources are in the package.
  sourcemapExcludeSources: true
})
