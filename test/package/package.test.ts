import { execFile } from "node:child_process"
import * as Fs from "node:fs/promises"
import * as Os from "node:os"
import * as Path from "node:path"
import { promisify } from "node:util"
import { afterAll, assert, beforeAll, describe, it } from "vitest"

const root = Path.resolve(import.meta.dirname, "../..")
const exec = promisify(execFile)

/** Runs a program, and tells what it said when it fails. */
const run = async (cwd: string, program: string, ...args: ReadonlyArray<string>): Promise<string> => {
  try {
    return (await exec(program, args, { cwd, maxBuffer: 64 * 1024 * 1024 })).stdout
  } catch (error) {
    const { stderr, stdout } = Object(error)
    throw new Error(`${program} ${args.join(" ")}\n${stdout}\n${stderr}`)
  }
}

const { devDependencies, exports } = JSON.parse(await Fs.readFile(Path.join(root, "package.json"), "utf8"))
const pinned = (name: string) => `${name}@${devDependencies[name]}`

describe("the packed tarball", () => {
  let folder = ""

  beforeAll(async () => {
    folder = await Fs.mkdtemp(Path.join(Os.tmpdir(), "os-builder-package-"))
    await run(root, "npm", "run", "build")
    const [{ filename }] = JSON.parse(await run(root, "npm", "pack", "--json", "--pack-destination", folder))
    await Fs.writeFile(Path.join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }))
    await run(
      folder,
      "npm",
      "install",
      "--no-audit",
      "--no-fund",
      "--prefer-offline",
      `./${filename}`,
      ...["effect", "@effect/platform", "typescript", "@types/node"].map(pinned)
    )
    await Fs.copyFile(Path.join(import.meta.dirname, "consumer/main.ts"), Path.join(folder, "main.ts"))
  })

  afterAll(() => Fs.rm(folder, { recursive: true, force: true }))

  for (const [moduleResolution, module] of [["node16", "node16"], ["nodenext", "nodenext"], ["bundler", "esnext"]]) {
    it(`type-checks in a strict project, libraries too, under ${moduleResolution}`, async () => {
      const compilerOptions = {
        strict: true,
        exactOptionalPropertyTypes: true,
        noUncheckedIndexedAccess: true,
        skipLibCheck: false,
        target: "es2022",
        lib: ["es2023", "dom"],
        types: ["node"],
        module,
        moduleResolution,
        noEmit: true
      }
      const config = `tsconfig.${moduleResolution}.json`
      await Fs.writeFile(Path.join(folder, config), JSON.stringify({ compilerOptions, files: ["main.ts"] }))
      await run(folder, "npx", "tsc", "-p", config)
    })
  }

  it("runs", async () => {
    await run(folder, "npx", "tsc", "--target", "es2022", "--module", "nodenext", "--skipLibCheck", "main.ts")
    assert.strictEqual(await run(folder, "node", "main.js"), "registry.example.com/os:1 true\n")
  })

  it("has every module that it names, and loads them without the optional peer", async () => {
    const entries = Object.keys(exports).filter((entry) => entry !== "./package.json")
    const imports = entries.map((entry) => `await import("effect-os-builder${entry.slice(1)}")`)
    const script = `${imports.join("\n")}\nconsole.log(${entries.length})`
    assert.strictEqual(await run(folder, "node", "--input-type=module", "-e", script), `${entries.length}\n`)
    await run(folder, "test", "!", "-e", "node_modules/@kubernetes/client-node")
  })

  it("brings the command", async () => {
    assert.match(await run(folder, "npx", "os-builder", "--version"), /^\d+\.\d+\.\d+\n$/)
  })
})
