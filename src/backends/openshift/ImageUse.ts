/**
 * The images that OpenShift's builder pulls before the build: those after FROM and in `COPY --from` (openshift/builder
 * pkg/build/builder/common.go findReferencedImages).
 *
 * It expands variables by the build arguments and by the defaults in the heading, each as it is written: with its quotes and
 * variables, so that the name is not one of an image. It knows neither the built-in ones, such as `TARGETARCH`, nor those of
 * a stage.
 */
import * as Containerfile from "../../core/Containerfile.js"
import { read } from "../../core/containerfile/Substitution.js"

export interface ImageUse {
  readonly line: number
  /** The text that names the image, such as `COPY --from=builder`. */
  readonly text: string
  /** The name, if it has no variable or is one. */
  readonly pullspec?: string | undefined
  /** A variable in the name that has no value there. */
  readonly unset?: string | undefined
}

const prefix = "--from="

const imageWords = ({ args, flags, keyword }: Containerfile.Instruction): ReadonlyArray<string> =>
  keyword === "FROM"
    ? args.slice(0, 1)
    : keyword === "COPY"
    ? flags.filter((flag) => flag.startsWith(prefix)).map((flag) => flag.slice(prefix.length))
    : []

const defaults = (instructions: ReadonlyArray<Containerfile.Instruction>): Readonly<Record<string, string>> => {
  const firstFrom = instructions.findIndex(({ keyword }) => keyword === "FROM")
  const args = instructions.slice(0, Math.max(firstFrom, 0)).filter(({ keyword }) => keyword === "ARG").flatMap(
    ({ args }) => args
  )
  return Object.fromEntries(args.flatMap((word) => {
    const [, name, value] = /^([^=]*)=(.*)$/s.exec(word) ?? []
    return name === undefined || value === undefined || /[$"'\\]/.test(value) ? [] : [[name, value]]
  }))
}

const clipped = (text: string): string => text.length > 100 ? `${text.slice(0, 100)}…` : text

/** The uses of images in the order of lines, with the values of build arguments. */
export const of = (containerfile: string, buildArgs: Readonly<Record<string, string>>): ReadonlyArray<ImageUse> => {
  const instructions = Containerfile.instructions(containerfile)
  const values = new Map(Object.entries({ ...defaults(instructions), ...buildArgs }))
  return instructions.flatMap((instruction) =>
    imageWords(instruction).map((word) => {
      const { text: literal, variables } = read(word)
      const name = /^\$(?:(\w+)|\{(\w+)\})$/.exec(word)
      // With another operator, the name may be complete without the variable.
      const isPlain = variables.every(({ operator }) => operator === "" || operator === ":?")
      return {
        line: instruction.line,
        text: clipped(`${instruction.keyword} ${instruction.keyword === "FROM" ? word : `${prefix}${word}`}`),
        pullspec: literal ?? (name === null ? undefined : values.get(name[1] ?? name[2] ?? "")),
        unset: isPlain ? variables.find(({ name }) => name !== "" && !values.has(name))?.name : undefined
      }
    })
  )
}
