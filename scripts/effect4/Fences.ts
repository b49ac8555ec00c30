/**
 * Renames the names of Effect in programs that are shown: examples, and the code of pages and docstrings. They have no seam.
 */
import { rewrite, type Rewritten } from "./Rewrite.js"
import type { Name } from "./Table.js"

type Lookup = (name: Name) => Name | undefined

/** A service is made of its types and then its key on Effect 4. */
const withServices = (text: string): string =>
  text.replaceAll(/Context\.Tag\(("[^"]+")\)<([\s\S]*?)>\(\)/g, "Context.Service<$2>()($1)")

const isOfSeam = ({ module }: Name): boolean => /^(seam|test)\//.test(module)

/** What examples use in a way that both majors have: tests, and the collected values of a stream as an iterable. */
const isShown = ({ member, module }: Name): boolean =>
  module === "@effect/vitest" || (module === "effect/Stream" && member === "runCollect")

/** An example: a name that only the seam has is not known, but for those of tests, which all have a scope on Effect 4. */
export const example = (path: string, text: string, lookup: Lookup): Rewritten => {
  const known: Lookup = (name) => {
    const to = lookup(name)
    return to === undefined || !isOfSeam(to) ? to : isShown(name) ? name : undefined
  }
  const result = rewrite(path, withServices(text), known)
  return {
    ...result,
    text: result.text.replaceAll(/\bit\.scopedLive\b/g, "it.live").replaceAll(/\bit\.scoped\b/g, "it.effect")
  }
}

const shown = (code: string, lookup: Lookup): string => example("shown.ts", code, lookup).text

/** The TypeScript of a page. */
export const inPage = (text: string, lookup: Lookup): string =>
  text.replaceAll(/(?<=^```ts\n)[\s\S]*?(?=^```$)/gm, (code) => shown(code, lookup))

/** The TypeScript of the docstrings of a source. */
export const inDocstrings = (text: string, lookup: Lookup): string =>
  text.replaceAll(/(?<=^ \* ```ts\n)[\s\S]*?(?=^ \* ```$)/gm, (block) => {
    const code = shown(block.replaceAll(/^ \* ?/gm, ""), lookup).replace(/\n$/, "")
    return code === "" ? "" : `${code.split("\n").map((line) => ` * ${line}`.trimEnd()).join("\n")}\n`
  })
