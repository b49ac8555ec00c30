/**
 * Checks of several fields of an input together.
 *
 * Every function receives the value before it is decoded, so that all issues are reported at once.
 *
 * @since 0.1.0
 */
import * as Predicate from "effect/Predicate"
import { Issue } from "../BuildError.js"
import * as Containerfile from "../Containerfile.js"
import * as BuildContext from "./BuildContext.js"
import * as Output from "./Output.js"

type Check = (input: unknown) => ReadonlyArray<Issue>

const at = (value: unknown, key: string): unknown => Predicate.hasProperty(value, key) ? value[key] : undefined

const textAt = (value: unknown, key: string): string | undefined => {
  const found = at(value, key)
  return Predicate.isString(found) ? found : undefined
}

const entriesAt = (value: unknown, key: string): ReadonlyArray<readonly [string, unknown]> => {
  const found = at(value, key)
  return Predicate.isRecord(found) ? Object.entries(found) : []
}

const itemsAt = (value: unknown, key: string): ReadonlyArray<unknown> => {
  const found = at(value, key)
  return Array.isArray(found) ? found : []
}

/** The Containerfile up to the stage that is built. */
const builtText = (input: unknown): string | undefined => {
  const text = textAt(input, "dockerfile")
  return text === undefined ? undefined : Containerfile.through(text, textAt(input, "target"))
}

const missingFiles: Check = (input) => {
  const text = builtText(input)
  const context = at(input, "context") ?? {}
  if (text === undefined || !Predicate.isRecord(context) || BuildContext.isElsewhereData(context)) return []
  const links = Object.keys(context).filter((path) => Predicate.hasProperty(context[path], "link"))
  const paths = Object.keys(context)
  const why = paths.length === 0 ? "; no context is given" : ""
  return Containerfile.missing(text, paths, links).map(({ line, message }) =>
    new Issue({ path: "dockerfile", line, message: `${message}${why}` })
  )
}

const unknownTarget: Check = (input) => {
  const [text, target] = [textAt(input, "dockerfile"), textAt(input, "target")]
  const message = text === undefined || target === undefined || target === ""
    ? undefined
    : Containerfile.targetProblem(text, target)
  return message === undefined ? [] : [new Issue({ path: "target", message })]
}

const missingSecrets: Check = (input) => {
  const text = textAt(input, "dockerfile")
  if (text === undefined) return []
  const given = new Set(itemsAt(input, "secrets").map((secret) => textAt(secret, "id")))
  return Containerfile.secrets(text, textAt(input, "target")).filter(({ id, isRequired }) =>
    isRequired && !given.has(id)
  ).map(({ id, line }) =>
    new Issue({
      path: "dockerfile",
      message: `RUN --mount=type=secret requires the secret ${clipped(id)}, which is not in secrets; add it there`,
      line
    })
  )
}

const hiddenStages: Check = (input) => {
  const text = textAt(input, "dockerfile")
  const names = entriesAt(input, "buildContexts").map(([name]) => name)
  if (text === undefined || names.length === 0) return []
  const stages = Containerfile.stages(text)
  return names.flatMap((name) => {
    const stage = stages.find((one) => one.name === name)
    return stage === undefined ? [] : [
      new Issue({
        path: `buildContexts[${JSON.stringify(name)}]`,
        message: `has the name of the stage in line ${stage.line}; choose another name`
      })
    ]
  })
}

const directoriesAsBase: Check = (input) => {
  const text = builtText(input)
  const names = new Set(
    entriesAt(input, "buildContexts").flatMap(([name, context]) =>
      Predicate.hasProperty(context, "directory") ? [name] : []
    )
  )
  return text === undefined || names.size === 0 ?
    [] :
    Containerfile.stages(text).filter(({ image }) => names.has(image)).map(({ image, line }) =>
      new Issue({
        path: "dockerfile",
        message: `FROM ${image} names a directory of buildContexts, and takes an image; use COPY --from=${image}`,
        line
      })
    )
}

const contradictingLabels: Check = (input) => {
  const set = new Set(entriesAt(input, "imageLabels").map(([name]) => name))
  return itemsAt(input, "unsetLabels").flatMap((label, index) =>
    Predicate.isString(label) && set.has(label)
      ? [new Issue({ path: `unsetLabels[${index}]`, message: "is set by imageLabels; remove it from one of them" })]
      : []
  )
}

const isGiven = (input: unknown, field: string): boolean => at(input, field) !== undefined

const missingBase: Check = (input) => {
  const text = builtText(input)
  return text === undefined || isGiven(input, "baseImage") ?
    [] :
    Containerfile.baseProblems(text).map(({ line, message }) =>
      new Issue({ path: "dockerfile", line, message: `${message}; give it, or give the ARG a default` })
    )
}

const twoPullSecrets: Check = (input) =>
  isGiven(input, "pullSecretName") && isGiven(at(input, "baseImage"), "secretName")
    ? [
      new Issue({
        path: "pullSecretName",
        message: "is given beside baseImage.secretName, and a build has one pull secret; put the credentials of all " +
          "registries into one secret"
      })
    ]
    : []

const partial: ReadonlyArray<Check> = [
  missingBase,
  twoPullSecrets,
  Output.contradictions,
  unknownTarget,
  missingSecrets,
  hiddenStages,
  directoriesAsBase,
  contradictingLabels
]

/**
 * Every issue between fields.
 *
 * @since 0.1.0
 * @category getters
 */
export const crossChecks: Check = (input) => [...missingFiles(input), ...partialChecks(input)]

/**
 * The checks of an input whose context could not be read whole: files that it lacks are not reported.
 *
 * @since 0.1.0
 * @category getters
 */
export const partialChecks: Check = (input) => partial.flatMap((check) => check(input))

const clipped = (word: string): string => word.length > 40 ? `${word.slice(0, 40)}…` : word
