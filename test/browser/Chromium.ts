/** The distribution's Chromium, without a window. */
import * as fs from "node:fs"
import * as path from "node:path"
import { type Browser, chromium } from "playwright-core"

/** Where Chromium is, by PATH. */
export const executable = (): string | undefined =>
  (process.env["PATH"] ?? "").split(path.delimiter)
    .flatMap((folder) => ["chromium", "chromium-browser", "google-chrome"].map((name) => path.join(folder, name)))
    .find((file) => fs.existsSync(file))

/** Without its sandbox, which root cannot have: the pages are our own. */
export const launch = (): Promise<Browser> => {
  const executablePath = executable()
  if (executablePath === undefined) throw new Error("chromium is not installed")
  return chromium.launch({ executablePath, headless: true, args: ["--no-sandbox"], timeout: 45_000 })
}
