/**
 * Which nodes a build asks for: those that its input selects, and of its architecture.
 */
import type { Issue } from "../build/BuildError.js"
import type { BuildInput } from "../build/BuildInput.js"
import { when } from "./Objection.js"

/** The label by which nodes tell their architecture. */
const architectureLabel = "kubernetes.io/arch"

export const labels = ({ architecture, placement }: BuildInput): { readonly [key: string]: string } => ({
  ...placement?.nodeSelector,
  ...(architecture === undefined ? {} : { [architectureLabel]: architecture })
})

/** An input may not ask for two architectures. */
export const objections = ({ architecture, placement }: BuildInput): ReadonlyArray<Issue> => {
  const selected = placement?.nodeSelector?.[architectureLabel]
  return when(
    architecture !== undefined && selected !== undefined && selected !== architecture,
    ["placement", "nodeSelector"],
    `asks for ${architectureLabel}=${selected}, and architecture for ${architecture}; leave one out`
  )
}
