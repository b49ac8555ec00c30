/**
 * Reads a Containerfile without building it: its instructions, stages and features, and its problems. Every function accepts any
 * text, and takes time linear in its length.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { missingSources } from "./containerfile/ContextSource.js"
import * as Feature from "./containerfile/Feature.js"
import { type Instruction, parse } from "./containerfile/Instruction.js"
import { baseUses, type NamedImages, namedImages as namedImagesIn } from "./containerfile/NamedImage.js"
import { instructionProblem, shiftProblem } from "./containerfile/Rules.js"
import { type SecretUse, secretUses } from "./containerfile/SecretUse.js"
import { referenceHint, referenceProblem, referencesOf, type Stage, stagesOf } from "./containerfile/Stage.js"
import { read } from "./containerfile/Substitution.js"
import { neededStages, targetIndex, type WholeStage, wholeStages } from "./containerfile/Target.js"
import { atMostBytes, first, jsonSchemaOf, notEmpty, portable } from "./input/TextRule.js"

export type { Feature, FeatureUse } from "./containerfile/Feature.js"
export type { Heredoc, HeredocOpener } from "./containerfile/Heredoc.js"
export type { Command, Instruction } from "./containerfile/Instruction.js"
export type { NamedImage, NamedImages } from "./containerfile/NamedImage.js"
export type { SecretUse } from "./containerfile/SecretUse.js"
export type { Stage } from "./containerfile/Stage.js"

// -----------------------------------------------------------------------------
// models
// -----------------------------------------------------------------------------

/**
 * A problem, and its line, counted from 1; without a line, a problem of the whole text.
 *
 * @since 0.1.0
 * @category models
 */
export interface Problem {
  readonly line?: number
  readonly message: string
}

/**
 * The maximum size of a Containerfile in bytes of UTF-8. It is stored in a ConfigMap of at most 1 MiB, with the rest of the input.
 *
 * @since 0.1.0
 * @category constants
 */
export const maxBytes = 512 * 1024

// -----------------------------------------------------------------------------
// getters
// -----------------------------------------------------------------------------

/**
 * All instructions, known or not, in their order, with their flags, arguments and heredocs.
 *
 * @example
 * ```ts
 * import { Containerfile } from "effect-os-builder"
 *
 * const [, run] = Containerfile.instructions("FROM scratch\nRUN --network=none <<EOF\necho hello\nEOF\n")
 * console.log(run?.line, run?.flags, run?.heredocs[0]?.body)
 * // 2 [ '--network=none' ] 'echo hello\n'
 * ```
 *
 * @since 0.1.0
 * @category getters
 */
export const instructions = (text: string): ReadonlyArray<Instruction> => parse(text).instructions

/**
 * The problems of the text, in the order of lines; empty if a builder may accept it.
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
  const { directiveProblems, instructions } = parse(text)
  const firstFrom = instructions.findIndex(isFrom)
  const heading = firstFrom === -1 ? [] : instructions.slice(0, firstFrom)
  const declared = new Set(heading.filter(isArg).flatMap(declaredNames))
  const found = instructions.flatMap((instruction, index) => {
    const message = instructionProblem(instruction) ??
      (index < firstFrom && !isArg(instruction)
        ? `${instruction.keyword} is before the first FROM; only ARG may be`
        : isFrom(instruction)
        ? variableProblem(instruction, declared)
        : undefined)
    return message === undefined ? [] : [{ line: instruction.line, message }]
  })
  const references = referencesOf(instructions).flatMap((reference) => {
    const message = referenceProblem(reference)
    return message === undefined ? [] : [{ line: reference.line, message }]
  })
  const all = [...directiveProblems, ...found, ...references].sort((a, b) => a.line - b.line)
  return firstFrom === -1
    ? [...all, { message: "has no FROM; a build on baseImage begins with ARG BASE_IMAGE and FROM ${BASE_IMAGE}" }]
    : all
}

/**
 * The places where `<<` with a blank after it starts a heredoc that no line ends, as in `$(( 1 << 4 ))`: buildah refuses
 * them, and OpenShift's builder takes them for arithmetic.
 *
 * @example
 * ```ts
 * import { Containerfile } from "effect-os-builder"
 *
 * console.log(Containerfile.shifts("FROM scratch\nRUN echo $(( 1 << 4 ))\n").map(({ line }) => line)) // [ 2 ]
 * ```
 *
 * @since 0.1.0
 * @category getters
 */
export const shifts = (text: string): ReadonlyArray<Problem> =>
  parse(text).instructions.flatMap((instruction) => {
    const message = shiftProblem(instruction)
    return message === undefined ? [] : [{ line: instruction.line, message }]
  })

/**
 * The files of the context that `COPY` and `ADD` name and that are not among `paths`, each a reason why the build fails.
 *
 * Patterns, directories and the whole context are taken into account, and nothing is reported of a source with variables, a
 * URL, a heredoc, or `--from`, or of one below a path of `links`, the symbolic links of the context.
 *
 * @example
 * ```ts
 * import { Containerfile } from "effect-os-builder"
 *
 * console.log(Containerfile.missing("FROM scratch\nCOPY motd etc/*.conf /etc/\n", ["etc/a.conf"]))
 * // [ { line: 2, message: 'COPY motd: the context has no such file' } ]
 * ```
 *
 * @since 0.1.0
 * @category getters
 */
export const missing = (
  text: string,
  paths: Iterable<string>,
  links: Iterable<string> = []
): ReadonlyArray<Problem> => missingSources(parse(text).instructions, paths, links)

/**
 * What is valid but probably a mistake: a FROM, `COPY --from` or mount whose name is taken for an image, because no stage above and
 * no build context of `contexts` has it.
 *
 * @example
 * ```ts
 * import { Containerfile } from "effect-os-builder"
 *
 * console.log(Containerfile.hints("FROM quay.io/acme/os:1 AS config\nFROM configs AS final\n"))
 * // [ { line: 2, message: 'FROM configs: no stage above has this name, so it is pulled as an image' } ]
 * ```
 *
 * @since 0.1.0
 * @category getters
 */
export const hints = (text: string, contexts: Iterable<string> = []): ReadonlyArray<Problem> => {
  const known = new Set(contexts)
  return referencesOf(parse(text).instructions).filter(({ name }) => !known.has(name)).flatMap((reference) => {
    const message = referenceProblem(reference) === undefined ? referenceHint(reference) : undefined
    return message === undefined ? [] : [{ line: reference.line, message }]
  })
}

/**
 * The uses of features that not every builder has, in the order of lines. A feature that an instruction uses twice is listed once.
 *
 * @example
 * ```ts
 * import { Containerfile } from "effect-os-builder"
 *
 * console.log(Containerfile.features("FROM scratch\nRUN --mount=type=tmpfs,dst=/tmp true\n"))
 * // [ { feature: 'RUN --mount=type=tmpfs', line: 2 } ]
 * ```
 *
 * @since 0.1.0
 * @category getters
 */
export const features = (text: string): ReadonlyArray<Feature.FeatureUse> => Feature.featuresOf(parse(text))

/**
 * The stages in their order.
 *
 * @since 0.1.0
 * @category getters
 */
export const stages = (text: string): ReadonlyArray<Stage> => stagesOf(parse(text).instructions)

const targetOf = (
  text: string,
  target: string | undefined
): { readonly stages: ReadonlyArray<WholeStage>; readonly index: number | string } => {
  const stages = wholeStages(parse(text).instructions)
  return { stages, index: target === undefined ? stages.length - 1 : targetIndex(stages, target) }
}

/**
 * Why `target` does not name exactly one stage, as the rest of a sentence that begins with the field; undefined if it does.
 *
 * @example
 * ```ts
 * import { Containerfile } from "effect-os-builder"
 *
 * console.log(Containerfile.targetProblem("FROM scratch AS ctx\nFROM quay.io/acme/os:1\n", "final"))
 * // names no stage of the Containerfile; its stages are ctx (line 1), 1 (line 2)
 * ```
 *
 * @since 0.1.0
 * @category getters
 */
export const targetProblem = (text: string, target: string): string | undefined => {
  const { index } = targetOf(text, target)
  return typeof index === "string" ? index : undefined
}

/**
 * The text up to the end of the stage `target`: a Containerfile of the same image. Without a target, the whole text.
 *
 * @example
 * ```ts
 * import { Containerfile } from "effect-os-builder"
 *
 * const text = "FROM quay.io/acme/os:1 AS os\nRUN true\nFROM os AS test\nRUN false\n"
 * console.log(Containerfile.through(text, "os")) // FROM quay.io/acme/os:1 AS os\nRUN true\n
 * ```
 *
 * @since 0.1.0
 * @category getters
 */
export const through = (text: string, target: string | undefined): string => {
  if (target === undefined) return text
  const { index, stages } = targetOf(text, target)
  const next = typeof index === "string" ? undefined : stages[index + 1]
  return next === undefined ? text : text.split("\n").slice(0, next.line - 1).map((line) => `${line}\n`).join("")
}

/**
 * The secrets that the stages needed by `target` (default: the last stage) ask for with `RUN --mount=type=secret`, in the order of
 * lines.
 *
 * @example
 * ```ts
 * import { Containerfile } from "effect-os-builder"
 *
 * console.log(Containerfile.secrets("FROM scratch\nRUN --mount=type=secret,id=token,required=true true\n"))
 * // [ { line: 2, id: 'token', isRequired: true } ]
 * ```
 *
 * @since 0.1.0
 * @category getters
 */
export const secrets = (text: string, target?: string | undefined): ReadonlyArray<SecretUse> => {
  const { index, stages } = targetOf(text, target)
  return typeof index === "string"
    ? []
    : neededStages(stages, index).flatMap(({ instructions }) => secretUses(instructions))
}

/**
 * The images that the stage `target` needs (default: the last stage), with build arguments substituted.
 *
 * @example
 * ```ts
 * import { Containerfile } from "effect-os-builder"
 *
 * const text = "ARG BASE_IMAGE\nFROM quay.io/acme/tools:1 AS tools\nFROM ${BASE_IMAGE}\nCOPY --from=tools /bin/a /bin/a\n"
 * const { images, root } = Containerfile.namedImages(text, { BASE_IMAGE: "quay.io/acme/os:1" })
 * console.log(images.map(({ name }) => name), root)
 * // [ 'quay.io/acme/tools:1', 'quay.io/acme/os:1' ] quay.io/acme/os:1
 * ```
 *
 * @since 0.1.0
 * @category getters
 */
export const namedImages = (
  text: string,
  buildArgs: Readonly<Record<string, string>>,
  target?: string
): NamedImages => namedImagesIn(parse(text).instructions, buildArgs, target)

/**
 * Why a Containerfile cannot be built without a base image: a problem for each place that uses the build argument BASE_IMAGE without
 * a default.
 *
 * @example
 * ```ts
 * import { Containerfile } from "effect-os-builder"
 *
 * console.log(Containerfile.baseProblems("ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\n"))
 * // [ { line: 2, message: 'FROM uses BASE_IMAGE, and baseImage is not given' } ]
 * ```
 *
 * @since 0.1.0
 * @category getters
 */
export const baseProblems = (text: string): ReadonlyArray<Problem> =>
  baseUses(parse(text).instructions).map(({ line, text }) => ({
    line,
    message: `${clipped(text)} uses BASE_IMAGE, and baseImage is not given`
  }))

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
 * A text without {@link problems}. In the path of an issue, the line follows the field, as in `["dockerfile", 3]`.
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
          .filter((text) => problems(text).length === 0),
      jsonSchema: jsonSchemaOf(first(notEmpty, size))
    }
  )
)

// -----------------------------------------------------------------------------
// variables of FROM
// -----------------------------------------------------------------------------

const isArg = ({ keyword }: Instruction): boolean => keyword === "ARG"

const isFrom = ({ keyword }: Instruction): boolean => keyword === "FROM"

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

const declaredNames = (arg: Instruction): ReadonlyArray<string> => arg.args.map((word) => word.replace(/=.*$/s, ""))

const clipped = (word: string): string => word.length > 40 ? `${word.slice(0, 40)}…` : word

// A variable that no ARG of the heading declares is empty in FROM, whatever build arguments are given.
const variableProblem = (from: Instruction, declared: ReadonlySet<string>): string | undefined => {
  const unknown = read(from.args[0] ?? "").variables.find(({ name, operator }) =>
    (operator === "" || operator === ":?") && name !== "" && !declared.has(name) && !builtinNames.includes(name)
  )
  return unknown === undefined
    ? undefined
    : `FROM uses ${clipped(unknown.name)}, which is empty there; declare it before the first FROM: ARG ${
      clipped(unknown.name)
    }`
}
