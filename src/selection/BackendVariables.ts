/**
 * The settings of backends in the environment: one table for the library and the command.
 *
 * @since 0.1.0
 */
import * as Config from "effect/Config"
import * as Option from "effect/Option"

/**
 * A setting: its environment variable, and its description as the command prints it.
 *
 * @since 0.1.0
 * @category models
 */
export interface Variable<out A> {
  readonly variable: string
  readonly description: string
  /** Undefined if the variable is not set. */
  readonly config: Config.Config<A | undefined>
}

const make = <A>(
  name: string,
  read: (variable: string) => Config.Config<A>,
  description: string
): Variable<A> => {
  const variable = `OS_BUILDER_${name}`
  return { variable, description, config: Config.map(Config.option(read(variable)), Option.getOrUndefined) }
}

const text = (name: string, description: string) => make(name, Config.nonEmptyString, description)

const list = (variable: string) =>
  Config.map(
    Config.nonEmptyString(variable),
    (value): ReadonlyArray<string> => value.split(",").map((item) => item.trim()).filter((item) => item !== "")
  )

/**
 * Every setting, by its name in the settings of a program.
 *
 * @since 0.1.0
 * @category constants
 */
export const variables = {
  backend: make(
    "BACKEND",
    Config.literal("auto", "single-node", "openshift", "custom", "local"),
    "default for --backend"
  ),
  namespace: text("NAMESPACE", "default for --namespace"),
  builderImage: text("BUILDER_IMAGE", "image of build pods; by default buildah's own"),
  gitImage: text("GIT_IMAGE", "image with git and ssh, for contexts from Git"),
  serviceAccount: text("SERVICE_ACCOUNT", "service account of custom and single-node build pods; default: default"),
  security: make(
    "SECURITY",
    Config.literal("anyuid", "userns"),
    "security profile of these pods: anyuid (the default) or userns"
  ),
  cacheClaimName: text("CACHE_CLAIM", "PersistentVolumeClaim where these pods cache layers; by default none"),
  registriesConfigMapName: text(
    "REGISTRIES_CONFIG_MAP",
    "ConfigMap with their registries.conf, policy.json and certificates"
  ),
  defaultPullSecretName: text("PULL_SECRET", "pull secret of builds without --base-secret"),
  deliverToNode: make(
    "DELIVER_TO_NODE",
    Config.boolean,
    "true: single-node stores images named localhost/… on the node itself"
  ),
  storage: make("STORAGE", Config.literal("auto", "overlay", "vfs"), "default for --storage"),
  insecureRegistries: make("INSECURE_REGISTRIES", list, "default for --insecure-registry, separated by commas"),
  stateDirectory: text("STATE_DIR", "directory of the local backend's records and logs"),
  workDirectory: text("WORK_DIR", "its working directory, with room for images"),
  cacheDirectory: text("CACHE_DIR", "directory where it caches layers; by default none"),
  registriesDirectory: text("REGISTRIES_DIR", "directory of its registries.conf, policy.json and certs.d"),
  secretsDirectory: text("SECRETS_DIR", "default for --secrets-dir"),
  configMapsDirectory: text("CONFIG_MAPS_DIR", "default for --config-maps-dir")
} as const

/**
 * Settings of the backends on a cluster that are variables alone, not options of the command: they are the same for all builds
 * of a cluster.
 *
 * @since 0.1.0
 * @category configuration
 */
export const clusterConfig = Config.all({
  builderImage: variables.builderImage.config,
  gitImage: variables.gitImage.config,
  serviceAccount: variables.serviceAccount.config,
  security: variables.security.config,
  cacheClaimName: variables.cacheClaimName.config,
  defaultPullSecretName: variables.defaultPullSecretName.config,
  registriesConfigMapName: variables.registriesConfigMapName.config,
  deliverToNode: variables.deliverToNode.config
})

/**
 * Settings of the local backend that are variables alone: they are the same for all builds on a machine.
 *
 * @since 0.1.0
 * @category configuration
 */
export const localConfig = Config.all({
  stateDirectory: variables.stateDirectory.config,
  workDirectory: variables.workDirectory.config,
  cacheDirectory: variables.cacheDirectory.config,
  registriesDirectory: variables.registriesDirectory.config
})

/**
 * Settings that are options of the command, too.
 *
 * @since 0.1.0
 * @category configuration
 */
export const optionConfig = Config.all({
  backend: variables.backend.config,
  namespace: variables.namespace.config,
  storage: variables.storage.config,
  insecureRegistries: variables.insecureRegistries.config,
  secretsDirectory: variables.secretsDirectory.config,
  configMapsDirectory: variables.configMapsDirectory.config
})
