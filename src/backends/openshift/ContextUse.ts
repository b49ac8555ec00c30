/**
 * The instructions of a Containerfile that read the build context.
 */
import * as Containerfile from "../../core/Containerfile.js"
import { matcher } from "../../core/containerfile/PathPattern.js"

export interface ContextUse {
  readonly line: number
  readonly keyword: string
  /** Whether the instruction sets the mode of the files. */
  readonly setsMode: boolean
  /** Whether it copies the top directory of the context, with everything in it. */
  readonly takesAll: boolean
  /** Whether it names the Containerfile that the builder writes into the context. */
  readonly takesContainerfile: boolean
}

/** The file that the builder adds to the context. */
const added = "Dockerfile"

const pathOf = (source: string): string => source.replace(/^(?:\.?\/)+/, "").replace(/\/+$/, "")

// A pattern counts if it matches that file.
const isAll = (source: string): boolean => {
  const path = pathOf(source)
  return path === "" || path === "." || (/[*?[]/.test(path) && matcher(path)(added))
}

const remote = /^(?:https?:|git:|git@)/

const copies = ({ args, flags }: Containerfile.Instruction): boolean =>
  !flags.some((flag) => flag.startsWith("--from=")) && !args.slice(0, -1).every((source) => remote.test(source))

// A mount of another type, or from an image or another stage, does not use the context.
const mounts = ({ flags }: Containerfile.Instruction): boolean =>
  flags.some((flag) => /^--mount=/.test(flag) && !/[=,](?:type=(?!bind)|from=)/.test(flag))

export const of = (containerfile: string): ReadonlyArray<ContextUse> =>
  Containerfile.instructions(containerfile)
    .filter((instruction) =>
      instruction.keyword === "RUN"
        ? mounts(instruction)
        : (instruction.keyword === "COPY" || instruction.keyword === "ADD") && copies(instruction)
    )
    .map(({ args, flags, keyword, line }) => ({
      line,
      keyword,
      setsMode: flags.some((flag) => flag.startsWith("--chmod=")),
      takesAll: keyword !== "RUN" && args.slice(0, -1).some(isAll),
      takesContainerfile: keyword !== "RUN" && args.slice(0, -1).some((source) => pathOf(source) === added)
    }))
