/**
 * The packages for Effect 3 and 4, each in an empty project of its own: `npm run build` and `npm run pack:effect4` come first.
 */
import { assert, describe, it } from "@effect/vitest"
import * as esbuild from "esbuild"
import { execFile, spawn } from "node:child_process"
import { once } from "node:events"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { createInterface } from "node:readline"
import { promisify } from "node:util"
import { afterAll, beforeAll } from "vitest"
import effect4 from "../../effect4/package.json" with { type: "json" }
import packageJson from "../../package.json" with { type: "json" }
import * as StrictProject from "./StrictProject.js"

const root = path.resolve(import.meta.dirname, "../..")
const entries = Object.keys(packageJson.exports).filter((entry) => entry !== "./package.json")
const specifier = (entry: string) => entry.replace(/^\./, packageJson.name)
/** The modules of the package that one of them loads, itself included. */
const modulesOf = (file: string, seen = new Set<string>()): ReadonlySet<string> => {
  if (!seen.has(file)) {
    seen.add(file)
    const statements = fs.readFileSync(file, "utf8").matchAll(/^(?:import|export)\s[^;]*?from\s+["'](\.[^"']+)["']/gm)
    for (const [, imported = ""] of statements) modulesOf(path.resolve(path.dirname(file), imported), seen)
  }
  return seen
}

const nodes = `node-${process.platform}-${process.arch}`

let folder = ""
const project = (major: 3 | 4) => path.join(folder, `effect-${major}`)
const packed = (major: 3 | 4) => path.join(project(major), "node_modules/effect-os-builder")

const run = async (cwd: string, command: string, ...args: ReadonlyArray<string>): Promise<string> => {
  try {
    return (await promisify(execFile)(command, args, { cwd, env: { ...process.env, NO_COLOR: "1" } })).stdout
  } catch (error) {
    const { message, stdout } = error as Error & { readonly stdout: string }
    throw new Error(`${message}\n${stdout}`)
  }
}

const install = (cwd: string, ...packages: ReadonlyArray<string>) => {
  fs.mkdirSync(cwd, { recursive: true })
  fs.writeFileSync(path.join(cwd, "package.json"), JSON.stringify({ private: true, type: "module" }))
  const options = ["--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts"]
  return run(cwd, "npm", "install", ...options, ...packages)
}

const nodeOf = (cwd: string, version: number) => path.join(cwd, `node_modules/node-${version}/bin/node`)

/** What is type-checked beside the entries, with the tests of the README for Effect 4. */
const sources = {
  3: ["hello/program.ts"],
  4: ["hello/program.ts", "hello/program.test.ts", "hello/cluster.test.ts", "http-service/Api.ts"]
} as const

const openapi = `
import { assert, it } from "@effect/vitest"
import { OpenApi } from "effect/http-api"
import { Api } from "./Api.js"

it("OpenAPI: has every field of an input and the status of a refusal", () => {
  const { components, paths } = OpenApi.fromApi(Api)
  assert.isAbove(JSON.stringify(components.schemas["BuildInput"]).match(/"description"/g)?.length ?? 0, 20)
  assert.hasAnyKeys(paths["/builds"]?.post?.responses ?? {}, ["422"])
})
`

const version4 = packageJson.version.replace(/^3\./, "4.")
const { devDependencies: of3 } = packageJson
const { devDependencies: of4 } = effect4

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "os-builder-majors-"))
  await run(folder, "npm", "pack", root, "--ignore-scripts")
  const tools = [
    `@types/node@${of4["@types/node"]}`,
    "typescript59@npm:typescript@5.9.3",
    "typescript70@npm:typescript@7.0.2"
  ]
  const versions = (...majors: ReadonlyArray<number>) => majors.map((major) => `node-${major}@npm:${nodes}@${major}`)
  const platform = `@effect/platform@${of3["@effect/platform"]}`
  await install(
    project(3),
    path.join(folder, `effect-os-builder-${packageJson.version}.tgz`),
    `effect@${of3.effect}`,
    platform,
    ...tools,
    ...versions(20, 22, 24)
  )
  await install(
    project(4),
    path.join(root, `node_modules/.cache/effect-os-builder-${version4}.tgz`),
    ...["effect", "@effect/vitest", "vitest", "vite", "@effect/platform-node"].map((name) =>
      `${name}@${Object.entries(of4).find(([each]) => each === name)?.[1]}`
    ),
    ...tools,
    ...versions(22, 24)
  )
  const imports = entries.map((entry, index) => `import * as entry${index} from ${JSON.stringify(specifier(entry))}`)
  const uses = entries.map((_, index) => `entry${index}`)
  const program = `${imports.join("\n")}\n\nfor (const entry of [${
    uses.join(", ")
  }]) console.log(Object.keys(entry).length > 0)\n`
  for (const major of [3, 4] as const) {
    fs.writeFileSync(path.join(project(major), "entries.ts"), program)
    const examples = major === 3 ? "examples" : "effect4/build/examples"
    for (const file of sources[major]) {
      fs.copyFileSync(path.join(root, examples, file), path.join(project(major), path.basename(file)))
    }
  }
  fs.writeFileSync(path.join(project(4), "openapi.test.ts"), openapi)
})

afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

describe("the package", () => {
  for (const major of [3, 4] as const) {
    for (const moduleResolution of StrictProject.moduleResolutions) {
      for (const typescript of ["59", "70"]) {
        const name = `TypeScript ${typescript.split("").join(".")}, ${moduleResolution}`
        it(`the package for Effect ${major}: type-checks in a strict project without skipLibCheck and Node's types: ${name}`, async () => {
          const config = `tsconfig.${typescript}.${moduleResolution}.json`
          fs.writeFileSync(
            path.join(project(major), config),
            JSON.stringify({
              compilerOptions: {
                ...StrictProject.compilerOptions(moduleResolution),
                types: [],
                noEmit: typescript === "59" || moduleResolution !== "nodenext"
              },
              files: ["entries.ts", ...sources[major].map((file) => path.basename(file))]
            })
          )
          await run(project(major), "node", `node_modules/typescript${typescript}/bin/tsc`, "-p", config)
        })
      }
    }

    for (const version of major === 3 ? [20, 22, 24] : [22, 24]) {
      it(`the package for Effect ${major}: loads by every entry on Node ${version}`, async () => {
        const program = nodeOf(project(major), version)
        assert.match(await run(project(major), program, "--version"), new RegExp(`^v${version}\\.`))
        assert.strictEqual(await run(project(major), program, "out/entries.js"), "true\n".repeat(entries.length))
      })
    }

    it(`the package for Effect ${major}: the main entry loads few modules of its own`, () => {
      const modules = modulesOf(path.join(packed(major), "dist/index.js"))
      assert.isAtLeast(modules.size, 5, "the pattern above finds imports")
      assert.isAtMost(modules.size, 9)
    })

    it(`the package for Effect ${major}: what a bundle of one namespace does not use is left out of it`, async () => {
      const bundleOf = async (contents: string) => {
        const { metafile, outputFiles } = await esbuild.build({
          stdin: { contents, resolveDir: project(major) },
          bundle: true,
          minify: true,
          write: false,
          metafile: true,
          absWorkingDir: project(major),
          format: "esm",
          platform: "node",
          external: ["effect", "@effect/platform"]
        })
        const used = Object.values(metafile.outputs).flatMap(({ inputs }) =>
          Object.entries(inputs).flatMap(([file, { bytesInOutput }]) =>
            bytesInOutput > 0 ? [path.resolve(project(major), file)] : []
          )
        )
        return {
          used: used.filter((file) => file.startsWith(packed(major))),
          bytes: outputFiles[0]?.contents.length ?? 0
        }
      }
      const input = await bundleOf(
        "import { BuildInput } from 'effect-os-builder'; console.log(BuildInput.fingerprint)"
      )
      const needed = modulesOf(path.join(packed(major), "dist/core/BuildInput.js"))
      assert.deepStrictEqual(input.used.filter((file) => !needed.has(file)), [])
      const all = await bundleOf("import * as all from 'effect-os-builder'; console.log(all)")
      assert.isBelow(input.bytes, 0.21 * all.bytes)
      const ref = await bundleOf("import { BuildRef } from 'effect-os-builder'; console.log(BuildRef.fromString)")
      assert.isBelow(ref.bytes, 4_500)
    })

    it(`the package for Effect ${major}: its source maps lead to the sources in it`, () => {
      const dist = path.join(packed(major), "dist")
      const maps = fs.readdirSync(dist, { recursive: true, encoding: "utf8" }).filter((file) =>
        file.endsWith(".js.map")
      )
      const sources = maps.flatMap((file) => {
        const map: { readonly sources: ReadonlyArray<string> } = JSON.parse(
          fs.readFileSync(path.join(dist, file), "utf8")
        )
        return map.sources.map((source) => path.resolve(dist, path.dirname(file), source))
      })
      assert.isAbove(sources.length, 100)
      assert.deepStrictEqual(sources.filter((source) => !fs.existsSync(source)), [])
    })
  }

  for (const version of [22, 24]) {
    it(`the package for Effect 4: the tests of the README and one of its OpenAPI document pass with vitest 5 on Node ${version}`, async () => {
      const vitest = ["node_modules/vitest/vitest.mjs", "run", "--exclude", "out/**"]
      const output = await run(project(4), nodeOf(project(4), version), ...vitest)
      assert.match(output, /Tests\s+3 passed/)
    })
  }

  it("the package for Effect 4: has a command that runs", async () => {
    assert.strictEqual(
      await run(project(4), "npx", "--no-install", "os-builder", "--version"),
      `${packageJson.version}\n`
    )
  })
})

// -----------------------------------------------------------------------------
// a build that one begins and the other continues
// -----------------------------------------------------------------------------

const input = `{
  dockerfile: "ARG BASE_IMAGE\\nFROM $BASE_IMAGE\\nRUN true",
  baseImage: { pullspec: "registry.example.com/base:1" },
  finalImage: { pullspec: "registry.example.com/os:1" },
  context: { "a/b": "text" },
  imageLabels: { a: "b" },
  timeout: "30m"
}`

const shared = `
  import { Effect, Layer } from "effect"
  import { BuildBackend, BuildInput, CustomBuildBackend } from "effect-os-builder"
  import * as FakeCluster from "effect-os-builder/FakeCluster"
  import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
  import * as fs from "node:fs"
  const built = Effect.gen(function*() {
    const input = yield* BuildInput.make(${input})
    const { adopted, ref } = yield* BuildBackend.build(input)
    console.log(JSON.stringify({ adopted, ref: String(ref), fingerprint: BuildInput.fingerprint(input) }))
    return ref
  })`

/** Serves the cluster, begins the build, and ends it when it is told to. */
const first = (kubeconfig: string) =>
  `${shared}
  await Effect.runPromise(Effect.scoped(Effect.gen(function*() {
    fs.writeFileSync(${JSON.stringify(kubeconfig)}, (yield* FakeCluster.FakeApiServer).kubeconfig, { mode: 0o600 })
    const fake = yield* FakeCluster.FakeCluster
    yield* fake.outcome(FakeCluster.held)
    const ref = yield* built
    yield* Effect.promise(() => new Promise((resolve) => process.stdin.once("data", resolve)))
    yield* fake.release(ref, FakeCluster.succeeds())
    console.log(JSON.stringify(yield* BuildBackend.result(ref)))
    yield* Effect.promise(() => new Promise((resolve) => process.stdin.once("end", resolve)))
  }).pipe(Effect.provide(Layer.provideMerge(CustomBuildBackend.layer, FakeCluster.layerServed())))))`

/** Continues the build, and waits for its image. */
const second = (kubeconfig: string) =>
  `${shared}
  const cluster = KubernetesCluster.layerWith({ kubeconfig: ${JSON.stringify(kubeconfig)} })
  await Effect.runPromise(Effect.gen(function*() {
    const ref = yield* built
    console.log(JSON.stringify(yield* BuildBackend.result(ref)))
  }).pipe(Effect.provide(Layer.provide(CustomBuildBackend.layer, cluster))))`

const started = (major: 3 | 4, program: string) => {
  const child = spawn(nodeOf(project(major), 22), ["--input-type=module", "-e", program], {
    cwd: project(major),
    stdio: ["pipe", "pipe", "inherit"]
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async (): Promise<unknown> => JSON.parse(String((await lines.next()).value))
  return { child, next }
}

describe("both packages", () => {
  for (const [one, other] of [[3, 4], [4, 3]] as const) {
    it(`both packages: a build begun on Effect ${one} is continued on Effect ${other}`, async () => {
      const kubeconfig = path.join(folder, `kubeconfig-${one}`)
      const begins = started(one, first(kubeconfig))
      const begun = await begins.next()
      const continues = started(other, second(kubeconfig))
      assert.deepStrictEqual(await continues.next(), { ...begun as object, adopted: true })
      begins.child.stdin.write("\n")
      assert.deepStrictEqual(await continues.next(), await begins.next())
      begins.child.stdin.end()
      const [status] = await once(begins.child, "exit")
      assert.strictEqual(status, 0)
    })
  }
})
