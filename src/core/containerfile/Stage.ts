/**
 * The stages of a Containerfile, and what refers to them.
 *
 * @since 0.1.0
 */
import type { Instruction } from "./Instruction.js"
import { read } from "./Substitution.js"

/**
 * A `FROM`: the image as it is written, variables and all, and the name that `AS` gives.
 *
 * @since 0.1.0
 * @category models
 */
export interface Stage {
  readonly line: number
  readonly image: string
  readonly name?: string
}

/**
 * The stages in their order.
 *
 * @since 0.1.0
 * @category getters
 */
export const stagesOf = (instructions: ReadonlyArray<Instruction>): ReadonlyArray<Stage> =>
  instructions.filter(({ keyword }) => keyword === "FROM").map(({ args: [image = "", , name], line }) => ({
    line,
    image,
    ...(name === undefined ? {} : { name })
  }))

/** The name of a stage or an image that an instruction refers to; `line` is that of the instruction. */
export interface Reference {
  readonly line: number
  /** The text that refers to it, such as `COPY --from=builder`. */
  readonly text: string
  readonly name: string
  /** Whether no stage above has this name. */
  readonly isImage: boolean
}

const namesIn = ({ args, flags, keyword }: Instruction): ReadonlyArray<readonly [text: string, name: string]> => {
  switch (keyword) {
    case "FROM":
      return [[`FROM ${args[0] ?? ""}`, args[0] ?? ""]]
    case "COPY":
      return flags.filter((flag) => flag.startsWith("--from=")).map((
        flag
      ) => [`COPY ${flag}`, flag.slice("--from=".length)])
    case "RUN":
      return flags.filter((flag) => flag.startsWith("--mount=")).flatMap((flag) =>
        flag.slice("--mount=".length).split(",").filter((option) => option.startsWith("from=")).map((option) =>
          [`RUN --mount=${option}`, option.slice("from=".length)] as const
        )
      )
    default:
      return []
  }
}

/**
 * The references without variables, each with whether it names an image: a stage is found by its exact name, or from
 * another instruction than FROM by its number.
 *
 * @since 0.1.0
 * @category getters
 */
export const referencesOf = (instructions: ReadonlyArray<Instruction>): ReadonlyArray<Reference> => {
  const names = new Set<string>()
  const found: Array<Reference> = []
  let stages = 0
  let hasVariableName = false
  let own: string | undefined
  for (const instruction of instructions) {
    const isFrom = instruction.keyword === "FROM"
    if (isFrom && own !== undefined) names.add(own)
    for (const [text, written] of namesIn(instruction)) {
      const name = read(written).text
      if (name === undefined || name === "" || name === "scratch" || hasVariableName) continue
      const isNumber = !isFrom && /^\d+$/.test(name) && Number(name) < stages - 1
      found.push({ line: instruction.line, text, name, isImage: !names.has(name) && !isNumber })
    }
    if (isFrom) {
      stages++
      const name = instruction.args[2] === undefined ? undefined : read(instruction.args[2])
      own = name?.text
      hasVariableName ||= name !== undefined && name.text === undefined
    }
  }
  return found
}

/**
 * Why a reference can name neither a stage nor an image: it has a capital letter outside host and tag, or is the number of a
 * stage that there is not.
 *
 * @since 0.1.0
 * @category getters
 */
export const referenceProblem = ({ isImage, name, text }: Reference): string | undefined =>
  !isImage
    ? undefined
    : /[A-Z]/.test(repository(name))
    ? `${clipped(text)}: no stage above has this name, and the name of an image has no capital letters`
    : /^\d+$/.test(name) && !text.startsWith("FROM")
    ? `${clipped(text)}: there is no stage of this number above`
    : undefined

/** The name of an image without its host, tag and digest; names of transports, such as `docker-archive:`, have none. */
const repository = (name: string): string => {
  const [host = "", ...rest] = name.split("/")
  const isHost = rest.length > 0 && (/[.:]/.test(host) || host === "localhost")
  const path = (isHost ? rest.join("/") : name).replace(/@.*$/s, "")
  return !host.endsWith(":") && /^[\w./-]+(?::[\w.-]+)?$/.test(path) ? path.replace(/:[^/]*$/, "") : ""
}

/**
 * The hint for a reference that is valid but probably a mistake.
 *
 * @since 0.1.0
 * @category getters
 */
export const referenceHint = ({ isImage, name, text }: Reference): string | undefined =>
  isImage && /^[\w-]+$/.test(name)
    ? `${clipped(text)}: no stage above has this name, so it is pulled as an image`
    : undefined

const clipped = (word: string): string => word.length > 60 ? `${word.slice(0, 60)}…` : word
