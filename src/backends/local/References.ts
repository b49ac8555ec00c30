/**
 * Where the things are that an input names: secrets and ConfigMaps as folders of files, as a pod would have them mounted.
 */
import type * as FileSystem from "@effect/platform/FileSystem"
import type * as Path from "@effect/platform/Path"
import * as Effect from "effect/Effect"
import { BuildRejected, Issue } from "../../core/BuildError.js"
import * as BuildInput from "../../core/BuildInput.js"

/** The folders of an input's secrets and ConfigMaps, and the file of its trust bundle. */
export interface References {
  readonly baseSecret: string | undefined
  readonly finalSecret: string | undefined
  readonly entitlement: string | undefined
  /** One for each mount of the input, in its order. */
  readonly mounts: ReadonlyArray<string>
  readonly trustBundle: string | undefined
}

/** Folders with a folder for each name, and in it a file for each key. */
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
                `names the ${kind} ${name}, and the local backend has no ${kind}s: set its ${setting} to a folder ` +
                `with a folder ${name}, in which each file is a key`
            })
          )
          return ""
        }
        const found = path.join(folder, name, ...(key === undefined ? [] : [key]))
        if (!(yield* fs.exists(found).pipe(Effect.orElseSucceed(() => false)))) {
          issues.push(
            new Issue({ path: at, message: `names the ${kind} ${name}, and there is no ${found}; put it there` })
          )
        }
        return found
      })

    const optional = (name: string | undefined, at: string) =>
      name === undefined ? Effect.succeed(undefined) : find("Secret", name, at)

    const references: References = {
      baseSecret: yield* optional(input.baseImage.secretName, "baseImage.secretName"),
      finalSecret: yield* optional(input.finalImage.secretName, "finalImage.secretName"),
      entitlement: yield* optional(input.entitlementSecretName, "entitlementSecretName"),
      mounts: yield* Effect.forEach(
        input.mounts ?? [],
        ({ kind, name }, index) => find(kind, name, `mounts[${index}]`)
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
