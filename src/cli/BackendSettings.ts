/**
 * What the command line says of how backends are to be set up.
 *
 * @since 0.1.0
 */
import * as Config from "effect/Config"
import * as Option from "effect/Option"

/**
 * - `namespace`: where builds are kept; by default the backend's own.
 * - `builder`: for every backend that runs buildah by itself.
 * - `local`: for the local backend alone.
 *
 * @since 0.1.0
 * @category models
 */
export interface BackendSettings {
  readonly namespace: string | undefined
  readonly builder: {
    readonly insecureRegistries: ReadonlyArray<string>
    readonly storage: "auto" | "overlay" | "vfs" | undefined
  }
  readonly local: {
    readonly secretsDirectory: string | undefined
    readonly configMapsDirectory: string | undefined
  }
}

/**
 * Nothing is said.
 *
 * @since 0.1.0
 * @category constructors
 */
export const none: BackendSettings = {
  namespace: undefined,
  builder: { insecureRegistries: [], storage: undefined },
  local: { secretsDirectory: undefined, configMapsDirectory: undefined }
}

/**
 * What the environment may say in `OS_BUILDER_…`.
 *
 * @since 0.1.0
 * @category configuration
 */
export const variable = <A>(
  name: string,
  config: (name: string) => Config.Config<A>
): Config.Config<A | undefined> => Config.map(Config.option(config(`OS_BUILDER_${name}`)), Option.getOrUndefined)

/**
 * @since 0.1.0
 * @category configuration
 */
export const text = (name: string): Config.Config<string | undefined> => variable(name, Config.nonEmptyString)
