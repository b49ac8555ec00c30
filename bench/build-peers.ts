/**
 * `npm run bench:peers`: installs and builds what `Peers.ts` describes, unless it is there. It needs Go.
 */
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Peers from "./Peers.js"

const run = (folder: string, command: string, ...args: ReadonlyArray<string>): void => {
  execFileSync(command, args, {
    cwd: folder,
    stdio: "inherit",
    env: { ...process.env, CGO_ENABLED: "0", GOFLAGS: "", GOWORK: "off" }
  })
}

const folder = Peers.folder()
if (!Peers.areBuilt()) {
  fs.mkdirSync(path.dirname(folder), { recursive: true })
  const built = fs.mkdtempSync(path.join(path.dirname(folder), ".building-"))
  try {
    for (const name of ["package.json", "package-lock.json"]) {
      fs.copyFileSync(path.join(Peers.npmFolder, name), path.join(built, name))
    }
    run(built, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
    run(
      Peers.goFolder,
      "go",
      "build",
      "-trimpath",
      "-buildvcs=false",
      "-tags=grpcnotrace,notest",
      "-o",
      `${built}/`,
      "."
    )
    fs.renameSync(built, folder)
  } finally {
    fs.rmSync(built, { recursive: true, force: true })
  }
}
console.log(`Peers: ${folder}`)
