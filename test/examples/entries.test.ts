import { assert, it } from "@effect/vitest"
import * as Fs from "node:fs"
import * as Path from "node:path"

const root = Path.resolve(import.meta.dirname, "../..")
const { exports }: { exports: unknown } = JSON.parse(Fs.readFileSync(Path.join(root, "package.json"), "utf8"))

/** The modules of the main entry, and those that must be asked for: a heavy one, and one that needs the optional peer. */
const modules = [
  ...Array.from(
    Fs.readFileSync(Path.join(root, "src/index.ts"), "utf8").matchAll(/export \* as (\w+) from "\.\/(.*)\.js"/g),
    ([, name = "", path = ""]) => [name, path] as const
  ),
  ["FakeCluster", "testing/FakeCluster"],
  ["KubernetesCluster", "kubernetes/KubernetesCluster"]
] as const

it("entries: gives each public module an entry of its own, and no other", () => {
  assert.deepStrictEqual(exports, {
    "./package.json": "./package.json",
    ".": { types: "./dist/index.d.ts", default: "./dist/index.js" },
    ...Object.fromEntries(modules.map(([name, path]) => [
      `./${name}`,
      { types: `./dist/${path}.d.ts`, default: `./dist/${path}.js` }
    ]))
  })
  for (const [, path] of modules) assert.isTrue(Fs.existsSync(Path.join(root, "src", `${path}.ts`)), path)
})
