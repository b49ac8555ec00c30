/**
 * The folders that are uploaded. They are made once, and kept in a folder of the temporary directory.
 */
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { fill } from "../../test/support/UploadFolder.js"

const root = path.join(os.tmpdir(), "os-builder-bench-upload")

export const make = (megabytes: number): string => {
  const folder = path.join(root, String(megabytes))
  if (fs.existsSync(path.join(folder, "ready"))) return folder
  fs.rmSync(folder, { recursive: true, force: true })
  fill(folder, megabytes)
  fs.writeFileSync(path.join(folder, "ready"), "")
  return folder
}
