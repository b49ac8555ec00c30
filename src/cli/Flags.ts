/**
 * The options and arguments of the commands, one entry each.
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"
import type { BuildRef } from "../core/BuildRef.js"
import { variables } from "../selection/VariableNames.js"
import { context } from "./ContextFlags.js"
import * as Flag from "./Flag.js"

const duration: Flag.Reader<Duration.Duration> = (text, { duration }) => duration(text)

const namespaceReader: Flag.Reader<string> = (text, { namespace }) => namespace(text)

const refReader: Flag.Reader<BuildRef> = (text, { ref }) => ref(text)

const general = { group: "General options" }

/**
 * The options of every command, and of `os-builder` without one.
 *
 * @since 0.1.0
 * @category options
 */
export const common = {
  logLevel: Flag.oneOf(
    "--log-level LEVEL",
    ["debug", "info", "warning", "error"],
    "Log messages to print on standard error: debug, info, warning (the default) or error.",
    general
  ),
  completions: Flag.oneOf(
    "--completions SHELL",
    ["bash", "zsh", "fish"],
    "Print a completion script for bash, zsh or fish.",
    general
  ),
  help: Flag.toggle("-h, --help", "Print this help.", general),
  version: Flag.toggle("--version", "Print the version.", general)
}

const backendVariable = { variable: variables.backend.variable }

/**
 * Options of several commands, and options of one.
 *
 * @since 0.1.0
 * @category options
 */
export const option = {
  json: Flag.toggle("--json", "Print one JSON document per line, for errors too."),
  backend: Flag.withDefault(
    "--backend NAME",
    "auto",
    "The backend that runs builds: auto (the default) probes the cluster and takes the preferred one; openshift, custom " +
      "and single-node run builds on a cluster; local runs buildah on this machine.",
    backendVariable
  ),
  clusterBackend: Flag.oneOf(
    "--backend NAME",
    ["auto", "single-node", "openshift", "custom"],
    "The backend whose permissions are printed: openshift, custom or single-node; auto (the default): those of all three, and of " +
      "the probes that choose one.",
    backendVariable
  ),
  onlyBackend: Flag.text("--backend NAME", "Check this backend only.", backendVariable),
  namespace: Flag.optionalBy(
    "-n, --namespace NAMESPACE",
    namespaceReader,
    "The namespace of the builds; by default that of the kubeconfig's context.",
    { variable: variables.namespace.variable }
  ),
  fakeNamespace: Flag.optionalBy(
    "-n, --namespace NAMESPACE",
    namespaceReader,
    "The namespace of the kubeconfig's context, which is created; by default `default`."
  ),
  again: Flag.toggle("--again", "Start a new build even if an equal input was built before."),
  detach: Flag.toggle("--detach", "Print the ref of the build and exit; the build continues."),
  upload: Flag.toggle("--upload", "Include the permissions to upload a context: get and create pods/attach."),
  forUpload: Flag.toggle("--upload", "Probe for builds whose context is uploaded, which needs pods/attach."),
  git: Flag.toggle("--git", "Include the permissions for openshift to find the commit of a branch: jobs."),
  follow: Flag.toggle("-f, --follow", "Print new lines until the build ends."),
  watch: Flag.toggle("-w, --watch", "Print every change of a build, until interrupted."),
  tail: Flag.wholeNumber("--tail N", "Start with the last N lines."),
  olderThan: Flag.requiredBy(
    "--older-than TIME",
    duration,
    "Delete only builds that ended longer ago than this, for example 7d. Required."
  ),
  keep: Flag.wholeNumber("--keep N", "Keep the newest N finished builds of each image repository; by default 0."),
  quiet: Flag.toggle("-q, --quiet", "Print only the image, or errors."),
  onlyRefs: Flag.toggle("-q, --quiet", "Print only the refs of the builds."),
  metadataFile: Flag.text(
    "--metadata-file FILE",
    "Write ref, pullspec, tag and digest of the image to this file as JSON, also under the keys of `docker buildx`."
  ),
  onlyMetadata: Flag.pairs(
    "--metadata KEY=VALUE",
    "Only builds that were created with this metadata; given several times, with all of it."
  ),
  ignoreNotFound: Flag.toggle("--ignore-not-found", "Succeed, and print nothing, if there is no such build."),
  waitTimeout: Flag.optionalBy("--timeout TIME", duration, "Stop waiting after this time; by default never."),
  ref: Flag.requiredBy(
    "REF",
    refReader,
    "The build as backend/namespace/name/uid, as printed by `build` and `list`."
  )
}

const access = { group: "Cluster" }

/**
 * How to reach the cluster.
 *
 * @since 0.1.0
 * @category options
 */
export const cluster = {
  kubeconfig: Flag.text(
    "--kubeconfig FILE",
    "The kubeconfig; by default KUBECONFIG, then ~/.kube/config, then the service account of this pod.",
    access
  ),
  context: Flag.text("--kube-context NAME", "The context of the kubeconfig; by default its current one.", access),
  requestTimeout: Flag.optionalBy(
    "--request-timeout TIME",
    duration,
    "Give up if the API server does not respond within this time, for example 10s. By default 30s for each request, " +
      "with retries, and 2m for probes. It does not limit how long to wait for a build.",
    access
  )
}

const inputs = { group: "Input" }
const form = { group: "Image" }
const network = { group: "Secrets and network" }
const time = { group: "Time and retries" }

/**
 * The input of a build.
 *
 * @since 0.1.0
 * @category options
 */
export const input = {
  file: Flag.text(
    "-f, --file FILE",
    "The Containerfile; - reads standard input. Required without --input and --dockerfile-path.",
    inputs
  ),
  base: Flag.text(
    "--base IMAGE",
    "The base image, passed to the Containerfile as the build argument BASE_IMAGE; needed where the Containerfile uses that.",
    inputs
  ),
  final: Flag.text(
    "--final IMAGE",
    "Where to push the image: a tag, not a digest. Required without --input.",
    inputs
  ),
  inputFile: Flag.text(
    "--input FILE",
    "The whole input as JSON, as BuildInput.decode takes it; - reads standard input. Replaces the options of the input.",
    inputs
  ),
  ...context,
  buildArgs: Flag.repeated("--build-arg KEY=VALUE", "A value for an ARG of the Containerfile.", inputs),
  labels: Flag.repeated("--label KEY=VALUE", "A label of the image.", inputs),
  tags: Flag.repeated(
    "--tag NAME",
    "A further name for the image: a tag of the repository of --final, or a pullspec in the same registry.",
    form
  ),
  annotations: Flag.repeated("--annotation KEY=VALUE", "An annotation of the image's manifest.", form),
  format: Flag.oneOf(
    "--format FORMAT",
    ["auto", "oci", "docker"],
    "The format of the image: oci, docker, or auto (the default), which is docker where the Containerfile needs it.",
    form
  ),
  compression: Flag.oneOf(
    "--compression ALGORITHM",
    ["gzip", "zstd", "zstd:chunked"],
    "Compress every layer by gzip, zstd or zstd:chunked; by default new ones by gzip.",
    form
  ),
  compressionLevel: Flag.wholeNumber(
    "--compression-level N",
    "The level of --compression: 1 to 9 for gzip, 1 to 20 for zstd.",
    form
  ),
  timestamp: Flag.text(
    "--timestamp TIME",
    "The time of the image and its files, for reproducible builds: seconds since 1970, or a time such as 2026-11-29T12:00:00Z.",
    form
  ),
  architecture: Flag.oneOf(
    "--arch ARCH",
    ["amd64", "arm64", "ppc64le", "s390x"],
    "Architecture: amd64, arm64, ppc64le or s390x; by default that of the machine that builds.",
    inputs
  ),
  target: Flag.text(
    "--target STAGE",
    "The stage of the Containerfile to build, by name or number; by default the last one.",
    inputs
  ),
  buildContexts: Flag.repeated(
    "--build-context NAME=PLACE",
    "A build context that FROM, COPY --from and RUN --mount=from= find as NAME: docker-image://IMAGE, or a directory, for the " +
      "local backend only.",
    inputs
  ),
  noInheritLabels: Flag.toggle(
    "--no-inherit-labels",
    "Leave out the labels of the base image; not on openshift.",
    inputs
  ),
  unsetLabels: Flag.repeated(
    "--unset-label KEY",
    "A label of the base or the Containerfile to remove from the image; not on openshift.",
    inputs
  ),
  squash: Flag.toggle("--squash", "Merge all layers into one, those of the base too; not on openshift.", inputs),
  revision: Flag.text("--revision TEXT", "A new value forces a new build of an otherwise equal input.", inputs),
  metadata: Flag.repeated(
    "--metadata KEY=VALUE",
    "A note about the build, for example requester=alice; `describe` and `list --json` print it. An adopted build keeps the " +
      "metadata that it was created with.",
    inputs
  ),
  cacheFrom: Flag.text(
    "--cache-from REPOSITORY",
    "A repository with the layers of earlier builds, which are pulled instead of being built; not for openshift.",
    inputs
  ),
  cacheTo: Flag.text(
    "--cache-to REPOSITORY",
    "The repository that gets the layers of this build, pushed after the image with its secret; not for openshift.",
    inputs
  ),
  baseSecret: Flag.text("--base-secret NAME", "The secret with the credentials to pull the base image.", network),
  pullSecret: Flag.text(
    "--pull-secret NAME",
    "The secret with the credentials to pull every image that the Containerfile names; instead of --base-secret.",
    network
  ),
  finalSecret: Flag.text("--final-secret NAME", "The secret with the credentials to push the image.", network),
  entitlementSecret: Flag.text(
    "--entitlement-secret NAME",
    "The secret with entitlement certificates for RUN.",
    network
  ),
  secretMounts: Flag.repeated(
    "--mount-secret NAME:PATH",
    "A secret mounted at PATH during RUN; it is not stored in the image.",
    network
  ),
  configMapMounts: Flag.repeated(
    "--mount-config-map NAME:PATH",
    "A ConfigMap mounted at PATH during RUN; it is not stored in the image.",
    network
  ),
  secrets: Flag.repeated(
    "--secret ID=NAME[:KEY]",
    "The key of a secret for RUN --mount=type=secret,id=ID, by default the key ID; not stored in the image, and not on " +
      "openshift.",
    network
  ),
  trustBundle: Flag.text(
    "--trust-bundle NAME[:KEY]",
    "A ConfigMap of certificate authorities to trust; its key is ca-bundle.crt by default.",
    network
  ),
  httpProxy: Flag.text("--http-proxy URL", "The proxy for HTTP.", network),
  httpsProxy: Flag.text("--https-proxy URL", "The proxy for HTTPS.", network),
  noProxy: Flag.text("--no-proxy HOSTS", "Hosts that are reached without a proxy, separated by commas.", network),
  timeout: Flag.text(
    "--timeout TIME",
    "How long each attempt may run, for example 90s or 1h30m; by default 1h.",
    time
  ),
  pendingTimeout: Flag.text(
    "--pending-timeout TIME",
    "How long each attempt may wait to start; by default 10m.",
    time
  ),
  retries: Flag.wholeNumber("--retries N", "Retries after a transient error, 0 to 10; by default 2.", time)
}

export {
  /**
   * Where the build runs; part of the input as well.
   *
   * @since 0.1.0
   * @category options
   */
  placement
} from "./PlacementFlags.js"

const settings = { group: "Builder" }

/**
 * Settings of the backends that run buildah themselves, and of the local one.
 *
 * @since 0.1.0
 * @category options
 */
export const builder = {
  insecureRegistries: Flag.repeated(
    "--insecure-registry HOST[:PORT]",
    "A registry that may be reached over plain HTTP. The local backend always allows this for registries on loopback; " +
      "for openshift it is a setting of the cluster.",
    { ...settings, variable: variables.insecureRegistries.variable }
  ),
  storage: Flag.oneOf(
    "--storage KIND",
    ["auto", "overlay", "vfs"],
    "The storage driver of buildah: auto (the default), overlay or vfs; not used by openshift.",
    { ...settings, variable: variables.storage.variable }
  ),
  secretsDirectory: Flag.text(
    "--secrets-dir DIR",
    "The directory of the local backend's secrets: a folder for each secret, a file for each key.",
    { ...settings, variable: variables.secretsDirectory.variable }
  ),
  configMapsDirectory: Flag.text(
    "--config-maps-dir DIR",
    "The directory of the local backend's ConfigMaps, in the same layout.",
    { ...settings, variable: variables.configMapsDirectory.variable }
  )
}

/**
 * The options of `fake`.
 *
 * @since 0.1.0
 * @category options
 */
export const fake = {
  topology: Flag.oneOf(
    "--topology NAME",
    ["kubernetes", "openshift", "single-node"],
    "The cluster: kubernetes (the default), openshift, or single-node, which is OpenShift on one node."
  ),
  port: Flag.wholeNumber(
    "--port N",
    "The port on 127.0.0.1; by default, and with 0, any free port.",
    undefined,
    65_535
  ),
  kubeconfigFile: Flag.text(
    "--kubeconfig FILE",
    "Where to write the kubeconfig; the file must not exist, and is removed at the end. By default a temporary file."
  ),
  seedFiles: Flag.repeated("--seed FILE", "Objects to begin with, as YAML or JSON; - reads standard input."),
  programsFile: Flag.text(
    "--programs FILE",
    "What the containers of pods do, as YAML or JSON: what they log, how they end, and what they answer to exec and "
      + "port-forward (docs/fake-kubernetes.md)."
  )
}
