/**
 * Runs the tests on Effect 4: writes the tree with the tests, the examples and the pages, and starts vitest in it with the Node of
 * `effect4/node_modules`. Arguments are those of vitest.
 */
import { join } from "node:path"
import * as Package from "./package.js"
import * as Program from "./Program.js"
import * as Tree from "./tree.js"

Program.install()
Program.write("src", "test", "examples", "docs")
Package.write()
Program.run(
  join(Program.bin, "node"),
  join(Tree.root, "effect4/node_modules/vitest/vitest.mjs"),
  "run",
  "--config",
  "vitest.config.ts",
  ...process.argv.slice(2)
)
