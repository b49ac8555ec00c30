/**
 * The parts of an input that no build pod can honour, whichever backend creates it, one row each.
 */
import * as Either from "effect/Either"
import type { Issue } from "../../core/BuildError.js"
import type { BuildInput } from "../../core/BuildInput.js"
import * as ImagePullspec from "../../core/ImagePullspec.js"
import * as BuildContext from "../../core/input/BuildContext.js"
import { isImageContext } from "../../core/input/BuildContexts.js"
import * as ContextFile from "../../core/input/ContextFile.js"
import { unsupported, unsupportedIf } from "../../core/input/InputIssue.js"
import { architectureLabel } from "./PodEnvironment.js"

const isLoopback = (pullspec: string): boolean =>
  Either.match(ImagePullspec.parse(pullspec), {
    onLeft: () => false,
    onRight: ({ host }) => ImagePullspec.isLoopback(host)
  })

/** An issue if the name is that of a registry on loopback. */
export const unreachable = (pullspec: string | undefined, path: ReadonlyArray<string>): ReadonlyArray<Issue> =>
  unsupportedIf(
    pullspec !== undefined && isLoopback(pullspec),
    path,
    "has the build pod itself as its registry; use a registry that the cluster can reach"
  )

type Row = (input: BuildInput) => ReadonlyArray<Issue>

const rows: ReadonlyArray<Row> = [
  ({ context }) =>
    ContextFile.clusterProblems(BuildContext.files(context)).map((problem) => unsupported(["context"], problem)),
  ({ context }) =>
    unreachable(BuildContext.isImage(context) ? context.image.pullspec : undefined, ["context", "image", "pullspec"]),
  ({ baseImage }) => unreachable(baseImage?.pullspec, ["baseImage", "pullspec"]),
  ({ buildContexts = {} }) =>
    Object.entries(buildContexts).flatMap(([name, context]) =>
      isImageContext(context) ? unreachable(context.image, ["buildContexts", name]) : [unsupported(
        ["buildContexts", name],
        "is a directory, which build pods do not have; put its files into context or into an image, or use the local backend"
      )]
    ),
  ({ architecture, placement }) => {
    const selected = placement?.nodeSelector?.[architectureLabel]
    return unsupportedIf(
      architecture !== undefined && selected !== undefined && selected !== architecture,
      ["placement", "nodeSelector"],
      `selects ${architectureLabel}=${selected}, but architecture is ${architecture}; remove one of them`
    )
  }
]

/** Every part of the input that no pod can honour. A backend checks the final image itself: some deliver it to the node. */
export const issues = (input: BuildInput): ReadonlyArray<Issue> => rows.flatMap((row) => row(input))
