/**
 * The package as somebody gets it: packed, installed into an empty project, type-checked there, and run.
 */
import { assert, describe, it } from "@effect/vitest"
import { execFile } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { promisify } from "node:util"
import { afterAll, beforeAll, expect } from "vitest"
import packageJson from "../../package.json" with { type: "json" }
import * as Notices from "./Notices.js"
import * as StrictProject from "./StrictProject.js"

const root = path.resolve(import.meta.dirname, "../..")
const entries = Object.keys(packageJson.exports).filter((entry) => entry !== "./package.json")
const specifier = (entry: string) => entry.replace(/^\./, packageJson.name)
const { devDependencies } = packageJson
const installed = ["effect", "@effect/platform", "typescript", "@types/node"] as const

let project = ""

const run = async (command: string, ...args: ReadonlyArray<string>): Promise<string> =>
  (await promisify(execFile)(command, args, { cwd: project })).stdout

const node = (...args: ReadonlyArray<string>) => run(process.execPath, ...args)

beforeAll(async () => {
  project = fs.mkdtempSync(path.join(os.tmpdir(), "os-builder-package-"))
  await run("npm", "pack", root, "--ignore-scripts")
  const tarball = path.join(project, `${packageJson.name}-${packageJson.version}.tgz`)
  fs.writeFileSync(path.join(project, "package.json"), JSON.stringify({ private: true, type: "module" }))
  const peers = installed.map((name) => `${name}@${devDependencies[name]}`)
  await run("npm", "install", "--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts", tarball, ...peers)

  const imports = entries.map((entry, index) => `import * as entry${index} from ${JSON.stringify(specifier(entry))}`)
  const uses = entries.map((_, index) => `entry${index}`)
  fs.writeFileSync(
    path.join(project, "entries.ts"),
    `${imports.join("\n")}\n\nfor (const entry of [${uses.join(", ")}]) console.log(Object.keys(entry).length > 0)\n`
  )
  fs.copyFileSync(path.join(root, "examples/hello/program.ts"), path.join(project, "program.ts"))
})

afterAll(() => fs.rmSync(project, { recursive: true, force: true }))

describe("the packed package", () => {
  for (const moduleResolution of StrictProject.moduleResolutions) {
    it(`the packed package: type-checks in a strict project without skipLibCheck, resolved as ${moduleResolution}`, async () => {
      fs.writeFileSync(
        path.join(project, "tsconfig.json"),
        JSON.stringify({
          compilerOptions: {
            ...StrictProject.compilerOptions(moduleResolution),
            types: ["node"],
            noEmit: moduleResolution === "bundler"
          },
          include: ["*.ts"]
        })
      )
      await run("npx", "--no-install", "tsc", "-p", ".")
    })
  }

  it("the packed package: loads by every entry, without the optional peer", async () => {
    assert.isFalse(fs.existsSync(path.join(project, "node_modules/@kubernetes/client-node")))
    assert.strictEqual(await node("out/entries.js"), "true\n".repeat(entries.length))
  })

  it("the packed package: asks a server by a kubeconfig, without the optional peer", async () => {
    const program = `
      import { Effect } from "effect"
      import * as fs from "node:fs"
      import * as FakeCluster from "effect-os-builder/FakeCluster"
      import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
      import { Resources } from "effect-os-builder"
      const names = await Effect.runPromise(Effect.gen(function*() {
        const { kubeconfig } = yield* FakeCluster.FakeApiServer
        fs.writeFileSync("kubeconfig", kubeconfig)
        const cluster = yield* KubernetesCluster.make({ kubeconfig: "kubeconfig" })
        const { items } = yield* cluster.list(Resources.Namespace)
        return items.map(({ metadata }) => metadata.name)
      }).pipe(Effect.scoped, Effect.provide(FakeCluster.layerServed())))
      console.log(names.includes("default"))`
    assert.strictEqual(await node("--input-type=module", "-e", program), "true\n")
  })

  // The versions of client-node that are peers, each on a Node that loads it. Its authenticators are used: a plugin has the token.
  const clientNodes = [
    { clientNode: "1.4.0", on: undefined },
    { clientNode: "2.0.1", on: 22 }
  ]
  for (const { clientNode, on = Number(process.versions.node.split(".")[0]) } of clientNodes) {
    it(`the packed package: takes a KubeConfig of client-node ${clientNode} on Node ${on}`, async () => {
      const folder = path.join(project, `client-node-${clientNode}`)
      const nodes = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`
      fs.mkdirSync(folder)
      fs.writeFileSync(path.join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }))
      const execute = async (command: string, ...args: ReadonlyArray<string>) =>
        (await promisify(execFile)(command, args, { cwd: folder })).stdout
      const install = ["install", "--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts"]
      await execute("npm", ...install, `@kubernetes/client-node@${clientNode}`, `${nodes}@${on}`)
      fs.writeFileSync(
        path.join(folder, "program.js"),
        `
        import { KubeConfig } from "@kubernetes/client-node"
        import { Effect } from "effect"
        import { Cluster, Resources } from "effect-os-builder"
        import * as FakeCluster from "effect-os-builder/FakeCluster"
        import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
        const names = await Effect.runPromise(Effect.gen(function*() {
          const { kubeconfig } = yield* FakeCluster.FakeApiServer
          const content = JSON.parse(kubeconfig)
          const answer = {
            apiVersion: "client.authentication.k8s.io/v1",
            kind: "ExecCredential",
            status: { token: content.users[0].user.token }
          }
          content.users[0].user = { exec: {
            apiVersion: answer.apiVersion,
            command: process.execPath,
            args: ["-e", "console.log(process.argv[1])", JSON.stringify(answer)],
            interactiveMode: "Never"
          } }
          const config = new KubeConfig()
          config.loadFromString(JSON.stringify(content))
          const { items } = yield* Effect.provide(
            Effect.flatMap(Cluster.Cluster, (cluster) => cluster.list(Resources.Namespace)),
            KubernetesCluster.layerFromKubeConfig(config)
          )
          return items.map(({ metadata }) => metadata.name)
        }).pipe(Effect.scoped, Effect.provide(FakeCluster.layerServed())))
        console.log(process.versions.node.split(".")[0], names.includes("default"))`
      )
      const program = path.join(folder, "node_modules", nodes, "bin/node")
      assert.strictEqual(await execute(program, "program.js"), `${on} true\n`)
    })
  }

  it("the packed package: shows nothing but its entries", async () => {
    const inside = node("--input-type=module", "-e", "await import('effect-os-builder/dist/index.js')")
    await expect(inside).rejects.toThrow("is not defined by \"exports\"")
  })

  const folder = () => path.join(project, "node_modules/effect-os-builder")

  it("the packed package: has every file that its pages link to", () => {
    const pages = fs.readdirSync(folder(), { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".md"))
    assert.include(pages, "README.md")
    const broken = pages.flatMap((page) =>
      Array.from(
        fs.readFileSync(path.join(folder(), page), "utf8").matchAll(/\]\((?!https?:|#)([^)\s#]+)/g),
        ([, link = ""]) => link
      ).filter((link) => !fs.existsSync(path.resolve(folder(), path.dirname(page), link))).map((link) =>
        `${page}: ${link}`
      )
    )
    assert.deepStrictEqual(broken, [])
  })

  it("the packed package: brings only what it is made of", () => {
    const found = fs.readdirSync(path.join(project, "node_modules/@effect"))
    assert.deepStrictEqual(found, ["platform"], "what the command is built with stays in its bundle")
  })

  it("the packed package: has a command that runs", async () => {
    const command = (...args: ReadonlyArray<string>) => run("npx", "--no-install", "os-builder", ...args)
    assert.strictEqual(await command("--version"), `${packageJson.version}\n`)
    assert.include(await command("build", "--help"), "Usage: os-builder build [OPTIONS]")
    assert.match(await command("list", "--backend", "local"), /^CREATED/)
  })

  it("the packed package: has the notices of all that is bundled, and of nothing else", () => {
    const notices = fs.readFileSync(path.join(project, "node_modules/effect-os-builder/THIRD_PARTY_NOTICES"), "utf8")
    assert.isAbove(Notices.bundledPackages().length, 3)
    for (const folder of Notices.bundledPackages()) assert.include(notices, `${Notices.title(folder)}\n`)
    assert.strictEqual(notices, Notices.text(), "`npm run notices` writes them again")
  })
})
