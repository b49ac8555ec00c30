/**
 * The first release of buildah that has each option of `buildah build` for a field of the input, one row each. The options that
 * every supported release has need no row.
 *
 * Sources: pkg/cli/common.go of `github.com/containers/buildah` at the release tags.
 *
 * @since 0.1.0
 */
import type { BuildInput } from "../../core/BuildInput.js"
import * as Containerfile from "../../core/Containerfile.js"
import { builtText } from "../../core/input/BuiltContainerfile.js"
import { isOlder, type Version } from "./BuildahFeatures.js"

/**
 * A field's row.
 *
 * @since 0.1.0
 * @category models
 */
export interface OptionSupport {
  readonly field: keyof BuildInput
  readonly isUsed: (input: BuildInput) => boolean
  readonly since: Version
  /** Why it is not used with an older one; by default an older one does not have it. */
  readonly before?: string
}

const hasNoSteps = (input: BuildInput): boolean => {
  const last = Containerfile.instructions(builtText(input)).findLast(({ keyword }) => keyword !== "ARG")
  return last?.keyword === "FROM"
}

/**
 * The table.
 *
 * @since 0.1.0
 * @category tables
 */
export const optionTable: ReadonlyArray<OptionSupport> = [
  { field: "unsetLabels", isUsed: ({ unsetLabels = [] }) => unsetLabels.length > 0, since: [1, 33] },
  { field: "inheritLabels", isUsed: ({ inheritLabels }) => inheritLabels === false, since: [1, 40] },
  // imagebuildah/stage_executor.go Execute, commit fb6ce9d07 in v1.43.0
  {
    field: "inheritLabels",
    isUsed: (input) => input.inheritLabels === false && hasNoSteps(input),
    since: [1, 43],
    before: "an older one keeps the labels where no instruction follows FROM"
  }
]

/**
 * A use of an option that not every buildah has. `message` says which release it needs, to be read after the field.
 *
 * @since 0.1.0
 * @category models
 */
export interface OptionRequirement {
  readonly field: OptionSupport["field"]
  readonly since: Version
  readonly message: string
}

/**
 * The requirements of an input beyond the oldest supported buildah.
 *
 * @since 0.1.0
 * @category getters
 */
export const requirements = (input: BuildInput): ReadonlyArray<OptionRequirement> =>
  optionTable.filter(({ isUsed }) => isUsed(input)).map(({ before, field, since }) => ({
    field,
    since,
    message: `needs buildah ${since.join(".")} or later${before === undefined ? "" : `: ${before}`}`
  }))

/**
 * The requirements that this buildah does not meet.
 *
 * @since 0.1.0
 * @category getters
 */
export const unmet = (input: BuildInput, version: Version): ReadonlyArray<OptionRequirement> =>
  requirements(input).filter(({ since }) => isOlder(version, since))

/**
 * The requirements as the script reads them, in the form of `BuildahFeatures.scriptLines`, with 0 for the line.
 *
 * @since 0.1.0
 * @category getters
 */
export const scriptLines = (input: BuildInput): string =>
  requirements(input).map(({ field, message, since }) => `${since.join(" ")} 0 ${field} ${message}\n`).join("")
