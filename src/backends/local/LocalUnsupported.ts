/**
 * What the local backend cannot honour, and why, one row each. What is not listed is honoured, or, as `resources` and
 * `objectLabels`, says nothing to a machine that runs no pods.
 */
import { Issue } from "../../core/BuildError.js"
import type { BuildInput } from "../../core/BuildInput.js"
import * as Heredoc from "./Heredoc.js"
import { type HostInfo, isOlder, knowsHeredocs } from "./HostInfo.js"

/** The oldest buildah that has what the script uses: build contexts came with 1.27, `pull --policy` and `--retry` by 1.28. */
const oldest = [1, 28] as const

const rows: ReadonlyArray<(input: BuildInput, machine: HostInfo) => ReadonlyArray<Issue>> = [
  (_, { buildah }) =>
    buildah === undefined
      ? [
        new Issue({ path: "", message: "buildah is not installed, or not in PATH; install it (apt-get, dnf: buildah)" })
      ]
      : isOlder(buildah, oldest)
      ? [
        new Issue({
          path: "",
          message: `buildah ${buildah.join(".")} is too old; ${oldest.join(".")} or later is needed`
        })
      ]
      : [],
  ({ architecture }, machine) =>
    architecture === undefined || architecture === machine.architecture ? [] : [
      new Issue({
        path: "architecture",
        message:
          `is ${architecture}, and this machine is ${machine.architecture ?? "of another kind"}: it cannot run the ` +
          "image's programs; build on a machine of that architecture, or in a cluster that has one"
      })
    ],
  ({ placement }) =>
    placement === undefined ? [] : [
      new Issue({ path: "placement", message: "chooses among nodes, and there is only this machine; leave it out" })
    ],
  ({ queueName }) =>
    queueName === undefined ? [] : [
      new Issue({ path: "queueName", message: "names a queue of Kueue, which runs in a cluster; leave it out" })
    ],
  ({ dockerfile }, machine) =>
    knowsHeredocs(machine)
      ? []
      : Heredoc.lower(dockerfile).objections.map(({ line, message }) =>
        new Issue({ path: "dockerfile", message, line })
      )
]

/** Everything of the input that this machine cannot honour. */
export const issues = (input: BuildInput, machine: HostInfo): ReadonlyArray<Issue> =>
  rows.flatMap((row) => row(input, machine))
