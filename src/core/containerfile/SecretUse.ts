/**
 * The secrets that a Containerfile asks for.
 *
 * @since 0.1.0
 */
import type { Instruction } from "./Instruction.js"
import { read } from "./Substitution.js"

/**
 * A `RUN --mount=type=secret`. A builder without a secret of that id mounts nothing, or fails if it is required.
 *
 * @since 0.1.0
 * @category models
 */
export interface SecretUse {
  readonly line: number
  readonly id: string
  readonly isRequired: boolean
}

// strconv.ParseBool of Go; `required` alone means true (buildah run_common.go getSecretMount).
const isTrue = (value: string | undefined): boolean => value === undefined || /^(?:1|t|T|TRUE|true|True)$/.test(value)

const optionsOf = (mount: string): ReadonlyMap<string, string | undefined> =>
  new Map(
    mount.split(",").map((option) => {
      const [, name = "", value] = /^([^=]*)(?:=(.*))?$/s.exec(option) ?? []
      return [name, value]
    })
  )

/** The last of an id and, where there is none, the name of the file that is the target. */
const idOf = (options: ReadonlyMap<string, string | undefined>): string =>
  options.get("id") ??
    (options.get("target") ?? options.get("dst") ?? options.get("destination") ?? "").replace(/\/+$/, "").replace(
      /^.*\//s,
      ""
    )

/**
 * The uses of secrets in the order of lines, without those whose options have variables.
 *
 * @since 0.1.0
 * @category getters
 */
export const secretUses = (instructions: ReadonlyArray<Instruction>): ReadonlyArray<SecretUse> =>
  instructions.filter(({ keyword }) => keyword === "RUN").flatMap(({ flags, line }) =>
    flags.filter((flag) => flag.startsWith("--mount=")).flatMap((flag) => {
      const { text } = read(flag.slice("--mount=".length))
      if (text === undefined) return []
      const options = optionsOf(text)
      const id = idOf(options)
      return options.get("type") === "secret" && id !== ""
        ? [{ line, id, isRequired: options.has("required") && isTrue(options.get("required")) }]
        : []
    })
  )
