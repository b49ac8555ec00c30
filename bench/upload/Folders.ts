/**
 * The folders that are uploaded. They are made once, and kept in a folder of the temporary directory.
 */
import { randomBytes } from "node:crypto"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

const root = path.join(os.tmpdir(), "os-builder-bench-upload")

/** Half of it is random, a quarter zeros, and a quarter small files. */
export const make = (megabytes: number): string => {
  const folder = path.join(root, String(megabytes))
  if (fs.existsSync(path.join(folder, "ready"))) return folder
  fs.rmSync(folder, { recursive: true, force: true })
  fs.mkdirSync(folder, { recursive: true })
  const file = fs.openSync(path.join(folder, "large"), "w")
  for (let written = 0; written < megabytes * 3 / 4; written++) {
    fs.writeSync(file, written % 3 === 2 ? Buffer.alloc(1 << 20) : randomBytes(1 << 20))
  }
  fs.closeSync(file)
  for (let index = 0; index < megabytes * 16; index++) {
    const directory = path.join(folder, "many", String(index % 20))
    fs.mkdirSync(directory, { recursive: true })
    fs.writeFileSync(path.join(directory, `file ${index}`), Buffer.alloc(16 * 1024, index))
  }
  fs.writeFileSync(path.join(folder, "ready"), "")
  return folder
}
