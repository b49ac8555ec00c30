/**
 * What an OpenShift Build cannot honour of secrets, build contexts, labels and layers, one row each. Sources: `b` is
 * openshift/builder, pkg/build/builder.
 */
import * as Containerfile from "../../core/Containerfile.js"
import type { Feature } from "../../core/containerfile/Feature.js"
import { isImageContext } from "../../core/input/BuildContexts.js"
import { unsupported, unsupportedIf } from "../../core/input/InputIssue.js"
import * as ImageContexts from "./ImageContexts.js"
import { elsewhere, isLoopback, type Row } from "./UnsupportedRow.js"

const newer: ReadonlySet<Feature> = new Set([
  "RUN --mount=type=secret with env",
  "RUN --mount=type=secret without id"
])

export const rows: ReadonlyArray<Row> = [
  // b daemonless.go buildDaemonlessImage: the builder hands buildah no secrets, and builds the stages that nothing needs too.
  ({ secrets = [] }) =>
    unsupportedIf(
      secrets.length > 0,
      ["secrets"],
      "are not known to OpenShift's builder; list the Secret in mounts, which each RUN reads as a folder, " + elsewhere
    ),
  ({ dockerfile = "" }) =>
    Containerfile.stages(dockerfile).flatMap((_, index) => Containerfile.secrets(dockerfile, String(index)))
      .filter(({ isRequired, line }, index, all) => isRequired && all.findIndex((use) => use.line === line) === index)
      .map(({ id, line }) =>
        unsupported(
          ["dockerfile"],
          `RUN --mount=type=secret requires the secret ${id}, and OpenShift's builder has no secrets and builds every ` +
            `stage; list the Secret in mounts and read its folder, ${elsewhere}`,
          line
        )
      ),
  // b go.mod: the builder has buildah 1.39.
  ({ dockerfile = "" }) =>
    Containerfile.features(dockerfile).filter(({ feature }) => newer.has(feature)).map(({ feature, line }) =>
      unsupported(
        ["dockerfile"],
        `${feature} is newer than the buildah in OpenShift's builder; use id and target, ${elsewhere}`,
        line
      )
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
          "names the build pod itself as its registry; name one that the cluster can reach"
        )]
        : []
    ),
  (input) =>
    ImageContexts.mountsFrom(input.dockerfile ?? "", new Set(ImageContexts.of(input).map(({ name }) => name))).map((
      { line, name }
    ) =>
      unsupported(
        ["dockerfile"],
        `RUN --mount=from=${name} names a build context, which OpenShift's builder knows after FROM and in COPY --from ` +
          `alone; COPY --from=${name} what is needed, ${elsewhere}`,
        line
      )
    ),
  ({ inheritLabels }) =>
    unsupportedIf(
      inheritLabels === false,
      ["inheritLabels"],
      `is false, and OpenShift's builder keeps the labels of the base; leave it out, ${elsewhere}`
    ),
  ({ unsetLabels = [] }) =>
    unsupportedIf(
      unsetLabels.length > 0,
      ["unsetLabels"],
      `removes labels, which OpenShift's builder cannot; set them to "" in imageLabels, ${elsewhere}`
    ),
  ({ squash }) =>
    unsupportedIf(
      squash === true,
      ["squash"],
      `makes one layer, and OpenShift's builder keeps those of the base; leave it out, ${elsewhere}`
    )
]
