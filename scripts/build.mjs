/**
 * Puts the modules that tsc has compiled together into few, which load faster: `node scripts/build.mjs FOLDER [DIST]`, the folder of
 * tsc's output and that of the result, by default `dist`. The entries of the exports map stay where they are in it; what they share is in its `chunks`.
 *
 * Each file costs an import about a millisecond, so the chunks are few, and one has more than some entries use. A bundler leaves
 * that out, since every call that runs at load is marked as one without effects. Effect and other packages stay imports.
 */
import { transform } from "esbuild"
import * as fs from "node:fs"
import * as path from "node:path"
import { rollup } from "rollup"
import packageJson from "../package.json" with { type: "json" }

const main = "index"

/** What decides which modules share a chunk. */
const users = {
  ref: ["core/BuildRef"],
  core: ["core/BuildBackend", "core/BuildEvent", "core/BuildInput"],
  cluster: ["kubernetes/Cluster", "kubernetes/Resources"],
  openshift: ["backends/OpenShiftBuildBackend"],
  custom: ["backends/CustomBuildBackend"],
  local: ["backends/LocalBuildBackend"],
  main: [main]
}

/** The chunk of a module by those that need it. A chunk imports none after it. */
const chunkFor = (has) => {
  if (has("ref") || (has("cluster") && (has("core") || has("local")))) return "base"
  if (has("core")) return "core"
  if (has("cluster")) return "cluster"
  if (has("local")) return has("openshift") ? "build" : "local"
  return has("openshift") ? "openshift" : has("custom") ? "jobs" : "main"
}

const [, , folder = "", dist = "dist"] = process.argv
const root = path.resolve(folder)
const fileOf = (name) => path.join(root, `${name}.js`)

const names = Object.values(packageJson.exports).flatMap((target) =>
  typeof target === "string" ? [] : [target.default.replace(/^\.\/dist\/|\.js$/g, "")]
)

const compiled = {
  name: "compiled",
  load: (id) => ({ code: fs.readFileSync(id, "utf8"), map: JSON.parse(fs.readFileSync(`${id}.map`, "utf8")) })
}

/** Where the expressions that run when a module is loaded call a function or a constructor. */
const callsOf = (node, found = new Set()) => {
  if (Array.isArray(node)) { for (const each of node) callsOf(each, found) }
  if (typeof node?.type !== "string" || /Function/.test(node.type) || node.type === "ExpressionStatement") return found
  if ((node.type === "PropertyDefinition" || node.type === "MethodDefinition") && !node.static) return found
  if (node.type === "CallExpression" || node.type === "NewExpression") found.add(node.start)
  for (const each of Object.values(node)) callsOf(each, found)
  return found
}

const marked = (code, program) => {
  const starts = [...callsOf(program.body)].sort((a, b) => a - b)
  return [0, ...starts].map((start, index) => code.slice(start, starts[index])).join("/* @__PURE__ */ ")
}

const lean = {
  name: "lean",
  async renderChunk(code) {
    // Imports for the order of side effects alone, of which there are none (`sideEffects` in package.json).
    const needed = code.replace(/^import '\.[^']*';$/gm, "")
    // Comments are in the sources, and in the types.
    return transform(marked(needed, this.parse(needed)), { format: "esm", target: "node20", sourcemap: true })
  }
}

const bundle = await rollup({
  input: Object.fromEntries(names.map((name) => [name, fileOf(name)])),
  external: (id) => !/^[./]/.test(id),
  treeshake: { moduleSideEffects: false },
  plugins: [compiled, lean],
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

/** The chunk of a module; undefined for what only other entries than these need. */
const chunkOf = () => {
  let reached
  const reach = (names, info) => new Set(names.flatMap((name) => [...reachedFrom(fileOf(name), info)]))
  return (file, { getModuleInfo }) => {
    reached ??= Object.entries(users).map(([user, names]) => [user, reach(names, getModuleInfo)])
    const needing = reached.filter(([, files]) => files.has(file)).map(([user]) => user)
    return file === fileOf(main) || needing.length === 0 ? undefined : chunkFor((user) => needing.includes(user))
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
