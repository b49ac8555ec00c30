/**
 * The node selector of a build: the input's, and its architecture.
 */
import type { Issue } from "../../core/BuildError.js"
import type { BuildInput } from "../../core/BuildInput.js"
import { unsupportedIf } from "../../core/input/InputIssue.js"

/** The label with the architecture of a node. */
const architectureLabel = "kubernetes.io/arch"

export const labels = ({ architecture, placement }: BuildInput): { readonly [key: string]: string } => ({
  ...placement?.nodeSelector,
  ...(architecture === undefined ? {} : { [architectureLabel]: architecture })
})

/** An input must not select two architectures. */
export const conflicts = ({ architecture, placement }: BuildInput): ReadonlyArray<Issue> => {
  const selected = placement?.nodeSelector?.[architectureLabel]
  return unsupportedIf(
    architecture !== undefined && selected !== undefined && selected !== architecture,
    ["placement", "nodeSelector"],
    `selects ${architectureLabel}=${selected}, but architecture is ${architecture}; remove one of them`
  )
}
