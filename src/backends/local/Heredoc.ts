/**
 * Heredocs for a buildah that knows none: before 1.33 it takes the lines of a heredoc for instructions.
 *
 * A `RUN` with heredocs becomes the exec form of the same shell script, a `COPY` of one becomes a copy of a file from a build
 * context of their own. Where the rules come from: moby/buildkit frontend/dockerfile/parser/parser.go (heredocsFromLine,
 * ParseHeredoc) and buildah imagebuildah/stage_executor.go (performCopy, Run).
 */

/** A file of the build context {@link contextName}. */
export interface HeredocFile {
  readonly path: string
  readonly content: string
}

/** A heredoc that cannot be said otherwise; `line` counts from 1. */
export interface Objection {
  readonly line: number
  readonly message: string
}

/** The Containerfile without heredocs, and the files that stand for those of `COPY` and `ADD`. */
export interface Lowered {
  readonly text: string
  readonly files: ReadonlyArray<HeredocFile>
  readonly objections: ReadonlyArray<Objection>
}

/** The build context of {@link HeredocFile}s. */
export const contextName = "os-builder-heredocs"

interface Heredoc {
  readonly word: string
  readonly delimiter: string
  readonly quoted: boolean
  readonly body: ReadonlyArray<string>
}

const startPattern = /^\d*<<(-?)([^<]+)$/
const keywordPattern = /^\s*(\S+)\s*(.*)$/s
// imagebuilder reads lines by bufio.Scanner, which takes no longer ones than 64 KiB.
const maxLine = 65_000

/** Splits at blanks outside quotes, and keeps the quotes. */
const wordsOf = (text: string, escape: string): Array<string> => {
  const words: Array<string> = []
  let word = ""
  let quote = ""
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i)
    if (quote === "" && /\s/.test(char)) {
      if (word !== "") words.push(word)
      word = ""
      continue
    }
    word += char
    if (char === escape && quote !== "'") word += text.charAt(++i)
    else if (quote === char) quote = ""
    else if (quote === "" && (char === "\"" || char === "'")) quote = char
  }
  if (word !== "") words.push(word)
  return words
}

const unquote = (text: string): string => text.replace(/["'\\]/g, "")

const shellForm =
  "f=/tmp/.os-builder-heredoc-$$; printf %s \"$2\" > \"$f\" && chmod 700 \"$f\" && eval \"$1 \\\"\\$f\\\"\"; s=$?; " +
  "rm -f \"$f\"; exit \"$s\""

/** The words of the exec form that runs what a `RUN` with heredocs says. */
const execForm = (
  command: string,
  heredocs: ReadonlyArray<Heredoc>,
  shell: ReadonlyArray<string>
): ReadonlyArray<string> => {
  const [first] = heredocs
  if (first === undefined || command !== first.word) {
    const documents = heredocs.map(({ body, delimiter }) => [...body, delimiter].join("\n"))
    return [...shell, [command, ...documents, ""].join("\n")]
  }
  const script = `${first.body.join("\n")}\n`
  const [line = ""] = first.body
  return line.startsWith("#!") ? ["/bin/sh", "-c", shellForm, "sh", line.slice(2).trim(), script] : [...shell, script]
}

const shellOf = (rest: string): ReadonlyArray<string> | undefined => {
  try {
    const words: unknown = JSON.parse(rest)
    return Array.isArray(words) && words.every((word) => typeof word === "string") ? words : undefined
  } catch {
    return undefined
  }
}

const defaultShell: ReadonlyArray<string> = ["/bin/sh", "-c"]

/** Says a Containerfile without heredocs; one that has none comes back as it is. */
export const lower = (containerfile: string): Lowered => {
  const lines = containerfile.split("\n")
  const escape = /^#\s*escape\s*=\s*`\s*$/im.test(lines[0] ?? "") ? "`" : "\\"
  const output: Array<string> = []
  const files: Array<HeredocFile> = []
  const objections: Array<Objection> = []
  let shell = defaultShell
  let next = 0

  /** The lines of one instruction, and what they say with the continuations joined. */
  const takeInstruction = (): { readonly raw: Array<string>; readonly logical: string } => {
    const raw: Array<string> = []
    let logical = ""
    while (next < lines.length) {
      const line = lines[next] ?? ""
      next++
      raw.push(line)
      if (raw.length > 1 && /^\s*(#.*)?$/.test(line)) continue
      const trimmed = line.trimEnd()
      if (!trimmed.endsWith(escape)) return { raw, logical: logical + line }
      logical += trimmed.slice(0, -1)
    }
    return { raw, logical }
  }

  const takeHeredoc = (word: string): Heredoc | undefined => {
    const [, dash, name] = startPattern.exec(word) ?? []
    if (name === undefined) return undefined
    const delimiter = unquote(name)
    const body: Array<string> = []
    const start = next
    while (next < lines.length) {
      const line = dash === "-" ? (lines[next] ?? "").replace(/^\t+/, "") : lines[next] ?? ""
      next++
      if (line.replace(/\r$/, "") === delimiter) return { word, delimiter, quoted: delimiter !== name, body }
      body.push(line)
    }
    next = start
    return undefined
  }

  while (next < lines.length) {
    const at = next + 1
    if (/^\s*(#.*)?$/.test(lines[next] ?? "")) {
      output.push(lines[next] ?? "")
      next++
      continue
    }
    const { logical, raw } = takeInstruction()
    const [, keyword = "", rest = ""] = keywordPattern.exec(logical) ?? []
    const instruction = keyword.toUpperCase()
    if (instruction === "FROM") shell = defaultShell
    if (instruction === "SHELL") shell = shellOf(rest) ?? shell
    const words = instruction === "RUN" || instruction === "COPY" || instruction === "ADD" ? wordsOf(rest, escape) : []
    const heredocs = words.flatMap((word) => takeHeredoc(word) ?? [])
    if (heredocs.length === 0) {
      output.push(...raw)
      continue
    }
    const flags = words.slice(0, words.findIndex((word) => !word.startsWith("--")))
    if (instruction === "RUN") {
      let command = rest.trim()
      for (const flag of flags) command = command.slice(flag.length).trimStart()
      output.push(["RUN", ...flags, JSON.stringify(execForm(command, heredocs, shell))].join(" "))
    } else {
      const destination = words.at(-1) ?? ""
      const sources = words.slice(flags.length, -1).filter((word) => !startPattern.test(word))
      if (sources.length > 0) output.push([keyword, ...flags, ...sources, destination].join(" "))
      for (const { body, delimiter, quoted } of heredocs) {
        const content = body.map((line) => `${line}\n`).join("")
        if (!quoted && /[$\\]/.test(content)) {
          objections.push({
            line: at,
            message:
              `${instruction} <<${delimiter} holds a $ or a backslash to expand, which buildah can from 1.33 on; ` +
              `quote the delimiter (<<"${delimiter}") to copy the text as it is, or write the file in a RUN`
          })
        }
        const path = `${files.length + 1}/${delimiter}`
        files.push({ path, content })
        output.push(["COPY", ...flags, `--from=${contextName}`, path, destination].join(" "))
      }
    }
    if ((output.at(-1) ?? "").length > maxLine) {
      objections.push({
        line: at,
        message: "a heredoc of this length needs buildah 1.33 or later; put it in the context"
      })
    }
  }
  return { text: output.join("\n"), files, objections }
}
