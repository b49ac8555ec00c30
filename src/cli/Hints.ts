/**
 * Advice about an input that is valid and probably not what the user meant.
 *
 * @since 0.1.0
 */
import * as BuildInput from "../core/BuildInput.js"
import * as Containerfile from "../core/Containerfile.js"
import { builtText } from "../core/input/BuiltContainerfile.js"

/**
 * The hints about an input, one sentence each.
 *
 * @since 0.1.0
 * @category getters
 */
export const list = (input: BuildInput.BuildInput): ReadonlyArray<string> => [
  ...Containerfile.hints(builtText(input), Object.keys(input.buildContexts ?? {})).map(({ line, message }) =>
    line === undefined ? message : `Containerfile line ${line}: ${message}`
  ),
  ...unusedBase(input),
  ...absentSecrets(input),
  ...unusedSecrets(input),
  ...unusedContexts(input)
]

const absentSecrets = ({ dockerfile = "", secrets = [], target }: BuildInput.BuildInput): ReadonlyArray<string> =>
  Containerfile.secrets(dockerfile, target).filter(({ id }) => !secrets.some((secret) => secret.id === id)).map((
    { id, line }
  ) => `Containerfile line ${line}: there is no secret ${id}, so nothing is mounted; give it with --secret`)

const unusedSecrets = ({ dockerfile = "", secrets = [], target }: BuildInput.BuildInput): ReadonlyArray<string> => {
  const used = new Set(Containerfile.secrets(dockerfile, target).map(({ id }) => id))
  return secrets.filter(({ id }) => !used.has(id)).map(({ id }) =>
    `no RUN of the Containerfile asks for the secret ${id}`
  )
}

const unusedContexts = (input: BuildInput.BuildInput): ReadonlyArray<string> =>
  Object.keys(input.buildContexts ?? {}).filter((name) =>
    !Containerfile.instructions(builtText(input)).some(({ args, flags, keyword }) =>
      keyword === "FROM" ? args[0] === name : flags.some((flag) => new RegExp(`from=${name}(?:,|$)`).test(flag))
    )
  ).map((name) => `the Containerfile does not use the build context ${name}`)

const unusedBase = (input: BuildInput.BuildInput): ReadonlyArray<string> =>
  usesBase(input)
    ? []
    : [
      `the Containerfile does not use the base image ${input.baseImage?.pullspec}, which is not pulled; leave it out, or ` +
      "start the Containerfile with `ARG BASE_IMAGE` and `FROM ${BASE_IMAGE}`"
    ]

const usesBase = (input: BuildInput.BuildInput): boolean => {
  const { baseImage, dockerfile } = input
  // Without a text, it is in a context that is fetched later.
  return baseImage === undefined || dockerfile === undefined ||
    BuildInput.pulledImages(input).base === baseImage.pullspec ||
    Containerfile.baseProblems(dockerfile).length > 0 ||
    Containerfile.instructions(dockerfile).some(({ rest }) => /\$\{?BASE_IMAGE\b/.test(rest))
}
