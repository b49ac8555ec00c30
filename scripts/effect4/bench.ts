/** The contestants of the bench on Effect 4, which `npm run bench:effect4` runs beside those on Effect 3: `effect4/build/dist/bench`. */
import { join } from "node:path"
import * as Package from "./package.js"
import * as Program from "./Program.js"

Program.build()
Program.write("bench")
Package.write()
const bundled = [
  "--outdir=build/dist/bench",
  "--outbase=build/bench",
  "--bundle",
  "--packages=external",
  "--format=esm",
  "--platform=node",
  "--target=node22",
  "--log-level=warning"
]

Program.run(
  join(Program.bin, "esbuild"),
  ...bundled,
  // Those of `bench/Majors.ts`: other programs in the folder use modules of `test`, which is not in the tree.
  ...["imports", "load", "logs", "reflector", "requests", "watch"].map((scenario) => `./build/bench/${scenario}/*.ts`),
  // The package, not its sources.
  "--tsconfig-raw={}"
)
// As for Effect 3: the sources, since its programs use modules that are no part of the package.
Program.run(join(Program.bin, "esbuild"), ...bundled, "./build/bench/local/*.ts")
