/**
 * Tables as lines of text.
 *
 * @since 0.1.0
 */

/**
 * The rows as lines, each column as wide as its widest cell.
 *
 * @since 0.1.0
 * @category combinators
 */
export const align = (rows: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> => {
  const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0))
  return rows.map((row) => row.map((cell, column) => cell.padEnd(width(column))).join("  ").trimEnd())
}

/**
 * The same, with the last column wrapped so that the table fits into `columns` where its words allow it.
 *
 * @since 0.1.0
 * @category combinators
 */
export const alignWithin = (
  rows: ReadonlyArray<ReadonlyArray<string>>,
  columns: number
): ReadonlyArray<string> => {
  const last = Math.max(...rows.map((row) => row.length)) - 1
  const others = align(rows.map((row) => [...row.slice(0, last), "|"]))
  const room = columns - ((others[0]?.length ?? 0) - 1)
  return align(rows.flatMap((row) => {
    const [first = "", ...rest] = wrap(row[last] ?? "", Math.max(20, room))
    return [[...row.slice(0, last), first], ...rest.map((line) => [...row.slice(0, last).map(() => ""), line])]
  }))
}

/**
 * Breaks a text into lines of at most `width` characters, where its words allow it.
 *
 * @since 0.1.0
 * @category combinators
 */
export const wrap = (text: string, width: number): ReadonlyArray<string> =>
  text.split("\n").flatMap((paragraph) => {
    const lines: Array<string> = [""]
    for (const word of paragraph.split(" ")) {
      const line = lines[lines.length - 1] ?? ""
      if (line === "") lines[lines.length - 1] = word
      else if (line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`
      else lines.push(word)
    }
    return lines
  })
