/**
 * The settings of backends in the environment: one table for the library and the command.
 *
 * @since 0.1.0
 */
import * as Config from "effect/Config"
import * as Option from "effect/Option"
import { oneOf } from "../effect/ConfigChoice.js"
import { type Name, variables as names } from "./VariableNames.js"

/**
 * A setting: its environment variable, and its description as the command prints it.
 *
 * @since 0.1.0
 * @category models
 */
export interface Variable<out A> extends Name {
  /** Undefined if the variable is not set, or empty: charts and templates write an empty one for a value that is not given. */
  readonly config: Config.Config<A | undefined>
}

const make = <A>(name: Name, read: (variable: string) => Config.Config<A>): Variable<A> => ({
  ...name,
  config: Config.map(Config.option(read(name.variable)), Option.getOrUndefined)
})

const text = (name: Name) => make(name, Config.nonEmptyString)

const yes = ["true", "yes", "on", "1"] as const

/** As `Config.boolean`, but for an empty variable, which is missing. */
const flag = (variable: string) =>
  Config.map(oneOf(...yes, "false", "no", "off", "0")(variable), (given) => yes.some((one) => one === given))

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
  backend: make(names.backend, oneOf("auto", "single-node", "openshift", "custom", "local")),
  namespace: text(names.namespace),
  builderImage: text(names.builderImage),
  gitImage: text(names.gitImage),
  serviceAccount: text(names.serviceAccount),
  security: make(names.security, oneOf("anyuid", "userns")),
  cacheClaimName: text(names.cacheClaimName),
  registriesConfigMapName: text(names.registriesConfigMapName),
  defaultPullSecretName: text(names.defaultPullSecretName),
  deliverToNode: make(names.deliverToNode, flag),
  storage: make(names.storage, oneOf("auto", "overlay", "vfs")),
  insecureRegistries: make(names.insecureRegistries, list),
  stateDirectory: text(names.stateDirectory),
  workDirectory: text(names.workDirectory),
  cacheDirectory: text(names.cacheDirectory),
  registriesDirectory: text(names.registriesDirectory),
  secretsDirectory: text(names.secretsDirectory),
  configMapsDirectory: text(names.configMapsDirectory)
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
