/**
 * The stage that is built, and the stages that it needs.
 *
 * @since 0.1.0
 */
import type { Instruction } from "./Instruction.js"
import { read } from "./Substitution.js"

/**
 * A stage with its instructions, the first of which is its `FROM`.
 *
 * @since 0.1.0
 * @category models
 */
export interface WholeStage {
  readonly line: number
  /** The name after `AS`; undefined without one, or if it has variables. */
  readonly name: string | undefined
  readonly instructions: ReadonlyArray<Instruction>
}

/**
 * The stages in their order.
 *
 * @since 0.1.0
 * @category getters
 */
export const wholeStages = (instructions: ReadonlyArray<Instruction>): ReadonlyArray<WholeStage> => {
  const found: Array<{ line: number; name: string | undefined; instructions: Array<Instruction> }> = []
  for (const instruction of instructions) {
    if (instruction.keyword === "FROM") {
      const name = instruction.args[2] === undefined ? undefined : read(instruction.args[2]).text
      found.push({ line: instruction.line, name, instructions: [instruction] })
    } else {
      found.at(-1)?.instructions.push(instruction)
    }
  }
  return found
}

const maxListed = 20

const listed = (stages: ReadonlyArray<WholeStage>): string =>
  [
    ...stages.slice(0, maxListed).map(({ line, name }, index) => `${clipped(name ?? String(index))} (line ${line})`),
    ...(stages.length > maxListed ? [`${stages.length - maxListed} more`] : [])
  ].join(", ")

/**
 * The index of the stage that `target` names: by its exact name, else by its number, counted from 0; or why there is none.
 *
 * @since 0.1.0
 * @category getters
 */
export const targetIndex = (stages: ReadonlyArray<WholeStage>, target: string): number | string => {
  const named = stages.flatMap(({ name }, index) => name === target ? [index] : [])
  const [index, ...others] = named
  if (index !== undefined) {
    return others.length === 0
      ? index
      : `names ${named.length} stages, on which builders differ (lines ${
        named.map((one) => stages[one]?.line).join(", ")
      }); give each a name of its own`
  }
  return /^\d{1,9}$/.test(target) && Number(target) < stages.length
    ? Number(target)
    : `names no stage of the Containerfile${stages.length === 0 ? "" : `; its stages are ${listed(stages)}`}`
}

/** The stages by name or number that an instruction refers to; variables are not resolved. */
const references = ({ args, flags, keyword }: Instruction): ReadonlyArray<string> => {
  const values = keyword === "FROM"
    ? [
      args[0] ?? "",
      ...flags.filter((flag) => flag.startsWith("--after=")).map((flag) => flag.slice("--after=".length))
    ]
    : keyword === "COPY"
    ? flags.filter((flag) => flag.startsWith("--from=")).map((flag) => flag.slice("--from=".length))
    : keyword === "RUN"
    ? flags.filter((flag) => flag.startsWith("--mount=")).flatMap((flag) =>
      flag.slice("--mount=".length).split(",").filter((option) => option.startsWith("from=")).map((option) =>
        option.slice("from=".length)
      )
    )
    : []
  return values.flatMap((value) => read(value).text ?? [])
}

/**
 * The stage at `target` and the stages that it needs, in their order. buildah builds these and skips the others. A stage that is
 * named only by a variable is not found.
 *
 * @since 0.1.0
 * @category getters
 */
export const neededStages = (stages: ReadonlyArray<WholeStage>, target: number): ReadonlyArray<WholeStage> => {
  const needed = new Set<number>()
  const visit = (index: number): void => {
    if (needed.has(index)) return
    needed.add(index)
    for (const instruction of stages[index]?.instructions ?? []) {
      for (const reference of references(instruction)) {
        const named = stages.findLastIndex(({ name }, at) => at < index && name === reference)
        const isNumber = instruction.keyword !== "FROM" && /^\d{1,9}$/.test(reference) && Number(reference) < index
        if (named !== -1) visit(named)
        else if (isNumber) visit(Number(reference))
      }
    }
  }
  visit(target)
  return stages.filter((_, index) => needed.has(index))
}

const clipped = (word: string): string => word.length > 40 ? `${word.slice(0, 40)}…` : word
