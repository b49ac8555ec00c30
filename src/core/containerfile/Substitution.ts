/**
 * Quotes and variables in an argument, as github.com/openshift/imagebuilder v1.2.21 reads them (`ProcessWord` in shell_parser.go).
 *
 * @since 0.1.0
 */

/**
 * A variable in an argument, such as `${NAME:-word}`: its operator is `:-`, and empty for a plain `$NAME`.
 *
 * @since 0.1.0
 * @category models
 */
export interface Variable {
  readonly name: string
  readonly operator: string
}

/**
 * An argument that was read: its text, if no variable is in it, and its variables.
 *
 * @since 0.1.0
 * @category models
 */
export interface Substituted {
  readonly text: string | undefined
  readonly variables: ReadonlyArray<Variable>
  /** Why the builder refuses the argument, to be read after the name of the instruction. */
  readonly problem: string | undefined
}

// The builder has no limit.
const maxDepth = 100

const clipped = (name: string): string => name.length > 40 ? `${name.slice(0, 40)}…` : name

const unclosed = "has a ${ without its }"

/**
 * Reads an argument: takes away its quotes and finds its variables.
 *
 * @since 0.1.0
 * @category getters
 */
export const read = (argument: string): Substituted =>
  /["$'\\]/.test(argument) ? readWord(argument) : { text: argument, variables: [], problem: undefined }

const readWord = (argument: string): Substituted => {
  const variables: Array<Variable> = []
  let at = 0
  let problem: string | undefined

  const fail = (message: string): string => {
    problem ??= message
    at = argument.length
    return ""
  }

  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at
    const [found = ""] = pattern.exec(argument) ?? []
    at += found.length
    return found
  }

  const quoted = (quote: string, depth: number): string => {
    let text = ""
    at++
    while (at < argument.length) {
      const char = argument.charAt(at)
      if (char === quote) {
        at++
        return text
      }
      if (quote === "\"" && char === "$") {
        text += dollar(depth)
        continue
      }
      const isEscape = quote === "\"" && char === "\\" && /^["$\\]$/.test(argument.charAt(at + 1))
      text += isEscape ? argument.charAt(at + 1) : char
      at += isEscape ? 2 : 1
    }
    return problem === undefined ? fail(`has a ${quote} that is not closed`) : ""
  }

  const name = () => take(/\p{Nd}|[\p{L}_][\p{L}\p{Nd}_]*/uy)

  const dollar = (depth: number): string => {
    at++
    if (argument.charAt(at) !== "{") {
      const variable = name()
      if (variable === "") return "$"
      variables.push({ name: variable, operator: "" })
      return ""
    }
    at++
    if (depth >= maxDepth) return fail("nests variables too deeply")
    const variable = name()
    const operator = take(/\}|:.?|##?|%%?|\/[/#%]?|$/suy)
    variables.push({ name: variable, operator: operator === "}" ? "" : operator })
    if (operator === "}") return ""
    if (operator === "" && at >= argument.length) return fail(unclosed)
    if (!/^(?::[-+?]|##?|%%?|\/[/#%]?)$/.test(operator)) {
      return fail(`has \${${clipped(variable)} with an operator other than :-, :+, :?, #, % and /`)
    }
    const start = at
    const stop = until(operator.startsWith("/") ? "/}" : "}", depth + 1)
    if (stop === undefined) return fail(unclosed)
    if (!operator.startsWith(":") && at === start + 1) {
      return fail(`has \${${clipped(variable)}${operator} without a pattern`)
    }
    return stop === "}" || until("}", depth + 1) !== undefined ? "" : fail(unclosed)
  }

  let text = ""
  /** Reads up to one of the characters `stops`, or to the end, and returns the one that was found. */
  const until = (stops: string, depth: number): string | undefined => {
    while (at < argument.length) {
      const char = argument.charAt(at)
      if (stops.includes(char)) {
        at++
        return char
      }
      let part = char
      if (char === "'" || char === "\"") {
        part = quoted(char, depth)
      } else if (char === "$") {
        part = dollar(depth)
      } else if (char === "\\") {
        part = argument.charAt(at + 1)
        at += 2
      } else {
        at++
      }
      if (depth === 0) text += part
    }
    return undefined
  }

  until("", 0)
  return { text: variables.length === 0 && problem === undefined ? text : undefined, variables, problem }
}
