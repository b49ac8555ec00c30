/**
 * The fields that a Job does not support, and the alternative, one row each.
 */
import { Issue } from "../../core/BuildError.js"
import type { BuildInput } from "../../core/BuildInput.js"
import * as Containerfile from "../../core/Containerfile.js"
import { builtText } from "../../core/input/BuiltContainerfile.js"
import * as ContainerfileSource from "../../core/input/ContainerfileSource.js"
import { unsupported, unsupportedIf } from "../../core/input/InputIssue.js"
import * as PodUnsupported from "../pod/PodUnsupported.js"
import * as ConfigMapLayout from "../record/ConfigMapLayout.js"
import * as ImageNames from "../script/ImageNames.js"
import { slotLabel } from "./BuildPod.js"
import { isForNode, type JobProfile } from "./JobSettings.js"

type Row = (input: BuildInput, profile: JobProfile) => ReadonlyArray<Issue>

/** Labels that the Job controller sets on pods (kubernetes pkg/controller/job/job_controller.go), and Kueue on Jobs. */
const reservedLabel = /^(?:batch\.kubernetes\.io\/.*|controller-uid|job-name|kueue\.x-k8s\.io\/.*)$/

const rows: ReadonlyArray<Row> = [
  PodUnsupported.issues,
  ContainerfileSource.pathInUpload,
  ImageNames.unreadable,
  // The Containerfile, the arguments and everything else but the context is in one ConfigMap.
  (input) => {
    const excess = ConfigMapLayout.excess(input)
    return unsupportedIf(
      excess > 0,
      [],
      `the Containerfile and the fields of the input exceed the size of a ConfigMap by ${excess} bytes; move scripts into the ` +
        "context, or shorten buildArgs, imageLabels or mounts"
    )
  },
  (input) =>
    Containerfile.shifts(builtText(input)).map(({ line, message }) => new Issue({ path: "dockerfile", message, line })),
  (input, profile) =>
    isForNode(profile, input)
      ? []
      : input.finalImage.pullspec.startsWith("localhost/")
      ? [unsupported(
        ["finalImage", "pullspec"],
        "is an image of the node itself, which requires the single-node backend with deliverToNode; use a registry"
      )]
      : PodUnsupported.unreachable(input.finalImage.pullspec, ["finalImage", "pullspec"]),
  ({ cacheFrom, cacheTo }) =>
    Object.entries({ cacheFrom, cacheTo }).flatMap(([field, repository]) =>
      PodUnsupported.unreachable(repository, [field])
    ),
  (input, profile) =>
    unsupportedIf(
      isForNode(profile, input) && input.cacheTo !== undefined,
      ["cacheTo"],
      "is pushed with the final image, which is imported into the node's storage here; remove it, or use a registry for both"
    ),
  (input, profile) =>
    unsupportedIf(
      isForNode(profile, input) && input.finalImage.secretName !== undefined,
      ["finalImage", "secretName"],
      "is for a registry, but the image is imported into the node's storage; remove it"
    ),
  (input, profile) =>
    unsupportedIf(
      isForNode(profile, input) && input.compression !== undefined,
      ["compression"],
      "is for layers in a registry, but the image is imported into the node's storage, which unpacks them; remove it"
    ),
  ({ objectLabels = {} }) =>
    Object.keys(objectLabels).filter((key) => reservedLabel.test(key) || key === slotLabel).map((key) =>
      unsupported(["objectLabels", key], "is reserved for the controllers of Jobs; choose another label")
    )
]

/** Every part of the input that a Job does not support. */
export const issues = (input: BuildInput, profile: JobProfile): ReadonlyArray<Issue> =>
  rows.flatMap((row) => row(input, profile))
