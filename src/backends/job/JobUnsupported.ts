/**
 * The fields that a Job does not support, and the alternative, one row each.
 */
import * as Either from "effect/Either"
import { Issue } from "../../core/BuildError.js"
import type { BuildInput } from "../../core/BuildInput.js"
import * as Containerfile from "../../core/Containerfile.js"
import * as ImagePullspec from "../../core/ImagePullspec.js"
import * as BuildContext from "../../core/input/BuildContext.js"
import { isImageContext } from "../../core/input/BuildContexts.js"
import { builtText } from "../../core/input/BuiltContainerfile.js"
import * as ContextFile from "../../core/input/ContextFile.js"
import * as ContextRefusal from "../../core/input/ContextRefusal.js"
import { unsupported, unsupportedIf } from "../../core/input/InputIssue.js"
import * as NodeSelector from "../pod/NodeSelector.js"
import * as ConfigMapLayout from "../record/ConfigMapLayout.js"
import { slotLabel } from "./BuildPod.js"
import { isForNode, type JobProfile } from "./JobProfile.js"

type Row = (input: BuildInput, profile: JobProfile) => ReadonlyArray<Issue>

const isLoopback = (pullspec: string): boolean =>
  Either.match(ImagePullspec.parse(pullspec), {
    onLeft: () => false,
    onRight: ({ host }) => ImagePullspec.isLoopback(host)
  })

/** Labels that the Job controller sets on pods (kubernetes pkg/controller/job/job_controller.go), and Kueue on Jobs. */
const reservedLabel = /^(?:batch\.kubernetes\.io\/.*|controller-uid|job-name|kueue\.x-k8s\.io\/.*)$/

const notFetched = "is not supported by this backend; pass the files of the context"

const rows: ReadonlyArray<Row> = [
  ({ context }) =>
    ContextFile.clusterProblems(BuildContext.files(context)).map((problem) => unsupported(["context"], problem)),
  ({ context }) => ContextRefusal.issues(context, { image: notFetched }),
  ({ context, dockerfilePath }) =>
    unsupportedIf(
      BuildContext.isUpload(context) && dockerfilePath !== undefined,
      ["dockerfilePath"],
      "cannot name a file of an upload; give its text as dockerfile"
    ),
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
  ({ baseImage }) =>
    unsupportedIf(
      baseImage !== undefined && isLoopback(baseImage.pullspec),
      ["baseImage", "pullspec"],
      "has the build pod itself as its registry; use a registry that the cluster can reach"
    ),
  (input, profile) =>
    unsupportedIf(
      isLoopback(input.finalImage.pullspec) && !isForNode(profile, input),
      ["finalImage", "pullspec"],
      input.finalImage.pullspec.startsWith("localhost/")
        ? "is an image of the node itself, which requires the single-node backend with deliverToNode; use a registry"
        : "has the build pod itself as its registry; use a registry that the cluster can reach"
    ),
  ({ cacheFrom, cacheTo }) =>
    Object.entries({ cacheFrom, cacheTo }).flatMap(([field, repository]) =>
      unsupportedIf(
        repository !== undefined && isLoopback(repository),
        [field],
        "has the build pod itself as its registry; use a registry that the cluster can reach"
      )
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
  ({ buildContexts = {} }) =>
    Object.entries(buildContexts).flatMap(([name, context]) =>
      !isImageContext(context)
        ? [unsupported(
          ["buildContexts", name],
          "is a directory, which build pods do not have; put its files into context or into an image, or use the local backend"
        )]
        : isLoopback(context.image)
        ? [unsupported(
          ["buildContexts", name],
          "has the build pod itself as its registry; use a registry that the cluster can reach"
        )]
        : []
    ),
  NodeSelector.conflicts,
  ({ objectLabels = {} }) =>
    Object.keys(objectLabels).filter((key) => reservedLabel.test(key) || key === slotLabel).map((key) =>
      unsupported(["objectLabels", key], "is reserved for the controllers of Jobs; choose another label")
    )
]

/** Every part of the input that a Job does not support. */
export const issues = (input: BuildInput, profile: JobProfile): ReadonlyArray<Issue> =>
  rows.flatMap((row) => row(input, profile))
