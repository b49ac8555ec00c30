/**
 * Generates the API documentation of every public module into `dist/docs`, and fails on a link that leads nowhere or a
 * public symbol without a description. Prints how many symbols have a description and how many an example.
 *
 *     node scripts/docs.mjs                 # checks, generates, prints the counts
 *     node scripts/docs.mjs --missing       # also names each symbol without an example
 */
import * as Fs from "node:fs"
import * as Path from "node:path"
import { Application, LogLevel, ReflectionKind } from "typedoc"

const root = Path.resolve(import.meta.dirname, "..")
const { exports } = JSON.parse(Fs.readFileSync(Path.join(root, "package.json"), "utf8"))

/** The public modules by their own name: `./BuildRef` is `src/core/BuildRef.ts`. */
const entries = Object.entries(exports).flatMap(([name, target]) =>
  name === "." || typeof target.types !== "string"
    ? []
    : [{ name: name.slice(2), file: target.types.replace("./dist/", "src/").replace(".d.ts", ".ts") }]
)

const app = await Application.bootstrap({
  entryPoints: entries.map(({ file }) => Path.join(root, file)),
  tsconfig: Path.join(root, "tsconfig.json"),
  compilerOptions: { incremental: false, tsBuildInfoFile: undefined },
  out: Path.join(root, "dist/docs"),
  basePath: Path.join(root, "src"),
  name: "effect-os-builder",
  readme: Path.join(root, "README.md"),
  projectDocuments: ["ARCHITECTURE.md", "docs/*.md"].map((path) => Path.join(root, path)),
  excludeInternal: true,
  excludeExternals: true,
  excludePrivate: true,
  disableSources: true,
  skipErrorChecking: true,
  sort: ["source-order"],
  // Types that a public signature names and no entry exports stay unlinked; that is no error.
  validation: { notExported: false, invalidLink: true, invalidPath: true, rewrittenLink: true, notDocumented: false },
  intentionallyNotDocumented: [],
  treatValidationWarningsAsErrors: true,
  logLevel: LogLevel.Warn
})

const project = await app.convert()
if (project === undefined) process.exit(1)
app.validate(project)

/** A type and a value of one name are one symbol: what is written at either counts. */
const written = (reflection) =>
  [
    reflection.comment,
    ...(reflection.signatures ?? []).map(({ comment }) => comment),
    ...(reflection.type?.declaration?.signatures ?? []).map(({ comment }) => comment)
  ].filter((comment) => comment !== undefined)

const isDescribed = (reflection) =>
  written(reflection).some(({ summary }) => summary.some(({ text }) => text.trim() !== ""))

const hasExample = (reflection) =>
  written(reflection).some(({ blockTags }) => blockTags.some(({ tag }) => tag === "@example"))

/** Layers, constructors and errors are what a reader copies from: each of them needs an example. */
const needsExample = (reflection) =>
  reflection.kind !== ReflectionKind.TypeAlias &&
  written(reflection).some(({ blockTags }) =>
    blockTags.some(({ content, tag }) =>
      tag === "@category" && /^(?:layers|constructors|errors)$/.test(content.map(({ text }) => text).join("").trim())
    )
  )

const namesOf = new Map(entries.map(({ file, name }) => [
  file.replace(/^src\//, "").replace(/\.ts$/, ""),
  name
]))

const symbols = new Map()
const collect = (parent, children) => {
  for (const child of children ?? []) {
    if (child.kind === ReflectionKind.Reference) continue
    const name = `${parent}.${child.name}`
    if (child.kind === ReflectionKind.Namespace) {
      collect(name, child.children)
      continue
    }
    const known = symbols.get(name) ?? { isDescribed: false, hasExample: false, needsExample: false }
    symbols.set(name, {
      isDescribed: known.isDescribed || isDescribed(child),
      hasExample: known.hasExample || hasExample(child),
      needsExample: known.needsExample || needsExample(child)
    })
  }
}
for (const module of project.children ?? []) {
  if (module.kind !== ReflectionKind.Module) continue
  module.name = namesOf.get(module.name) ?? module.name
  collect(module.name, module.children)
}

const lacking = (fact) => Array.from(symbols).flatMap(([name, facts]) => (facts[fact] ? [] : [name])).sort()
const percent = (fact) => (100 * (symbols.size - lacking(fact).length) / symbols.size).toFixed(1)

const undescribed = lacking("isDescribed")
if (undescribed.length > 0) console.error(`without a description:\n  ${undescribed.join("\n  ")}`)
const unshown = lacking("hasExample").filter((name) => symbols.get(name)?.needsExample)
if (unshown.length > 0) console.error(`layers, constructors and errors without an example:\n  ${unshown.join("\n  ")}`)
if (process.argv.includes("--missing")) console.log(`without an example:\n  ${lacking("hasExample").join("\n  ")}`)
console.log(
  `${symbols.size} public symbols: ${percent("isDescribed")} % with a description, ${
    percent("hasExample")
  } % with an example`
)

if (app.logger.hasErrors() || app.logger.hasWarnings() || undescribed.length > 0 || unshown.length > 0) {
  process.exit(1)
}
await app.generateOutputs(project)
console.log(`documentation in ${Path.relative(process.cwd(), Path.join(root, "dist/docs")) || "."}/index.html`)
