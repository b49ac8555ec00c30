/**
 * Resolves the Secrets and ConfigMaps that an input names: directories of files, like those mounted in a pod.
 */
import type * as FileSystem from "@effect/platform/FileSystem"
import type * as Path from "@effect/platform/Path"
import * as Effect from "effect/Effect"
import { BuildRejected, Issue } from "../../core/BuildError.js"
import * as BuildInput from "../../core/BuildInput.js"
import * as BuildContext from "../../core/input/BuildContext.js"
import { keyOf } from "../../core/input/BuildSecret.js"

/** The folders of an input's secrets and ConfigMaps, and the file of its trust bundle. */
export interface References {
  readonly baseSecret: string | undefined
  readonly finalSecret: string | undefined
  readonly entitlement: string | undefined
  readonly gitSecret?: string | undefined
  /** The secret of the image whose files are the context; default: the pull secret. */
  readonly contextSecret?: string | undefined
  /** One for each mount of the input, in its order. */
  readonly mounts: ReadonlyArray<string>
  /** The file of each secret for RUN, in the order of the input. */
  readonly secrets: ReadonlyArray<string>
  readonly trustBundle: string | undefined
}

/** Directories with a subdirectory for each name, which contains a file for each key. */
export interface Folders {
  readonly secrets: string | undefined
  readonly configMaps: string | undefined
}

/** Finds everything that the input names; fails with an issue for each that is missing. */
export const resolve = (
  fs: FileSystem.FileSystem,
  path: Path.Path,
  folders: Folders,
  input: BuildInput.BuildInput
): Effect.Effect<References, BuildRejected> =>
  Effect.gen(function*() {
    const issues: Array<Issue> = []

    const find = (kind: "Secret" | "ConfigMap", name: string, at: string, key?: string | undefined) =>
      Effect.gen(function*() {
        const [folder, setting] = kind === "Secret"
          ? [folders.secrets, "secretsDirectory"] as const
          : [folders.configMaps, "configMapsDirectory"] as const
        if (folder === undefined) {
          issues.push(
            new Issue({
              path: at,
              message:
                `names the ${kind} ${name}, but ${setting} of the local backend is not set; set it to a directory ` +
                `that contains a directory ${name} with one file for each key`
            })
          )
          return ""
        }
        const found = path.join(folder, name, ...(key === undefined ? [] : [key]))
        if (!(yield* fs.exists(found).pipe(Effect.orElseSucceed(() => false)))) {
          issues.push(
            new Issue({ path: at, message: `names the ${kind} ${name}, but ${found} does not exist; create it` })
          )
        }
        return found
      })

    const optional = (name: string | undefined, at: string) =>
      name === undefined ? Effect.succeed(undefined) : find("Secret", name, at)

    const baseSecret = yield* optional(
      BuildInput.pullSecretName(input),
      input.baseImage?.secretName === undefined ? "pullSecretName" : "baseImage.secretName"
    )
    const references: References = {
      baseSecret,
      contextSecret: BuildContext.isImage(input.context) && input.context.image.secretName !== undefined
        ? yield* find("Secret", input.context.image.secretName, "context.image.secretName")
        : baseSecret,
      finalSecret: yield* optional(input.finalImage.secretName, "finalImage.secretName"),
      gitSecret: BuildContext.isGit(input.context)
        ? yield* optional(input.context.git.secretName, "context.git.secretName")
        : undefined,
      entitlement: yield* optional(input.entitlementSecretName, "entitlementSecretName"),
      mounts: yield* Effect.forEach(
        input.mounts ?? [],
        ({ kind, name }, index) => find(kind, name, `mounts[${index}]`)
      ),
      secrets: yield* Effect.forEach(
        input.secrets ?? [],
        (secret, index) => find("Secret", secret.secretName, `secrets[${index}]`, keyOf(secret))
      ),
      trustBundle: input.trustBundle === undefined ? undefined : yield* find(
        "ConfigMap",
        input.trustBundle.configMapName,
        "trustBundle",
        input.trustBundle.key ?? BuildInput.defaults.trustBundle.key
      )
    }
    return issues.length === 0
      ? references
      : yield* new BuildRejected({ reason: "MissingReference", issues })
  })
