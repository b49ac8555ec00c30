/**
 * Bundles the command into `dist/os-builder.js` and a few chunks beside it. esbuild makes a chunk for each set of modules that several
 * commands share: some forty files for `list`, at a millisecond of CPU each. rollup joins those that most commands load.
 */
import { build } from "esbuild"
import * as fs from "node:fs"
import * as path from "node:path"
import { rollup } from "rollup"
import { commandOptions } from "./esbuild.mjs"

const parts = path.resolve("node_modules/.cache/os-builder")
const dist = path.resolve("dist")

for (const old of [parts, path.join(dist, "os-builder"), path.join(dist, "os-builder.js")]) {
  fs.rmSync(old, { recursive: true, force: true })
}

const { metafile } = await build({
  ...commandOptions,
  entryPoints: { "os-builder": "src/cli/Start.ts" },
  splitting: true,
  outdir: parts,
  chunkNames: "os-builder/[name]-[hash]",
  metafile: true
})

// What is in the bundle, for its notices.
fs.writeFileSync("node_modules/.cache/os-builder.meta.json", JSON.stringify(metafile))

const outputs = new Map(
  Object.entries(metafile.outputs).map((
    [file, { entryPoint }]
  ) => [entryPoint?.replace("src/cli/", ""), path.resolve(file)])
)

/** Each has what its entries import, and no chunk before it has. An entry stays alone where it runs something. */
const chunks = [
  { name: "help", alone: ["Start.ts", "Main.ts"], entries: [] },
  {
    name: "command",
    alone: ["Program.ts"],
    entries: ["commands/Builds.ts", "../selection/BackendVariables.ts", "../backends/LocalBuildBackend.ts"]
  },
  { name: "cluster", alone: [], entries: ["ClusterBackends.ts", "../kubernetes/KubernetesCluster.ts"] }
]

const reachedFrom = (file, getModuleInfo, seen = new Set()) => {
  if (seen.has(file)) return seen
  seen.add(file)
  for (const next of getModuleInfo(file)?.importedIds ?? []) {
    if (path.isAbsolute(next)) reachedFrom(next, getModuleInfo, seen)
  }
  return seen
}

const outputOf = (entry) => {
  const file = outputs.get(entry) ?? outputs.get(entry.replace("../", "src/"))
  if (file === undefined) throw new Error(`${entry} is no entry of the bundle: nothing imports it dynamically`)
  return file
}

const chunkOf = () => {
  let found
  return (file, { getModuleInfo }) => {
    found ??= chunks.map(({ alone, entries, name }) => ({
      name,
      alone: new Set(alone.map(outputOf)),
      files: new Set([...alone, ...entries].flatMap((entry) => [...reachedFrom(outputOf(entry), getModuleInfo)]))
    }))
    const chunk = found.find(({ files }) => files.has(file))
    return chunk?.alone.has(file) ? undefined : chunk?.name
  }
}

const bundle = await rollup({
  input: { "os-builder": outputOf("Start.ts") },
  external: (id) => !/^[./]/.test(id),
  treeshake: false,
  onwarn: ({ message }) => {
    throw new Error(message)
  }
})

await bundle.write({
  dir: dist,
  format: "es",
  compact: true,
  entryFileNames: "[name].js",
  // A command that runs while another version is installed finds its chunks or none.
  chunkFileNames: ({ name }) => `os-builder/${name.replace(/-[A-Z0-9]{8}$/, "")}-[hash].js`,
  manualChunks: chunkOf(),
  hoistTransitiveImports: false
})

fs.chmodSync(path.join(dist, "os-builder.js"), 0o755)
