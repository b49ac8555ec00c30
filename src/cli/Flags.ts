/**
 * The options and arguments of the commands, one entry each.
 *
 * @since 0.1.0
 */
import * as Flag from "./Flag.js"

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

const backendVariable = { variable: "OS_BUILDER_BACKEND" }

/**
 * Options of several commands, and options of one.
 *
 * @since 0.1.0
 * @category options
 */
export const option = {
  json: Flag.toggle("--json", "Print one JSON document a line, for errors too."),
  backend: Flag.withDefault(
    "--backend NAME",
    "auto",
    "The backend that runs builds: auto (the default) probes the cluster and takes the preferred one; openshift, custom " +
      "and single-node run builds on a cluster; local runs buildah on this machine.",
    backendVariable
  ),
  onlyBackend: Flag.text("--backend NAME", "Check this backend only.", backendVariable),
  namespace: Flag.text(
    "-n, --namespace NAMESPACE",
    "The namespace of the builds; by default that of the kubeconfig's context.",
    { variable: "OS_BUILDER_NAMESPACE" }
  ),
  again: Flag.toggle("--again", "Start a new build even if an equal input was built before."),
  detach: Flag.toggle("--detach", "Print the ref of the build and exit; the build continues."),
  follow: Flag.toggle("-f, --follow", "Print new lines until the build ends."),
  watch: Flag.toggle("-w, --watch", "Print every change of a build, until interrupted."),
  tail: Flag.wholeNumber("--tail N", "Start with the last N lines."),
  olderThan: Flag.required("--older-than TIME", "Delete only builds that ended longer ago than this, for example 7d."),
  keep: Flag.wholeNumber("--keep N", "Keep the newest N finished builds of each image repository; by default 0."),
  ref: Flag.required("REF", "The build as backend/namespace/name/uid, as printed by `build` and `list`.")
}

const inputs = { group: "Input" }
const network = { group: "Secrets and network" }
const time = { group: "Time and retries" }

/**
 * The input of a build.
 *
 * @since 0.1.0
 * @category options
 */
export const input = {
  file: Flag.required("-f, --file FILE", "The Containerfile; - reads standard input.", inputs),
  base: Flag.required(
    "--base IMAGE",
    "The base image, passed to the Containerfile as the build argument BASE_IMAGE.",
    inputs
  ),
  final: Flag.required("--final IMAGE", "Where to push the image: a tag, not a digest.", inputs),
  context: Flag.text(
    "--context DIR",
    "The directory of files for COPY and ADD, without those that its .containerignore or .dockerignore excludes; at " +
      "most 8 MiB.",
    inputs
  ),
  buildArgs: Flag.repeated("--build-arg KEY=VALUE", "A value for an ARG of the Containerfile.", inputs),
  labels: Flag.repeated("--label KEY=VALUE", "A label of the image.", inputs),
  architecture: Flag.oneOf(
    "--arch ARCH",
    ["amd64", "arm64", "ppc64le", "s390x"],
    "Architecture: amd64, arm64, ppc64le or s390x; by default that of the machine that builds.",
    inputs
  ),
  revision: Flag.text("--revision TEXT", "A new value forces a new build of an otherwise equal input.", inputs),
  baseSecret: Flag.text("--base-secret NAME", "The secret with the credentials to pull the base image.", network),
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
    settings
  ),
  storage: Flag.oneOf(
    "--storage KIND",
    ["auto", "overlay", "vfs"],
    "The storage driver of buildah: auto (the default), overlay or vfs; not used by openshift.",
    settings
  ),
  secretsDirectory: Flag.text(
    "--secrets-dir DIR",
    "The directory of the local backend's secrets: a folder for each secret, a file for each key.",
    settings
  ),
  configMapsDirectory: Flag.text(
    "--config-maps-dir DIR",
    "The directory of the local backend's ConfigMaps, in the same layout.",
    settings
  )
}
