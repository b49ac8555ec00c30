/**
 * What an OpenShift Build cannot honour of what a RUN sees, one row each. Sources: `cm` is openshift-controller-manager,
 * pkg/build/controller/strategy; `b` is openshift/builder, pkg/build/builder.
 */
import { unsupported } from "../../core/input/InputIssue.js"
import * as BuildVolumes from "./BuildVolumes.js"
import { elsewhere, type Row } from "./UnsupportedRow.js"

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

export const rows: ReadonlyArray<Row> = [
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
