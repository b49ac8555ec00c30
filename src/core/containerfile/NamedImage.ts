/**
 * The images that a build pulls: those that a Containerfile names after FROM, in `COPY --from` and in mounts, with the values of
 * their variables.
 *
 * @since 0.1.0
 */
import type { Instruction } from "./Instruction.js"
import { read } from "./Substitution.js"

/**
 * An image that the build needs.
 *
 * @since 0.1.0
 * @category models
 */
export interface NamedImage {
  /** The line of the first instruction that names it. */
  readonly line: number
  /** The name, without variables. */
  readonly name: string
  /** Whether a stage starts from it, on the platform of the build. */
  readonly isBase: boolean
}

/**
 * The images that the last stage needs, or the stage `target`, in the order of their lines.
 *
 * @since 0.1.0
 * @category models
 */
export interface NamedImages {
  readonly images: ReadonlyArray<NamedImage>
  /** The image that the stage starts from, through other stages or not; undefined if it is `scratch` or not known. */
  readonly root: string | undefined
}

/**
 * The build argument that has the pullspec of the base image.
 *
 * @since 0.1.0
 * @category constants
 */
export const baseArgument = "BASE_IMAGE"

interface Named {
  readonly line: number
  readonly written: string
  readonly kind: "from" | "other"
  readonly hasPlatform: boolean
}

interface StageUse {
  readonly name: string | undefined
  readonly named: ReadonlyArray<Named>
}

const flagValues = (flags: ReadonlyArray<string>, flag: string): ReadonlyArray<string> =>
  flags.filter((one) => one.startsWith(`--${flag}=`)).map((one) => one.slice(flag.length + 3))

const namedBy = ({ args, flags, keyword, line }: Instruction): ReadonlyArray<Named> => {
  const other = (written: string): Named => ({ line, written, kind: "other", hasPlatform: false })
  switch (keyword) {
    case "FROM":
      return [{ line, written: args[0] ?? "", kind: "from", hasPlatform: flagValues(flags, "platform").length > 0 }]
    case "COPY":
      return flagValues(flags, "from").map(other)
    case "RUN":
      return flagValues(flags, "mount").flatMap((mount) =>
        mount.split(",").filter((option) => option.startsWith("from=")).map((option) =>
          other(option.slice("from=".length))
        )
      )
    default:
      return []
  }
}

const isArg = ({ keyword }: Instruction): boolean => keyword === "ARG"

const isFrom = ({ keyword }: Instruction): boolean => keyword === "FROM"

const headingOf = (instructions: ReadonlyArray<Instruction>): ReadonlyArray<Instruction> => {
  const first = instructions.findIndex(isFrom)
  return first === -1 ? [] : instructions.slice(0, first)
}

const stagesOf = (instructions: ReadonlyArray<Instruction>): ReadonlyArray<StageUse> => {
  const stages: Array<{ readonly name: string | undefined; readonly named: Array<Named> }> = []
  for (const instruction of instructions) {
    if (isFrom(instruction)) stages.push({ name: instruction.args[2], named: [] })
    stages.at(-1)?.named.push(...namedBy(instruction))
  }
  return stages
}

type Values = ReadonlyMap<string, string>

// A word without quotes and escapes, in which every variable is plain or has a plain default.
const variable = /\$(?:(\w+)|\{(\w+)(?::-([^${}"'\\]*))?\})/g

/** The text of a word with the values of its variables; undefined if it is not known before the build. */
const expanded = (word: string, values: Values): string | undefined => {
  const { text } = read(word)
  if (text !== undefined) return text
  if (/["'\\]/.test(word) || word.replace(variable, "").includes("$")) return undefined
  let isKnown = true
  const found = word.replace(variable, (_, plain?: string, braced?: string, otherwise?: string) => {
    const value = values.get(plain ?? braced ?? "") ?? ""
    if (value !== "") return value
    if (otherwise === undefined) isKnown = false
    return otherwise ?? ""
  })
  return isKnown ? found : undefined
}

/** The values that variables have in FROM: those that are given, else the defaults of the heading. */
const valuesIn = (heading: ReadonlyArray<Instruction>, given: Readonly<Record<string, string>>): Values => {
  const values = new Map<string, string>()
  for (const word of heading.filter(isArg).flatMap(({ args }) => args)) {
    const [, name = "", written] = /^([^=]*)(?:=(.*))?$/s.exec(word) ?? []
    const value = Object.hasOwn(given, name)
      ? given[name]
      : written === undefined
      ? undefined
      : expanded(written, values)
    if (value === undefined) values.delete(name)
    else values.set(name, value)
  }
  return values
}

// Names with a transport, such as docker-archive:, are not checked here but by the builder.
const isImageName = (name: string): boolean =>
  /^[A-Za-z0-9[][\w.:/@[\]-]*$/.test(name) && !name.includes("://") &&
  !/^(?:containers-storage|dir|docker|docker-archive|docker-daemon|oci|oci-archive|ostree|sif):/.test(name)

/**
 * Finds the images, except those whose names depend on values that only the builder knows, and those of stages that nothing needs.
 * `values` are the build arguments, including BASE_IMAGE.
 *
 * @since 0.1.0
 * @category getters
 */
export const namedImages = (
  instructions: ReadonlyArray<Instruction>,
  values: Readonly<Record<string, string>>,
  target?: string
): NamedImages => {
  const stages = stagesOf(instructions)
  const known = valuesIn(headingOf(instructions), values)
  const names = stages.map(({ name }) => name === undefined ? undefined : expanded(name, known))
  // Otherwise what looks like an image may be a stage.
  if (stages.some(({ name }, index) => name !== undefined && names[index] === undefined)) {
    return { images: [], root: undefined }
  }

  const stageOf = (name: string, { kind }: Named, before: number): number => {
    const byName = names.lastIndexOf(name, before - 1)
    return before > 0 && byName !== -1 ? byName : kind === "other" && /^\d+$/.test(name) ? Number(name) : -1
  }

  const images: Array<NamedImage> = []
  const seen = new Set<number>()
  const visit = (index: number): void => {
    if (seen.has(index)) return
    seen.add(index)
    for (const named of stages[index]?.named ?? []) {
      const name = expanded(named.written, known)
      if (name === undefined || name === "scratch") continue
      const stage = stageOf(name, named, index)
      if (stage >= 0 && stage < index) visit(stage)
      else if (isImageName(name)) {
        images.push({ line: named.line, name, isBase: named.kind === "from" && !named.hasPlatform })
      }
    }
  }
  const rootOf = (index: number): string | undefined => {
    const from = stages[index]?.named.find(({ kind }) => kind === "from")
    const name = from === undefined ? undefined : expanded(from.written, known)
    if (from === undefined || name === undefined || name === "scratch") return undefined
    const stage = stageOf(name, from, index)
    return stage >= 0 ? rootOf(stage) : from.hasPlatform || !isImageName(name) ? undefined : name
  }

  const byTarget = target === undefined ? -1 : names.lastIndexOf(target)
  const last = byTarget !== -1 ? byTarget : /^\d+$/.test(target ?? "") ? Number(target) : stages.length - 1
  visit(last)
  const merged = new Map<string, NamedImage>()
  for (const image of images.sort((a, b) => a.line - b.line)) {
    const before = merged.get(image.name)
    merged.set(image.name, before === undefined ? image : { ...before, isBase: before.isBase || image.isBase })
  }
  return { images: Array.from(merged.values()), root: rootOf(last) }
}

/** Where a Containerfile uses BASE_IMAGE, and what uses it. */
export interface BaseUse {
  readonly line: number
  readonly text: string
}

/**
 * The places that are empty where no base image is given: FROM and `--from` with BASE_IMAGE, and an ARG of a stage that takes
 * its value, each without a default of its own.
 *
 * @since 0.1.0
 * @category getters
 */
export const baseUses = (instructions: ReadonlyArray<Instruction>): ReadonlyArray<BaseUse> => {
  const heading = headingOf(instructions)
  const isDefault = (word: string) => word.startsWith(`${baseArgument}=`)
  const hasDefault = heading.filter(isArg).some(({ args }) => args.some(isDefault))
  if (hasDefault) return []
  const isDeclared = heading.filter(isArg).some(({ args }) => args.includes(baseArgument))
  const refersTo = (word: string) =>
    read(word).variables.some(({ name, operator }) => name === baseArgument && (operator === "" || operator === ":?"))
  return instructions.flatMap((instruction): ReadonlyArray<BaseUse> => {
    const { args, keyword, line } = instruction
    const isHeading = heading.includes(instruction)
    if (isArg(instruction)) {
      const used = args.find((word) => !isHeading && word === baseArgument) ??
        args.find((word) => (isDeclared || !isHeading) && refersTo(word.replace(/^[^=]*=?/s, "")))
      return used === undefined ? [] : [{ line, text: `ARG ${used}` }]
    }
    const named = namedBy(instruction).filter(({ written }) => isDeclared && refersTo(written))
    return named.length === 0 ? [] : [{ line, text: keyword }]
  })
}
