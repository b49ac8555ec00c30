/**
 * The files of the build context that a Containerfile reads.
 *
 * @since 0.1.0
 */
import { once } from "../../effect/Once.js"
import type { Instruction } from "./Instruction.js"
import { matcher } from "./PathPattern.js"
import { read } from "./Substitution.js"

/**
 * A path that `COPY`, `ADD` or a bind mount of `RUN` reads from the context. `path` has no slash at its start or end and is
 * empty for the whole context.
 *
 * @since 0.1.0
 * @category models
 */
export interface ContextSource {
  readonly line: number
  readonly keyword: string
  /** The path as it is written. */
  readonly written: string
  readonly path: string
  /** Whether `path` is a pattern. */
  readonly isPattern: boolean
}

const isRemote = (source: string): boolean => /^(?:https?|git|ssh):\/\/|^git@/.test(source)

/**
 * The sources of an instruction that are in the context, or undefined where variables keep them unknown.
 *
 * @since 0.1.0
 * @category getters
 */
export const contextSources = (instruction: Instruction): ReadonlyArray<ContextSource> | undefined => {
  const { args, flags, heredocs, keyword, line } = instruction
  if (keyword !== "ADD" && keyword !== "COPY") return []
  if (flags.some((flag) => flag.startsWith("--from="))) return []
  const written = args.slice(0, -1).filter((source) => !heredocs.some(({ word }) => word === source))
  const known = written.flatMap((source) => read(source).text ?? [])
  if (known.length < written.length) return undefined
  return known.filter((source) => !isRemote(source)).map((source) => ({
    line,
    keyword,
    written: source,
    path: normalized(source),
    isPattern: /[*?[\\]/.test(source)
  }))
}

/** The path below the context, which nothing leaves: `..` at the top is the top. */
const normalized = (path: string): string => {
  const parts: Array<string> = []
  for (const part of path.split("/")) {
    if (part === "..") parts.pop()
    else if (part !== "" && part !== ".") parts.push(part)
  }
  return parts.join("/")
}

/**
 * The sources that no path of the context matches, each with why the builder refuses it.
 *
 * A pattern without a match is refused only if nothing else of the instruction matches (buildah's add.go). What the patterns
 * of an ignore file leave out counts as present, and so does everything below a link.
 *
 * @since 0.1.0
 * @category getters
 */
export const missingSources = (
  instructions: ReadonlyArray<Instruction>,
  paths: Iterable<string>,
  links: Iterable<string>
): ReadonlyArray<{ readonly line: number; readonly message: string }> => {
  const present = once(() => withParents(paths))
  const followed = Array.from(links, normalized)
  return instructions.flatMap((instruction) => {
    const sources = contextSources(instruction) ?? []
    const missing = sources.filter((source) => !matchesAny(source, present) && !isBelowAny(source, followed))
    const plain = missing.filter(({ isPattern }) => !isPattern)
    const refused = plain.length > 0 ? plain : missing.length === sources.length ? missing : []
    return refused.map(({ keyword, line, written }) => ({
      line,
      message: `${keyword} ${clipped(written)}: the context has no such file`
    }))
  })
}

const withParents = (paths: Iterable<string>): ReadonlySet<string> => {
  const all = new Set([""])
  for (const path of paths) {
    let parent = normalized(path)
    while (!all.has(parent)) {
      all.add(parent)
      parent = parent.slice(0, Math.max(0, parent.lastIndexOf("/")))
    }
  }
  return all
}

const matchesAny = ({ isPattern, path }: ContextSource, present: () => ReadonlySet<string>): boolean => {
  if (!isPattern) return path === "" || present().has(path)
  const matches = matcher(path)
  for (const one of present()) if (one !== "" && matches(one)) return true
  return false
}

const isBelowAny = ({ path }: ContextSource, links: ReadonlyArray<string>): boolean => {
  if (links.length === 0) return false
  const segments = path.split("/")
  return links.some((link) => {
    const depth = link.split("/").length
    return depth < segments.length && matcher(segments.slice(0, depth).join("/"))(link)
  })
}

const clipped = (word: string): string => word.length > 60 ? `${word.slice(0, 60)}…` : word
