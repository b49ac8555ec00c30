/**
 * What the commands say of themselves, read out of the documents of `@effect/cli`, and printed as a page of help.
 *
 * @since 0.1.0
 */
import type * as HelpDoc from "@effect/cli/HelpDoc"
import type * as Span from "@effect/cli/HelpDoc/Span"
import { wrap } from "./Columns.js"

/**
 * An option of a command. `value` is the word for what follows it; a flag has none.
 *
 * @since 0.1.0
 * @category models
 */
export interface OptionUsage {
  readonly names: ReadonlyArray<string>
  readonly value: string | undefined
  readonly repeated: boolean
  readonly description: string
}

/**
 * @since 0.1.0
 * @category models
 */
export interface ArgumentUsage {
  readonly name: string
  readonly description: string
}

/**
 * @since 0.1.0
 * @category models
 */
export interface CommandUsage {
  readonly description: string
  readonly arguments: ReadonlyArray<ArgumentUsage>
  readonly options: ReadonlyArray<OptionUsage>
}

/**
 * What `@effect/cli` gives every command.
 *
 * @since 0.1.0
 * @category constants
 */
export const builtIn: ReadonlyArray<OptionUsage> = [
  {
    names: ["--log-level"],
    value: "LEVEL",
    repeated: false,
    description: "What to tell of inner workings, on standard error: debug, info, warning (the default) or error."
  },
  {
    names: ["--completions"],
    value: "SHELL",
    repeated: false,
    description: "Print a completion script for bash, zsh, fish or sh."
  },
  { names: ["-h", "--help"], value: undefined, repeated: false, description: "Print this help." },
  { names: ["--version"], value: undefined, repeated: false, description: "Print the version." }
]

// -----------------------------------------------------------------------------
// reading documents
// -----------------------------------------------------------------------------

/**
 * The plain words of a document.
 *
 * @since 0.1.0
 * @category getters
 */
export const text = (doc: HelpDoc.HelpDoc): string => paragraphs(doc).join("\n")

const spanText = (span: Span.Span): string => {
  switch (span._tag) {
    case "Text":
    case "URI":
      return span.value
    case "Sequence":
      return spanText(span.left) + spanText(span.right)
    default:
      return spanText(span.value)
  }
}

const paragraphs = (doc: HelpDoc.HelpDoc): ReadonlyArray<string> => {
  switch (doc._tag) {
    case "Empty":
      return []
    case "Header":
    case "Paragraph":
      return [spanText(doc.value)]
    case "Sequence":
      return [...paragraphs(doc.left), ...paragraphs(doc.right)]
    case "Enumeration":
      return doc.elements.flatMap(paragraphs)
    case "DescriptionList":
      return doc.definitions.flatMap(([span, inner]) => [spanText(span), ...paragraphs(inner)])
  }
}

interface Section {
  readonly title: string
  readonly paragraphs: Array<string>
  readonly definitions: Array<readonly [string, ReadonlyArray<string>]>
}

const sections = (doc: HelpDoc.HelpDoc): ReadonlyArray<Section> => {
  const found: Array<Section> = []
  const visit = (doc: HelpDoc.HelpDoc): void => {
    if (doc._tag === "Sequence") {
      visit(doc.left)
      visit(doc.right)
    } else if (doc._tag === "Header") {
      found.push({ title: spanText(doc.value), paragraphs: [], definitions: [] })
    } else if (doc._tag === "DescriptionList") {
      found.at(-1)?.definitions.push(
        ...doc.definitions.map(([span, inner]) => [spanText(span), paragraphs(inner)] as const)
      )
    } else {
      found.at(-1)?.paragraphs.push(...paragraphs(doc))
    }
  }
  visit(doc)
  return found
}

// As @effect/cli writes them: "--json", "(-f, --file FILE)", "--label KEY=VALUE...".
const optionSpan = /^\(?((?:-\w, )?--[\w-]+)(?: ([^).]+))?\)?(\.\.\.)?$/

/**
 * Reads the document of one command. In the entry of an option or argument, `@effect/cli` puts the type first, and then the
 * description, which is the one paragraph that is kept.
 *
 * @since 0.1.0
 * @category constructors
 */
export const fromHelpDoc = (doc: HelpDoc.HelpDoc): CommandUsage => {
  const all = sections(doc)
  const definitions = (title: string) =>
    all.filter((section) => section.title === title).flatMap((section) => section.definitions)
  return {
    description: all.find(({ title }) => title === "DESCRIPTION")?.paragraphs.join("\n") ?? "",
    arguments: definitions("ARGUMENTS").map(([name, [, description = ""]]) => ({
      name: name.replace(/^<|>$/g, ""),
      description
    })),
    options: definitions("OPTIONS").flatMap(([span, [, description = ""]]) => {
      const [, names, value, repeated] = optionSpan.exec(span) ?? []
      return names === undefined
        ? []
        : [{ names: names.split(", "), value, repeated: repeated !== undefined, description }]
    })
  }
}

// -----------------------------------------------------------------------------
// printing help
// -----------------------------------------------------------------------------

const optionTitle = ({ names, repeated, value }: OptionUsage): string => {
  const indent = names[0]?.startsWith("--") === true ? "    " : ""
  return `${indent}${names.join(", ")}${value === undefined ? "" : ` ${value}`}${repeated ? "…" : ""}`
}

const widestTitle = 30

const table = (rows: ReadonlyArray<readonly [string, string]>, columns: number): ReadonlyArray<string> => {
  const width = Math.min(widestTitle, Math.max(0, ...rows.map(([title]) => title.length)))
  return rows.flatMap(([title, description]) => {
    const lines = wrap(description, Math.max(20, columns - width - 4))
    const [first = "", ...rest] = title.length > width ? ["", ...lines] : lines
    return [
      `  ${title.padEnd(width)}  ${first}`.trimEnd(),
      ...rest.map((line) => `  ${" ".repeat(width)}  ${line}`)
    ]
  })
}

/**
 * The help of one command.
 *
 * @since 0.1.0
 * @category combinators
 */
export const commandHelp = (name: string, usage: CommandUsage, columns: number): string =>
  [
    ...wrap(usage.description, columns),
    "",
    `Usage: ${["os-builder", name, "[OPTIONS]", ...usage.arguments.map((argument) => argument.name)].join(" ")}`,
    ...(usage.arguments.length === 0
      ? []
      : ["", "Arguments:", ...table(usage.arguments.map(({ description, name }) => [name, description]), columns)]),
    "",
    "Options:",
    ...table([...usage.options, ...builtIn].map((option) => [optionTitle(option), option.description]), columns),
    ""
  ].join("\n")

/**
 * The help of the command as a whole.
 *
 * @since 0.1.0
 * @category combinators
 */
export const help = (
  summary: string,
  commands: Readonly<Record<string, CommandUsage>>,
  notes: ReadonlyArray<readonly [title: string, rows: ReadonlyArray<readonly [string, string]>]>,
  columns: number
): string =>
  [
    ...wrap(summary, columns),
    "",
    "Usage: os-builder COMMAND [OPTIONS]",
    "",
    "Commands:",
    ...table(Object.entries(commands).map(([name, { description }]) => [name, description]), columns),
    "",
    "Options:",
    ...table(builtIn.map((option) => [optionTitle(option), option.description]), columns),
    ...notes.flatMap(([title, rows]) => ["", `${title}:`, ...table(rows, columns)]),
    "",
    "`os-builder COMMAND --help` tells the options of a command.",
    ""
  ].join("\n")
