/**
 * The instructions of a Containerfile that read the build context.
 */
import { type Instruction, instructions, jsonList } from "../../core/Instruction.js"

export interface ContextUse {
  readonly line: number
  readonly keyword: string
  /** Whether the instruction says itself which mode the files get. */
  readonly setsMode: boolean
  /** Whether it takes what lies in the context itself, whatever that is. */
  readonly takesAll: boolean
}

const all = /^(?:\.?\/*|\.\/+|(?:\.?\/)?[^/]*[*?[].*)$/

const remote = /^(?:https?:|git:|git@)/

const copies = ({ options, rest }: Instruction): boolean =>
  !options.some((option) => option.startsWith("--from=")) && !sources(rest).every((source) => remote.test(source))

// A mount of another type, or from an image or another stage, is none of the context.
const mounts = ({ options }: Instruction): boolean =>
  options.some((option) => /^--mount=/.test(option) && !/[=,](?:type=(?!bind)|from=)/.test(option))

const sources = (rest: string): ReadonlyArray<string> => (jsonList(rest) ?? rest.match(/\S+/g) ?? []).slice(0, -1)

export const of = (containerfile: string): ReadonlyArray<ContextUse> =>
  instructions(containerfile)
    .filter((instruction) =>
      instruction.keyword === "RUN"
        ? mounts(instruction)
        : (instruction.keyword === "COPY" || instruction.keyword === "ADD") && copies(instruction)
    )
    .map(({ keyword, line, options, rest }) => ({
      line,
      keyword,
      setsMode: options.some((option) => option.startsWith("--chmod=")),
      takesAll: keyword !== "RUN" && sources(rest).some((source) => all.test(source))
    }))
