/**
 * What the local backend cannot honour, and why, one row each. What is not listed is honoured, or, as `resources` and
 * `objectLabels`, says nothing to a machine that runs no pods.
 */
import { Issue } from "../../core/BuildError.js"
import type { BuildInput } from "../../core/BuildInput.js"
import * as BuildahFeatures from "../script/BuildahFeatures.js"
import * as Heredoc from "./Heredoc.js"
import { type HostInfo, knowsHeredocs } from "./HostInfo.js"

type Row = (
  input: BuildInput,
  machine: HostInfo,
  isolation: BuildahFeatures.Options["isolation"]
) => ReadonlyArray<Issue>

const rows: ReadonlyArray<Row> = [
  (_, { buildah }) =>
    buildah === undefined
      ? [
        new Issue({ path: "", message: "buildah is not installed, or not in PATH; install it (apt-get, dnf: buildah)" })
      ]
      : BuildahFeatures.isOlder(buildah, BuildahFeatures.oldest)
      ? [
        new Issue({
          path: "",
          message: `buildah ${buildah.join(".")} is too old; ${BuildahFeatures.oldest.join(".")} or later is needed`
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
  ({ dockerfile }, machine, isolation) => {
    if (machine.buildah === undefined) return []
    const lowersHeredocs = !knowsHeredocs(machine)
    const version = machine.buildah.join(".")
    return [
      ...(lowersHeredocs ? Heredoc.lower(dockerfile).unsupported : []),
      ...BuildahFeatures.unmet(dockerfile, machine.buildah, { isolation, lowersHeredocs }).map(({ line, message }) => ({
        line,
        message: `${message}; this machine has buildah ${version}`
      }))
    ].map(({ line, message }) => new Issue({ path: "dockerfile", message, line }))
  }
]

/** Everything of the input that this machine cannot honour. */
export const issues = (
  input: BuildInput,
  machine: HostInfo,
  isolation: BuildahFeatures.Options["isolation"] = "chroot"
): ReadonlyArray<Issue> => rows.flatMap((row) => row(input, machine, isolation))
