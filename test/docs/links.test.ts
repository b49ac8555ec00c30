/**
 * Pages point to what exists: relative links, and files of this repository named in code font.
 */
import { assert, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import * as Fs from "node:fs"
import * as Path from "node:path"

const root = Path.resolve(import.meta.dirname, "../..")

const pages = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "*.md"], { cwd: root, encoding: "utf8" })
  .split("\n")
  .filter((page) => page !== "" && Fs.existsSync(Path.join(root, page)))

const exists = (path: string) => Fs.existsSync(path)

/** The heading's anchor, as GitHub makes it. */
const anchor = (heading: string) => heading.toLowerCase().replace(/[^\w -]/g, "").replaceAll(" ", "-")

const anchorsOf = (file: string) =>
  Array.from(Fs.readFileSync(file, "utf8").matchAll(/^#+ (.*)$/gm), ([, heading = ""]) => anchor(heading))

const brokenLinks = (page: string): ReadonlyArray<string> =>
  Array.from(Fs.readFileSync(Path.join(root, page), "utf8").matchAll(/\]\((?!https?:)([^)\s]*)\)/g)).flatMap(
    ([, link = ""]) => {
      const [path = "", hash] = link.split("#")
      const file = path === "" ? Path.join(root, page) : Path.resolve(root, Path.dirname(page), path)
      return exists(file) && (hash === undefined || anchorsOf(file).includes(hash)) ? [] : [link]
    }
  )

const missingFiles = (page: string): ReadonlyArray<string> =>
  Array.from(
    Fs.readFileSync(Path.join(root, page), "utf8")
      .matchAll(/`((?:src|test|bench|examples|docs|findings|scripts)\/[\w./-]+)`/g),
    ([, path = ""]) => path
  ).filter((path) => !exists(Path.join(root, path)))

describe("pages", () => {
  it("links: lead to files and headings that exist", () => {
    assert.isAbove(pages.length, 8)
    assert.deepStrictEqual(pages.flatMap((page) => brokenLinks(page).map((link) => `${page}: ${link}`)), [])
  })

  it("files in code font: exist", () => {
    assert.deepStrictEqual(pages.flatMap((page) => missingFiles(page).map((path) => `${page}: ${path}`)), [])
  })
})
