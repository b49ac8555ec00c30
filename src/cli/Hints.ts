/**
 * Advice about an input that is valid and probably not what the user meant.
 *
 * @since 0.1.0
 */
import type { BuildInput } from "../core/BuildInput.js"
import * as Containerfile from "../core/Containerfile.js"

/**
 * The hints about an input, one sentence each.
 *
 * @since 0.1.0
 * @category getters
 */
export const list = (input: BuildInput): ReadonlyArray<string> => [
  ...Containerfile.hints(input.dockerfile ?? "").map(({ line, message }) =>
    line === undefined ? message : `Containerfile line ${line}: ${message}`
  ),
  ...unusedBase(input)
]

const unusedBase = (input: BuildInput): ReadonlyArray<string> =>
  usesBase(input)
    ? []
    : [
      `the Containerfile does not use the base image ${input.baseImage.pullspec}, which is pulled all the same; ` +
      "start it with `ARG BASE_IMAGE` and `FROM ${BASE_IMAGE}`"
    ]

const usesBase = ({ baseImage: { pullspec }, buildArgs = {}, dockerfile }: BuildInput): boolean => {
  // It is in a context that is fetched later.
  if (dockerfile === undefined) return true
  const instructions = dockerfile.split("\n").filter((line) => !/^\s*#/.test(line))
  return instructions.some((line) => /\$\{?BASE_IMAGE\b/.test(line) || line.includes(`from=${pullspec}`)) ||
    Containerfile.stages(dockerfile).some(({ image }) => image === pullspec) ||
    Object.values(buildArgs).includes(pullspec)
}
