/**
 * The environment variables of the settings of backends, and their descriptions as the command prints them: text alone, which its
 * help loads without Effect.
 *
 * @since 0.1.0
 */

/**
 * A setting's environment variable.
 *
 * @since 0.1.0
 * @category models
 */
export interface Name {
  readonly variable: string
  readonly description: string
}

const named = (name: string, description: string): Name => ({ variable: `OS_BUILDER_${name}`, description })

/**
 * Every variable, by the name of its setting in the settings of a program.
 *
 * @since 0.1.0
 * @category constants
 */
export const variables = {
  backend: named("BACKEND", "default for --backend"),
  namespace: named("NAMESPACE", "default for --namespace"),
  builderImage: named("BUILDER_IMAGE", "image of build pods; by default buildah's own"),
  gitImage: named("GIT_IMAGE", "image with git and ssh, for contexts from Git"),
  serviceAccount: named("SERVICE_ACCOUNT", "service account of custom and single-node build pods; default: default"),
  security: named("SECURITY", "security profile of these pods: anyuid (the default) or userns"),
  cacheClaimName: named("CACHE_CLAIM", "PersistentVolumeClaim where these pods cache layers; by default none"),
  registriesConfigMapName: named(
    "REGISTRIES_CONFIG_MAP",
    "ConfigMap with their registries.conf, policy.json and certificates"
  ),
  defaultPullSecretName: named("PULL_SECRET", "pull secret of builds without --base-secret"),
  deliverToNode: named("DELIVER_TO_NODE", "true: single-node stores images named localhost/… on the node itself"),
  storage: named("STORAGE", "default for --storage"),
  insecureRegistries: named("INSECURE_REGISTRIES", "default for --insecure-registry, separated by commas"),
  stateDirectory: named("STATE_DIR", "directory of the local backend's records and logs"),
  workDirectory: named("WORK_DIR", "its working directory, with room for images"),
  cacheDirectory: named("CACHE_DIR", "directory where it caches layers; by default none"),
  registriesDirectory: named("REGISTRIES_DIR", "directory of its registries.conf, policy.json and certs.d"),
  secretsDirectory: named("SECRETS_DIR", "default for --secrets-dir"),
  configMapsDirectory: named("CONFIG_MAPS_DIR", "default for --config-maps-dir")
} as const
