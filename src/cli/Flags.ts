/**
 * The options of the commands, each written once.
 *
 * @since 0.1.0
 */
import * as Args from "@effect/cli/Args"
import * as Options from "@effect/cli/Options"
import * as Arr from "effect/Array"
import * as Config from "effect/Config"
import * as Option from "effect/Option"
import * as Argv from "./Argv.js"

const optional = (name: string, value: string, description: string): Options.Options<string | undefined> =>
  Options.text(name).pipe(
    Options.withPseudoName(value),
    Options.withDescription(description),
    Options.optional,
    Options.map(Option.getOrUndefined)
  )

const required = (name: string, value: string, description: string): Options.Options<string> =>
  Options.text(name).pipe(Options.withPseudoName(value), Options.withDescription(description))

const repeated = (name: string, value: string, description: string): Options.Options<ReadonlyArray<string>> =>
  Options.text(name).pipe(
    Options.withPseudoName(value),
    Options.withDescription(description),
    Options.repeated,
    Options.map((values) => values.map(Argv.unwrap))
  )

const wholeNumber = (name: string, description: string): Options.Options<number | undefined> =>
  Options.text(name).pipe(
    Options.filterMap(
      (text) => /^\d{1,9}$/.test(text) ? Option.some(Number(text)) : Option.none(),
      `--${name} must be a whole number.`
    ),
    Options.withPseudoName("N"),
    Options.withDescription(description),
    Options.optional,
    Options.map(Option.getOrUndefined)
  )

const oneOf = <const A extends string>(
  name: string,
  value: string,
  choices: ReadonlyArray<A>,
  description: string
): Options.Options<A | undefined> =>
  Options.text(name).pipe(
    Options.filterMap(
      (text) => Arr.findFirst(choices, (choice) => choice === text),
      `--${name} must be one of ${choices.join(", ")}.`
    ),
    Options.withPseudoName(value),
    Options.withDescription(description),
    Options.optional,
    Options.map(Option.getOrUndefined)
  )

const flag = (name: string, description: string): Options.Options<boolean> =>
  Options.boolean(name).pipe(Options.withDescription(description))

/**
 * @since 0.1.0
 * @category options
 */
export const json = flag("json", "Print one JSON document a line, errors too.")

/**
 * @since 0.1.0
 * @category options
 */
export const backend = Options.text("backend").pipe(
  Options.withPseudoName("NAME"),
  Options.withDescription(
    "What runs builds: auto, which asks the cluster (the default); openshift, custom or single-node, which are on a " +
      "cluster; or local, which is buildah on this machine."
  ),
  Options.withFallbackConfig(Config.nonEmptyString("OS_BUILDER_BACKEND")),
  Options.withDefault("auto")
)

/**
 * @since 0.1.0
 * @category options
 */
export const anyBackend = Options.text("backend").pipe(
  Options.withPseudoName("NAME"),
  Options.withDescription("Ask this backend alone."),
  Options.withFallbackConfig(Config.nonEmptyString("OS_BUILDER_BACKEND")),
  Options.optional,
  Options.map(Option.getOrUndefined)
)

/**
 * @since 0.1.0
 * @category options
 */
export const namespace = Options.text("namespace").pipe(
  Options.withAlias("n"),
  Options.withPseudoName("NAMESPACE"),
  Options.withDescription("Where builds are kept; by default the namespace of the kubeconfig's context."),
  Options.withFallbackConfig(Config.nonEmptyString("OS_BUILDER_NAMESPACE")),
  Options.optional,
  Options.map(Option.getOrUndefined)
)

/**
 * The name of a build.
 *
 * @since 0.1.0
 * @category options
 */
export const ref = Args.text({ name: "REF" }).pipe(
  Args.withDescription("The build: backend/namespace/name/uid, as `build` and `list` print it.")
)

/**
 * What a build is given.
 *
 * @since 0.1.0
 * @category options
 */
export const input = {
  file: required("file", "FILE", "The Containerfile; - reads it from standard input.").pipe(Options.withAlias("f")),
  base: required("base", "IMAGE", "The image to start from, which the Containerfile gets as ARG BASE_IMAGE."),
  final: required("final", "IMAGE", "Where to push the image: a tag, never a digest."),
  baseSecret: optional("base-secret", "NAME", "The secret that opens the registry of the base."),
  finalSecret: optional("final-secret", "NAME", "The secret that opens the registry to push to."),
  entitlementSecret: optional("entitlement-secret", "NAME", "The secret with entitlement certificates for RUN."),
  buildArgs: repeated("build-arg", "KEY=VALUE", "A value for an ARG of the Containerfile."),
  labels: repeated("label", "KEY=VALUE", "A label of the image."),
  context: optional(
    "context",
    "DIR",
    "The files to COPY and ADD: all of this directory but what its .containerignore or .dockerignore names; 8 MiB at most."
  ),
  architecture: oneOf(
    "arch",
    "ARCH",
    ["amd64", "arm64", "ppc64le", "s390x"],
    "amd64, arm64, ppc64le or s390x; by default that of what builds."
  ),
  secretMounts: repeated("mount-secret", "NAME:PATH", "A secret for RUN to read below PATH; it gets into no layer."),
  configMapMounts: repeated("mount-config-map", "NAME:PATH", "The same with a ConfigMap."),
  trustBundle: optional(
    "trust-bundle",
    "NAME[:KEY]",
    "A ConfigMap with certificate authorities to trust; its key is ca-bundle.crt unless given."
  ),
  httpProxy: optional("http-proxy", "URL", "The proxy for plain HTTP."),
  httpsProxy: optional("https-proxy", "URL", "The proxy for HTTPS."),
  noProxy: optional("no-proxy", "HOSTS", "What is reached without a proxy, separated by commas."),
  timeout: optional("timeout", "TIME", "How long each attempt may run, such as 90s or 1h30m; by default 1h."),
  pendingTimeout: optional("pending-timeout", "TIME", "How long each attempt may wait to begin; by default 10m."),
  retries: wholeNumber("retries", "How often to try again after an error that may pass, 0 to 10; by default 2."),
  revision: optional("revision", "TEXT", "Change it to build an otherwise equal input anew.")
}

/**
 * How the backends that run buildah by themselves are set up.
 *
 * @since 0.1.0
 * @category options
 */
export const builder = {
  insecureRegistries: repeated(
    "insecure-registry",
    "HOST[:PORT]",
    "A registry that may speak plain HTTP; to the local backend, those on loopback always may, and with openshift the " +
      "cluster says which."
  ),
  storage: oneOf(
    "storage",
    "KIND",
    ["auto", "overlay", "vfs"],
    "How buildah stores layers: auto (the default), overlay or vfs; openshift has its own way."
  )
}

/**
 * How the local backend is set up.
 *
 * @since 0.1.0
 * @category options
 */
export const local = {
  secretsDirectory: optional(
    "secrets-dir",
    "DIR",
    "Where the local backend finds secrets: a folder for each, a file for each key."
  ),
  configMapsDirectory: optional("config-maps-dir", "DIR", "Where the local backend finds ConfigMaps.")
}

/**
 * @since 0.1.0
 * @category options
 */
export const again = flag("again", "Build anew, even if an equal input was built before.")

/**
 * @since 0.1.0
 * @category options
 */
export const detach = flag("detach", "Print the name of the build and leave it to go on.")

/**
 * @since 0.1.0
 * @category options
 */
export const follow = flag("follow", "Stay until the build ends.").pipe(Options.withAlias("f"))

/**
 * @since 0.1.0
 * @category options
 */
export const watch = flag("watch", "Stay, and tell of each change of a build.").pipe(Options.withAlias("w"))

/**
 * @since 0.1.0
 * @category options
 */
export const tail = wholeNumber("tail", "Begin with so many of the last lines.")

/**
 * @since 0.1.0
 * @category options
 */
export const olderThan = required("older-than", "TIME", "Only builds that ended longer ago than this, such as 7d.")

/**
 * @since 0.1.0
 * @category options
 */
export const keep = wholeNumber(
  "keep",
  "Keep so many of the newest ended builds of each image's repository; by default none."
)
