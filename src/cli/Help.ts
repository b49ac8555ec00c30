/**
 * The pages of help, made from the tables of commands and flags.
 *
 * @since 0.1.0
 */
import { wrap } from "./Columns.js"
import type { Doc } from "./Flag.js"

/**
 * A command in its help: `details` are paragraphs and tables below its options.
 *
 * @since 0.1.0
 * @category models
 */
export interface Page {
  readonly description: string
  readonly flags: ReadonlyArray<Doc>
  readonly details?: ReadonlyArray<Section>
}

/**
 * A heading and what it explains, one row each.
 *
 * @since 0.1.0
 * @category models
 */
export interface Section {
  readonly title: string
  readonly rows: ReadonlyArray<readonly [term: string, explanation: string]>
}

const term = ({ label, positional, repeated, short, value }: Doc): string =>
  positional
    ? label
    : `${short === undefined ? "    " : `-${short}, `}${label}${value === undefined ? "" : ` ${value}`}${
      repeated ? "…" : ""
    }`

const widestTerm = 30

const table = (rows: Section["rows"], columns: number): ReadonlyArray<string> => {
  const width = Math.min(widestTerm, Math.max(0, ...rows.map(([term]) => term.length)))
  return rows.flatMap(([term, explanation]) => {
    const lines = wrap(explanation, Math.max(20, columns - width - 4))
    const [first = "", ...rest] = term.length > width ? ["", ...lines] : lines
    return [
      `  ${term.padEnd(width)}  ${first}`.trimEnd(),
      ...rest.map((line) => `  ${" ".repeat(width)}  ${line}`)
    ]
  })
}

const print = (sections: ReadonlyArray<Section>, columns: number): ReadonlyArray<string> =>
  sections.flatMap(({ rows, title }) => ["", `${title}:`, ...table(rows, columns)])

/** Flags under their headings, in the order of their first flag. */
const grouped = (flags: ReadonlyArray<Doc>): ReadonlyArray<Section> => {
  const titleOf = ({ group, positional }: Doc) => positional ? "Arguments" : group ?? "Options"
  return [...new Set(flags.map(titleOf))].map((title) => ({
    title,
    rows: flags.filter((doc) => titleOf(doc) === title).map((doc) => [term(doc), doc.description] as const)
  }))
}

/**
 * The help of one command.
 *
 * @since 0.1.0
 * @category combinators
 */
export const command = (name: string, { description, details = [], flags }: Page, columns: number): string =>
  [
    ...wrap(description, columns),
    "",
    `Usage: ${
      ["os-builder", name, "[OPTIONS]", ...flags.filter(({ positional }) => positional).map(({ name }) => name)].join(
        " "
      )
    }`,
    ...print([...grouped(flags), ...details], columns),
    ""
  ].join("\n")

/**
 * The help of `os-builder` itself.
 *
 * @since 0.1.0
 * @category combinators
 */
export const program = (
  summary: string,
  commands: ReadonlyArray<readonly [name: string, description: string]>,
  { details = [], flags }: Omit<Page, "description">,
  columns: number
): string =>
  [
    ...wrap(summary, columns),
    "",
    "Usage: os-builder COMMAND [OPTIONS]",
    ...print(
      [
        // The first sentence is enough here.
        { title: "Commands", rows: commands.map(([name, text]) => [name, text.replace(/(?<=\.) .*/, "")] as const) },
        ...grouped(flags),
        ...details
      ],
      columns
    ),
    "",
    "`os-builder COMMAND --help` prints the options of a command.",
    ""
  ].join("\n")
