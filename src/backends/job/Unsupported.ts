/**
 * What a Job cannot honour, and what to do instead, one row each.
 */
import * as Either from "effect/Either"
import type { Issue } from "../../build/BuildError.js"
import type { BuildInput } from "../../build/BuildInput.js"
import * as ImagePullspec from "../../build/ImagePullspec.js"
import * as NodeSelection from "../NodeSelection.js"
import { issue, when } from "../Objection.js"
import { slotLabel } from "./BuildPod.js"
import * as Packing from "./Packing.js"
import { isForNode, type Profile } from "./Profile.js"

type Row = (input: BuildInput, profile: Profile) => ReadonlyArray<Issue>

const isLoopback = (pullspec: string): boolean =>
  Either.match(ImagePullspec.parse(pullspec), {
    onLeft: () => false,
    onRight: ({ host }) => ImagePullspec.isLoopback(host)
  })

/** What the Job controller sets on pods (kubernetes pkg/controller/job/job_controller.go), and Kueue on Jobs. */
const reservedLabel = /^(?:batch\.kubernetes\.io\/.*|controller-uid|job-name|kueue\.x-k8s\.io\/.*)$/

const rows: ReadonlyArray<Row> = [
  // The Containerfile, the arguments and what else is not a file of the context stand in one ConfigMap.
  (input) => {
    const excess = Packing.excess(input)
    return when(
      excess > 0,
      [],
      `the Containerfile and the fields of the input are ${excess} bytes too much for a ConfigMap; move scripts into the ` +
        "context, or shorten buildArgs, imageLabels or mounts"
    )
  },
  ({ baseImage }) =>
    when(
      isLoopback(baseImage.pullspec),
      ["baseImage", "pullspec"],
      "names the build pod itself as its registry; name one that the cluster can reach"
    ),
  (input, profile) =>
    when(
      isLoopback(input.finalImage.pullspec) && !isForNode(profile, input),
      ["finalImage", "pullspec"],
      input.finalImage.pullspec.startsWith("localhost/")
        ? "is an image of the node itself, which takes the single-node backend with deliverToNode; name a registry"
        : "names the build pod itself as its registry; name one that the cluster can reach"
    ),
  (input, profile) =>
    when(
      isForNode(profile, input) && input.finalImage.secretName !== undefined,
      ["finalImage", "secretName"],
      "is for a registry, and the image goes into the storage of the node; leave it out"
    ),
  NodeSelection.objections,
  ({ objectLabels = {} }) =>
    Object.keys(objectLabels).filter((key) => reservedLabel.test(key) || key === slotLabel).map((key) =>
      issue(["objectLabels", key], "is set on Jobs and their pods by those who run them; choose another label")
    )
]

/** Every part of the input that a Job cannot honour. */
export const objections = (input: BuildInput, profile: Profile): ReadonlyArray<Issue> =>
  rows.flatMap((row) => row(input, profile))
