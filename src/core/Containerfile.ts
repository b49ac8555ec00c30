/**
 * What can be said of a Containerfile without building it. Every function here takes any text, in time linear in its
 * length.
 *
 * @since 0.1.0
 */
import { DockerfileParser, PropertyInstruction } from "dockerfile-ast"
import * as Schema from "effect/Schema"
import { atMostBytes, first, portable } from "./input/TextRule.js"
import { type Instruction, instructions, jsonList, split } from "./Instruction.js"

export { type Feature, features, type FeatureUse } from "./containerfile/Feature.js"

// -----------------------------------------------------------------------------
// models
// -----------------------------------------------------------------------------

/**
 * Something wrong, and the line it is in, counted from 1; without a line it is about the whole.
 *
 * @since 0.1.0
 * @category models
 */
export interface Problem {
  readonly line?: number
  readonly message: string
}

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
 * How many bytes of UTF-8 a text may have: it lies in a ConfigMap, of at most 1 MiB, beside the rest of the input.
 *
 * @since 0.1.0
 * @category constants
 */
export const maxBytes = 512 * 1024

// -----------------------------------------------------------------------------
// getters
// -----------------------------------------------------------------------------

/**
 * Everything that is wrong with the text, in the order of lines; nothing if it is worth trying.
 *
 * @example
 * ```ts
 * import { Containerfile } from "effect-os-builder"
 *
 * console.log(Containerfile.problems("FROM quay.io/acme/os:1\nCOPY motd\n"))
 * // [ { line: 2, message: 'COPY needs at least 2 arguments' } ]
 * ```
 *
 * @since 0.1.0
 * @category getters
 */
export const problems = (text: string): ReadonlyArray<Problem> => {
  const all = instructions(text)
  const firstFrom = all.findIndex(isFrom)
  const heading = firstFrom === -1 ? [] : all.slice(0, firstFrom)
  const declared = new Set(heading.filter(isArg).flatMap(declaredNames))
  const found = all.flatMap((instruction, index) => {
    const { heredocs, line } = instruction
    const own = argumentProblem(instruction) ??
      (index < firstFrom && !isArg(instruction)
        ? `${instruction.keyword} stands before the first FROM; only ARG may`
        : isFrom(instruction)
        ? variableProblem(instruction, declared)
        : undefined)
    const open = heredocs.filter(({ closed }) => !closed).map(({ name }) =>
      `the heredoc is not closed: no line after it is just ${clipped(name)}`
    )
    return [...(own === undefined ? [] : [own]), ...open].map((message) => ({ line, message }))
  })
  return firstFrom === -1
    ? [...found, { message: "has no FROM; a build on baseImage begins with ARG BASE_IMAGE and FROM ${BASE_IMAGE}" }]
    : found
}

/**
 * The stages in their order.
 *
 * @since 0.1.0
 * @category getters
 */
export const stages = (text: string): ReadonlyArray<Stage> =>
  instructions(text).filter(isFrom).map((from) => {
    const [image = "", , name] = words(from)
    return { line: from.line, image, ...(name === undefined ? {} : { name }) }
  })

/**
 * How many steps the build has, as the builder counts them: every instruction from the first `FROM` on.
 *
 * @since 0.1.0
 * @category getters
 */
export const stepCount = (text: string): number => {
  const all = instructions(text)
  const firstFrom = all.findIndex(isFrom)
  return firstFrom === -1 ? 0 : all.length - firstFrom
}

/**
 * Whether an instruction takes part of the text as a file (`RUN <<EOF`), which some builders do not understand.
 *
 * @since 0.1.0
 * @category getters
 */
export const hasHeredoc = (text: string): boolean => instructions(text).some(({ heredocs }) => heredocs.length > 0)

// -----------------------------------------------------------------------------
// schemas
// -----------------------------------------------------------------------------

const size = first(portable, atMostBytes(maxBytes))

/**
 * A text without {@link problems}. In the path of an issue, the line stands after the field, as in `["dockerfile", 3]`.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Containerfile: Schema.Schema<string> = Schema.String.pipe(
  Schema.filter(
    (text) =>
      size(text) ?? problems(text).map(({ line, message }) => ({ path: line === undefined ? [] : [line], message })),
    {
      arbitrary: () => (fc) =>
        fc.array(fc.stringMatching(/^RUN [ -~]{1,20}$/), { maxLength: 3 })
          .map((lines) => ["ARG BASE_IMAGE", "FROM ${BASE_IMAGE}", ...lines].join("\n"))
          .filter((text) => problems(text).length === 0)
    }
  )
)

// -----------------------------------------------------------------------------
// arguments
// -----------------------------------------------------------------------------

// The commands of github.com/openshift/imagebuilder (dockerfile/command/command.go), which buildah runs, with the least
// number of arguments that its dispatchers.go takes. (RUN without any it takes too, to fail in the shell.)
const leastArguments: ReadonlyMap<string, number> = new Map([
  ["ADD", 2],
  ["ARG", 1],
  ["CMD", 0],
  ["COPY", 2],
  ["ENTRYPOINT", 0],
  ["ENV", 1],
  ["EXPOSE", 1],
  ["FROM", 1],
  ["HEALTHCHECK", 1],
  ["LABEL", 1],
  ["MAINTAINER", 1],
  ["ONBUILD", 1],
  ["RUN", 1],
  ["SHELL", 1],
  ["STOPSIGNAL", 1],
  ["USER", 1],
  ["VOLUME", 1],
  ["WORKDIR", 1]
])

const isArg = ({ keyword }: Instruction): boolean => keyword === "ARG"

const isFrom = ({ keyword }: Instruction): boolean => keyword === "FROM"

const clipped = (word: string): string => word.length > 40 ? `${word.slice(0, 40)}…` : word

const parse = ({ keyword, rest }: Command) => DockerfileParser.parse(`${keyword} ${rest}\n`).getInstructions()[0]

type Command = Pick<Instruction, "keyword" | "rest">

const words = (command: Command): ReadonlyArray<string> =>
  jsonList(command.rest) ?? parse(command)?.getArguments().map((argument) => argument.getValue()) ?? []

const argumentProblem = (command: Command): string | undefined => {
  const { keyword, rest } = command
  const least = leastArguments.get(keyword)
  if (least === undefined) return `${clipped(keyword)} is no instruction`
  if (rest === "" && least > 0) return `${keyword} needs ${least === 1 ? "an argument" : `${least} arguments`}`
  switch (keyword) {
    case "ADD":
    case "COPY":
      return words(command).length < least ? `${keyword} needs at least ${least} arguments` : undefined
    case "FROM":
      return fromProblem(words(command))
    case "ENV":
    case "LABEL":
      return hasPairs(command) ? undefined : `${keyword} takes NAME=value, once or more`
    case "HEALTHCHECK":
      return healthcheckProblem(split(rest))
    case "SHELL":
      return (jsonList(rest)?.length ?? 0) > 0 ? undefined : "SHELL takes a JSON list, as in [\"/bin/bash\", \"-c\"]"
    case "VOLUME":
      return jsonList(rest)?.length === 0 ? "VOLUME needs an argument" : undefined
    case "ONBUILD":
      return onbuildProblem(split(rest))
    default:
      return undefined
  }
}

const fromProblem = ([, as, ...names]: ReadonlyArray<string>): string | undefined =>
  as === undefined || (as.toUpperCase() === "AS" && names.length === 1)
    ? undefined
    : "FROM takes an image, or an image, AS and a name"

// A name, a space and a value; or NAME=value for each name.
const hasPairs = (command: Command): boolean => {
  const pairs = parse(command)
  if (!(pairs instanceof PropertyInstruction)) return false
  return words(command)[0]?.includes("=") === true
    ? pairs.getProperties().every((pair) => pair.getAssignmentOperator() !== null)
    : /\s/.test(command.rest)
}

const healthcheckProblem = ({ keyword, rest }: Command): string | undefined =>
  keyword === "NONE"
    ? rest === "" ? undefined : "HEALTHCHECK NONE takes no arguments"
    : keyword !== "CMD"
    ? "HEALTHCHECK takes CMD with a command, or NONE"
    : rest === ""
    ? "HEALTHCHECK CMD needs a command"
    : undefined

const onbuildProblem = (trigger: Command): string | undefined =>
  ["FROM", "MAINTAINER", "ONBUILD"].includes(trigger.keyword)
    ? `ONBUILD does not take ${trigger.keyword}`
    : argumentProblem(trigger)

// -----------------------------------------------------------------------------
// variables of FROM
// -----------------------------------------------------------------------------

// builtinArgDefaults in dispatchers.go of imagebuilder.
const builtinNames: ReadonlyArray<string> = [
  "BUILDARCH",
  "BUILDOS",
  "BUILDPLATFORM",
  "BUILDVARIANT",
  "TARGETARCH",
  "TARGETOS",
  "TARGETPLATFORM",
  "TARGETVARIANT"
]

const declaredNames = (arg: Instruction): ReadonlyArray<string> => words(arg).map((word) => word.replace(/=.*$/s, ""))

// A variable that no ARG of the heading declares is empty in FROM, whatever build arguments are given.
const variableProblem = (from: Instruction, declared: ReadonlySet<string>): string | undefined => {
  for (const [, braced, bare] of (words(from)[0] ?? "").matchAll(/(?<!\\)\$(?:\{(\w+)\}|(\w+))/g)) {
    const name = braced ?? bare ?? ""
    if (!declared.has(name) && !builtinNames.includes(name)) {
      return `FROM uses ${clipped(name)}, which is empty there; declare it before the first FROM: ARG ${clipped(name)}`
    }
  }
  return undefined
}
