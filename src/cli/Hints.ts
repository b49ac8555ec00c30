/**
 * Advice about an input that is valid and probably not what the user meant.
 *
 * @since 0.1.0
 */
import * as BuildInput from "../core/BuildInput.js"
import * as Containerfile from "../core/Containerfile.js"

/**
 * The hints about an input, one sentence each.
 *
 * @since 0.1.0
 * @category getters
 */
export const list = (input: BuildInput.BuildInput): ReadonlyArray<string> => [
  ...Containerfile.hints(input.dockerfile ?? "").map(({ line, message }) =>
    line === undefined ? message : `Containerfile line ${line}: ${message}`
  ),
  ...unusedBase(input)
]

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
