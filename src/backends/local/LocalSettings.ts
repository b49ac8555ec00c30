/**
 * The settings of the local backend, and their defaults from the user's environment.
 */
import type * as FileSystem from "@effect/platform/FileSystem"
import * as Config from "effect/Config"
import type { ConfigError } from "effect/ConfigError"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"

/**
 * Settings of the local backend, all optional.
 *
 * @since 0.1.0
 * @category models
 */
export interface LocalSettings {
  /** The default namespace of builds: a folder of the state directory. By default `default`. */
  readonly namespace?: string | undefined
  /** Records, logs and outcomes of builds. By default `$XDG_STATE_HOME/effect-os-builder`. */
  readonly stateDirectory?: string | undefined
  /** The working directory of builds, on a disk with space for images. By default `$XDG_CACHE_HOME/effect-os-builder`. */
  readonly workDirectory?: string | undefined
  /** A directory with a subdirectory for each Secret that inputs name, which contains a file for each key. */
  readonly secretsDirectory?: string | undefined
  /** The same for ConfigMaps. */
  readonly configMapsDirectory?: string | undefined
  /**
   * A folder with `registries.conf`, `registries.conf.d`, `policy.json` or `certs.d`, which take precedence over the
   * system's. By default `~/.config/containers`.
   */
  readonly registriesDirectory?: string | undefined
  /** Registries, `host:port`, that may use plain HTTP or an unverified certificate; those on loopback always may. */
  readonly insecureRegistries?: ReadonlyArray<string> | undefined
  /** How buildah stores layers. By default `auto`: overlay where the kernel mounts one, else vfs. */
  readonly storage?: "auto" | "overlay" | "vfs" | undefined
  /** How buildah runs instructions. By default `chroot`, which works wherever buildah does. */
  readonly isolation?: "chroot" | "rootless" | "oci" | undefined
  /**
   * The format of the image. By default `docker` where the Containerfile has SHELL, HEALTHCHECK or ONBUILD, which OCI images
   * lack, and `oci` elsewhere.
   */
  readonly format?: "oci" | "docker" | undefined
  /**
   * A persistent directory for images and layers, used by one build at a time, and emptied when its disk is 80% full. By
   * default every build starts with an empty one. buildah's run root is kept there too until the next boot, with isolation chroot.
   */
  readonly cacheDirectory?: string | undefined
  /**
   * How long to wait before the second attempt, and before the second push of an image; doubled before each further one. By
   * default 2 seconds.
   */
  readonly retryDelay?: Duration.DurationInput | undefined
}

/** The user's environment, overridden by the settings. */
export interface LocalEnvironment {
  readonly stateDirectory: string
  readonly workDirectory: string
  readonly authFile: string | undefined
  /** Environment of the script, in addition to the variables from the input. */
  readonly environment: Readonly<Record<string, string>>
}

const read = (name: string): Effect.Effect<string | undefined, ConfigError> =>
  Effect.map(Config.option(Config.nonEmptyString(name)), Option.getOrUndefined)

/** A directory of the XDG Base Directory Specification, which ignores a relative path. */
const readDirectory = (name: string) =>
  Effect.map(read(name), (directory) => directory?.startsWith("/") ? directory : undefined)

// The variables that are passed to buildah.
const handedOn = ["PATH", "HOME", "USER", "XDG_RUNTIME_DIR", "SSL_CERT_FILE", "SSL_CERT_DIR"] as const

const proxies = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"] as const

/** Reads the environment. */
export const readEnvironment = (
  fs: FileSystem.FileSystem,
  settings: LocalSettings
): Effect.Effect<LocalEnvironment, ConfigError> =>
  Effect.gen(function*() {
    const exists = (path: string) => fs.exists(path).pipe(Effect.orElseSucceed(() => false))
    const home = (yield* read("HOME")) ?? "/root"
    const runtime = yield* readDirectory("XDG_RUNTIME_DIR")
    const named = yield* read("REGISTRY_AUTH_FILE")
    // The order of containers-auth.json(5); a file that is named explicitly is the only candidate.
    const authFile = named === undefined
      ? yield* Effect.findFirst([
        ...(runtime === undefined ? [] : [`${runtime}/containers/auth.json`]),
        `${home}/.config/containers/auth.json`,
        `${home}/.docker/config.json`
      ], exists)
      : Option.some(named)
    const registries = settings.registriesDirectory ?? `${home}/.config/containers`

    const environment: Record<string, string> = {
      PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
      OSB_STORAGE: settings.storage ?? "auto",
      OSB_ISOLATION: settings.isolation ?? "chroot",
      OSB_FORMAT: settings.format ?? "",
      OSB_PUSH_DELAY_MILLIS: String(Math.max(1, Math.round(Duration.toMillis(settings.retryDelay ?? "2 seconds")))),
      OSB_CACHE_DIR: settings.cacheDirectory ?? "",
      OSB_REGISTRIES_DIR: (yield* exists(registries)) ? registries : ""
    }
    for (const name of handedOn) environment[name] = (yield* read(name)) ?? environment[name] ?? ""
    for (const name of proxies) {
      const value = (yield* read(name)) ?? (yield* read(name.toLowerCase()))
      if (value !== undefined) environment[name] = value
    }

    return {
      stateDirectory: settings.stateDirectory ??
        `${(yield* readDirectory("XDG_STATE_HOME")) ?? `${home}/.local/state`}/effect-os-builder`,
      workDirectory: settings.workDirectory ??
        `${(yield* readDirectory("XDG_CACHE_HOME")) ?? `${home}/.cache`}/effect-os-builder`,
      authFile: Option.getOrUndefined(authFile),
      environment: Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""))
    }
  })
