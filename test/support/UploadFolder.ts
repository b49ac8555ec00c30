/**
 * Folders that are uploaded as the context of a build.
 */
import { randomBytes } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"

/** Fills a folder: half of it is random, a quarter zeros, and a quarter small files. */
export const fill = (folder: string, megabytes: number): void => {
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
}
