/**
 * The files below a folder that a program may be emptying meanwhile.
 */
import * as fs from "node:fs"
import * as path from "node:path"

export interface File {
  readonly path: string
  /** Byte by byte, as latin1. */
  readonly content: string
}

/** What `look` finds, or nothing where it is gone by then. */
const unlessGone = <A>(look: () => ReadonlyArray<A>): ReadonlyArray<A> => {
  try {
    return look()
  } catch (error) {
    if (error instanceof Error && /^E(NOENT|NOTDIR|SRCH)/.test(error.message)) return []
    throw error
  }
}

/** The regular files below a folder, of less than 64 MiB, that were written at `since` (epoch milliseconds) or later. */
export const filesBelow = (folder: string, since = 0): ReadonlyArray<File> =>
  unlessGone(() => fs.readdirSync(folder, { withFileTypes: true })).flatMap((entry) => {
    const file = path.join(folder, entry.name)
    if (entry.isDirectory()) return filesBelow(file, since)
    if (!entry.isFile()) return []
    return unlessGone(() => {
      const { mtimeMs, size } = fs.statSync(file)
      return mtimeMs >= since && size < 64 * 1024 * 1024
        ? [{ path: file, content: fs.readFileSync(file, "latin1") }]
        : []
    })
  })
