/** What the package for Effect 4 has beside its code: its description, and the pages of the package for Effect 3. */
import { existsSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import packageJson from "../../package.json" with { type: "json" }
import * as Tree from "./tree.js"

const { dependencies, devDependencies, files, peerDependencies, version, ...rest } = packageJson

const effect4: { readonly devDependencies: Readonly<Record<string, string>> } = JSON.parse(
  readFileSync(join(Tree.root, "effect4/package.json"), "utf8")
)

/** The same release for the other major. */
export const version4 = version.replace(/^3\./, "4.")

/** Writes package.json and the pages; directories of them are written with the sources. */
export const write = (): void => {
  const { scripts: _, ...description } = rest
  Tree.put(
    "package.json",
    `${
      JSON.stringify(
        {
          ...description,
          version: version4,
          files,
          dependencies,
          peerDependencies: {
            "@kubernetes/client-node": peerDependencies["@kubernetes/client-node"],
            effect: `^${effect4.devDependencies["effect"]}`
          }
        },
        undefined,
        2
      )
    }\n`
  )
  // The paths of the sources, for tests that bundle them.
  const paths = {
    "effect-os-builder": ["./src/index.ts"],
    "effect-os-builder/*": ["./src/testing/*.ts", "./src/kubernetes/*.ts"]
  }
  Tree.put("tsconfig.json", JSON.stringify({ compilerOptions: { paths } }))
  for (const path of ["README.md", "LICENSE", ...files]) {
    const from = join(Tree.root, path)
    if (existsSync(from) && statSync(from).isFile()) Tree.copy(path)
  }
}
