/**
 * Heredocs for a buildah without heredoc support: before 1.33 it reads the lines of a heredoc as instructions.
 *
 * A `RUN` with heredocs becomes the exec form of the same shell script, a `COPY` of one becomes a copy of a file from a
 * separate build context. Sources of the rules: buildah 1.44 imagebuildah/stage_executor.go (performCopy, Run) and
 * github.com/openshift/imagebuilder v1.2.21 dispatchers.go (processHereDocs).
 */
import * as Containerfile from "../../core/Containerfile.js"
import { opener } from "../../core/containerfile/Heredoc.js"
import { lines, parse } from "../../core/containerfile/Instruction.js"
import { heredocContext } from "../../core/input/BuildContexts.js"
import { maxStepBytes } from "../script/Failures.js"

/** A file of the build context {@link contextName}. */
export interface HeredocFile {
  readonly path: string
  readonly content: string
}

/** A heredoc that cannot be rewritten; `line` counts from 1. */
export interface Unsupported {
  readonly line: number
  readonly message: string
}

/** An instruction with a heredoc as the Containerfile has its first line, and one that replaces it. */
export interface Replacement {
  readonly original: string
  readonly written: string
}

/** The Containerfile without heredocs, and the files that replace those of `COPY` and `ADD`. */
export interface Lowered {
  readonly text: string
  readonly files: ReadonlyArray<HeredocFile>
  readonly replacements: ReadonlyArray<Replacement>
  readonly unsupported: ReadonlyArray<Unsupported>
}

/** The build context of {@link HeredocFile}s. */
export const contextName = heredocContext

// imagebuilder up to v1.2.5 reads lines by bufio.Scanner, which takes at most 64 KiB.
const maxLine = 65_000

// The interpreter gets a file, since some look at its path. An image without rm or without a /tmp gets a descriptor of the
// shell instead: buildah's own heredoc needs nothing of the image but its shell and the interpreter.
const interpreterForm = "f=/tmp/.os-builder-heredoc-$$\n" +
  "if command -v rm > /dev/null 2>&1 && { printf '%s\\n' \"$2\" > \"$f\"; } 2> /dev/null\n" +
  "then eval \"$1 \\\"\\$f\\\"\" && s=0 || s=$?; rm -f \"$f\"; exit \"$s\"; fi\n" +
  "eval \"$1 /proc/self/fd/9\" 9<<OS_BUILDER\n$2\nOS_BUILDER\n"

/** The arguments of the exec form that runs the script of a `RUN` with heredocs. */
const execForm = (
  { heredocs, rest }: Containerfile.Instruction,
  shell: ReadonlyArray<string>
): ReadonlyArray<string> => {
  const [first] = heredocs
  if (first === undefined || opener(rest) === undefined) {
    return [...shell, `${rest}\n${heredocs.map(({ body, delimiter }) => `${body}${delimiter}\n`).join("")}`]
  }
  const script = first.body === "" ? "\n" : first.body
  const [, interpreter] = /^#!(.*)/.exec(script) ?? []
  return interpreter === undefined
    ? [...shell, script]
    : [...shell, interpreterForm, "sh", interpreter.trim(), script.replace(/\n$/, "")]
}

const defaultShell: ReadonlyArray<string> = ["/bin/sh", "-c"]

/** A flag, escaped for the builder: blanks, quotes and backslashes escaped. */
const written = (flag: string): string => flag.replace(/[\s"'\\]/g, "\\$&")

// A file name has no slash: path.Base of the delimiter.
const fileName = (delimiter: string): string => delimiter.replace(/\/+$/, "").split("/").at(-1) ?? ""

const expansionMessage = (keyword: string, delimiter: string): string =>
  `${keyword} <<${delimiter} has a $ or a backslash to expand, which buildah supports from 1.33 on; quote the delimiter ` +
  `(<<"${delimiter}") to copy the text as it is, or write the file in a RUN`

const expands = ({ body, expand }: Containerfile.Heredoc): boolean => expand && /[$\\]/.test(body)

/** The instructions that replace a `COPY` or an `ADD` with heredocs; `count` is the number of existing files. */
const copies = (
  { args, flags, heredocs, keyword }: Containerfile.Instruction,
  count: number
): { readonly text: ReadonlyArray<string>; readonly files: ReadonlyArray<HeredocFile> } => {
  const start = flags.map((flag) => ` ${written(flag)}`).join("")
  const destination = args.at(-1) ?? ""
  const sources = args.slice(0, -1).filter((source) => !heredocs.some(({ word }) => word === source))
  const files = heredocs.map(({ body, delimiter }, index) => ({
    path: `${count + index + 1}/${fileName(delimiter)}`,
    content: body === "" ? "\n" : body
  }))
  return {
    text: [
      ...(sources.length > 0 ? [`${keyword}${start} ${sources.join(" ")} ${destination}`] : []),
      ...files.map(({ path }) => `COPY${start} --from=${contextName} ${path} ${destination}`)
    ],
    files
  }
}

/** Rewrites a Containerfile without heredocs; returns one that has none unchanged. */
export const lower = (containerfile: string): Lowered => {
  if (!Containerfile.hasHeredoc(containerfile)) {
    return { text: containerfile, files: [], replacements: [], unsupported: [] }
  }
  const all = lines(containerfile)
  const output: Array<string> = []
  const files: Array<HeredocFile> = []
  const replacements: Array<Replacement> = []
  const unsupported: Array<Unsupported> = []
  const shells = new Map<string, ReadonlyArray<string>>()
  let stage = ""
  let shell = defaultShell
  let copied = 0
  for (const instruction of parse(containerfile).instructions) {
    const { args, flags, heredocs, json, keyword, lastLine, line } = instruction
    if (keyword === "FROM") {
      shells.set(stage, shell)
      stage = args[2] ?? ""
      shell = (args[0] === "" ? undefined : shells.get(args[0] ?? "")) ?? defaultShell
    }
    if (keyword === "SHELL" && json === true) shell = args
    if (keyword === "ONBUILD" || heredocs.length === 0 || heredocs.some(({ closed }) => !closed)) continue
    output.push(...all.slice(copied, line - 1))
    copied = lastLine
    const original = [keyword, ...flags, instruction.rest].join(" ")
    const write = (text: string) => {
      output.push(text)
      replacements.push({ original, written: text })
    }
    if (keyword === "RUN") {
      const start = flags.map((flag) => ` ${written(flag)}`).join("")
      write(`RUN${start} ${JSON.stringify(execForm(instruction, shell))}`)
    } else {
      const replacement = copies(instruction, files.length)
      replacement.text.forEach(write)
      files.push(...replacement.files)
      for (const heredoc of heredocs.filter(expands)) {
        unsupported.push({ line, message: expansionMessage(keyword, heredoc.delimiter) })
      }
    }
    if ((output.at(-1) ?? "").length > maxLine) {
      unsupported.push({
        line,
        message: "a heredoc of this length requires buildah 1.33 or later; move it to a file of the context"
      })
    }
  }
  const text = [...output, ...all.slice(copied)].join("\n")
  return { text: containerfile.endsWith("\n") ? `${text}\n` : text, files, replacements, unsupported }
}

const decoder = new TextDecoder()

/** The script's message of an instruction that failed, which names it as the Containerfile has it. */
export const withOriginal = (message: string, { replacements }: Pick<Lowered, "replacements">): string => {
  const [label = ""] = /^STEP \d+\/\d+: /.exec(message) ?? []
  for (const { original, written } of label === "" ? [] : replacements) {
    const step = decoder.decode(new TextEncoder().encode(label + written).slice(0, maxStepBytes))
    if (message.startsWith(`${step}: `)) return label + original + message.slice(step.length)
  }
  return message
}
