/**
 * The fields that the local backend does not support, and why, one row each. Other fields are supported, or, like `resources`
 * and `objectLabels`, have no effect without pods.
 */
import { Issue } from "../../core/BuildError.js"
import type { BuildInput } from "../../core/BuildInput.js"
import * as Containerfile from "../../core/Containerfile.js"
import * as BuildContext from "../../core/input/BuildContext.js"
import { builtText } from "../../core/input/BuiltContainerfile.js"
import * as ContainerfileSource from "../../core/input/ContainerfileSource.js"
import * as Output from "../../core/input/Output.js"
import * as BuildahFeatures from "../script/BuildahFeatures.js"
import * as BuildahOptions from "../script/BuildahOptions.js"
import * as BuildScript from "../script/BuildScript.js"
import * as ImageNames from "../script/ImageNames.js"
import * as ScriptOutput from "../script/Output.js"
import * as Heredoc from "./Heredoc.js"
import * as HostInfo from "./HostInfo.js"

/** The settings that decide what can be built. */
interface Settings {
  readonly isolation: BuildahFeatures.Options["isolation"]
  /** The format of an image whose input names none. */
  readonly format?: "oci" | "docker" | undefined
}

type Row = (input: BuildInput, machine: HostInfo.HostInfo, settings: Settings) => ReadonlyArray<Issue>

/** The first release whose images of the docker format have no container's id in them: commit --source-date-epoch, v1.41.0. */
const dockerTimestamp: BuildahFeatures.Version = [1, 41]

const formatOf = ({ dockerfile = "", format = "auto" }: BuildInput, settings: Settings): "oci" | "docker" =>
  format !== "auto" ? format : settings.format ?? (BuildScript.needsDockerFormat(dockerfile) ? "docker" : "oci")

const rows: ReadonlyArray<Row> = [
  (_, { buildah }) =>
    buildah === undefined
      ? [
        new Issue({ path: "", message: "buildah is not installed or not in PATH; install the package buildah" })
      ]
      : BuildahFeatures.isOlder(buildah, BuildahFeatures.oldest)
      ? [
        new Issue({
          path: "",
          message: `buildah ${buildah.join(".")} is too old; ${BuildahFeatures.oldest.join(".")} or later is required`
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
      new Issue({
        path: "placement",
        message: "selects nodes of a cluster, which the local backend does not have; remove it"
      })
    ],
  ({ queueName }) =>
    queueName === undefined ? [] : [
      new Issue({ path: "queueName", message: "names a Kueue queue, which exists only in a cluster; remove it" })
    ],
  ({ context }, { git }) =>
    BuildContext.isGit(context) && (git === undefined || BuildahFeatures.isOlder(git, HostInfo.oldestGit))
      ? [
        new Issue({
          path: "context.git",
          message: git === undefined
            ? "requires git, which is not installed or not in PATH; install the package git"
            : `requires git ${HostInfo.oldestGit.join(".")} or later, and this machine has git ${git.join(".")}`
        })
      ]
      : [],
  ({ dockerfilePath }, { buildah }) =>
    dockerfilePath !== undefined && buildah !== undefined && BuildahFeatures.isOlder(buildah, [1, 33])
      ? [
        new Issue({
          path: "dockerfilePath",
          message:
            `requires buildah 1.33 or later, because what the Containerfile uses is not known before; this machine has buildah ${
              buildah.join(".")
            }`
        })
      ]
      : [],
  ContainerfileSource.pathInUpload,
  ImageNames.unreadable,
  (input, { buildah }) =>
    buildah === undefined
      ? []
      : BuildahOptions.unmet(input, buildah).map(({ field, message }) =>
        new Issue({ path: field, message: `${message}; this machine has buildah ${buildah.join(".")}` })
      ),
  (input) =>
    Containerfile.shifts(builtText(input)).map(({ line, message }) => new Issue({ path: "dockerfile", message, line })),
  // The input is checked for its own format already.
  (input, _, settings) =>
    (input.format ?? "auto") === "auto" && settings.format !== undefined
      ? Output.contradictions({ ...input, format: settings.format })
      : [],
  ({ compression }, { buildah }) =>
    compression?.algorithm === "zstd:chunked" && buildah !== undefined &&
      BuildahFeatures.isOlder(buildah, ScriptOutput.chunkedSince)
      ? [
        new Issue({
          path: "compression",
          message: `zstd:chunked needs buildah ${
            ScriptOutput.chunkedSince.join(".")
          } or later; this machine has buildah ${buildah.join(".")}`
        })
      ]
      : [],
  (input, { buildah }, settings) =>
    input.timestamp !== undefined && buildah !== undefined && BuildahFeatures.isOlder(buildah, dockerTimestamp) &&
      formatOf(input, settings) === "docker"
      ? [
        new Issue({
          path: "timestamp",
          message:
            `with the docker format needs buildah ${dockerTimestamp.join(".")} or later: an older one writes a ` +
            `container's id into the image; this machine has buildah ${buildah.join(".")}`
        })
      ]
      : [],
  (input, machine, { isolation }) => {
    if (machine.buildah === undefined) return []
    const dockerfile = builtText(input)
    const lowersHeredocs = !HostInfo.knowsHeredocs(machine)
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

/** Every part of the input that this machine does not support. */
export const issues = (
  input: BuildInput,
  machine: HostInfo.HostInfo,
  settings: Settings = { isolation: "chroot" }
): ReadonlyArray<Issue> => rows.flatMap((row) => row(input, machine, settings))
