/**
 * What an OpenShift Build cannot honour of secrets, mounts, build contexts, labels and layers, one row each. Sources: `b` is
 * openshift/builder, pkg/build/builder; `cm` is openshift-controller-manager, pkg/build/controller/strategy.
 */
import type { Issue } from "../../core/BuildError.js"
import type { BuildInput } from "../../core/BuildInput.js"
import * as Containerfile from "../../core/Containerfile.js"
import type { Feature } from "../../core/containerfile/Feature.js"
import { unsupported, unsupportedIf } from "../../core/input/InputIssue.js"
import * as BuildVolumes from "./BuildVolumes.js"
import * as ImageContexts from "./ImageContexts.js"
import type { OpenShiftSettings } from "./OpenShiftSettings.js"

/** The issues of one field that a Build does not honour. */
export type Row = (input: BuildInput, settings: OpenShiftSettings) => ReadonlyArray<Issue>

/** What to do instead, in every message. */
export const elsewhere = "or use a backend that runs a Job"

const newer: ReadonlySet<Feature> = new Set([
  "RUN --mount=type=secret with env",
  "RUN --mount=type=secret without id"
])

const language: ReadonlyArray<Row> = [
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

/**
 * Where the build pod has mounts of its own: a volume at exactly that path is refused (cm docker.go CreateBuildPod,
 * util.go), or fails the build (b transient_mounts.go, with an entitled node).
 */
const podPaths: ReadonlySet<string> = new Set([
  "/run/secrets/redhat.repo",
  "/run/secrets/rhsm",
  "/tmp/build",
  "/var/cache/blobs",
  "/var/lib/containers",
  "/var/lib/containers/cache",
  "/var/lib/kubelet/config.json",
  "/var/run/configs/openshift.io/build-system",
  "/var/run/configs/openshift.io/certs",
  "/var/run/configs/openshift.io/pki",
  "/var/run/containers",
  "/var/run/secrets/openshift.io/pull",
  "/var/run/secrets/openshift.io/push"
])

const trustedPath = "/etc/pki/ca-trust"

const mounts: ReadonlyArray<Row> = [
  ({ mounts = [] }, { mountTrustedCA = false }) =>
    mounts.flatMap(({ path }, index) =>
      podPaths.has(path) || (mountTrustedCA && path === trustedPath)
        ? [unsupported(["mounts", index, "path"], "is a directory of OpenShift's build pod; choose another path")]
        : []
    ),
  // cm util.go mountVolume: objects whose names differ in dots and dashes alone, or in nothing but their kind, share a volume.
  (input) => {
    const names = BuildVolumes.of(input).map(({ name }) => name.replaceAll(".", "-"))
    return BuildVolumes.of(input).flatMap(({ kind, name }, index) =>
      names.indexOf(names[index] ?? "") === index ? [] : [
        unsupported(
          ["mounts"],
          `OpenShift takes ${kind} ${name} for another object of nearly the same name; rename one of them, ${elsewhere}`
        )
      ]
    )
  }
]

/** The rows of all of them. */
export const rows: ReadonlyArray<Row> = [...language, ...mounts]
