/**
 * Looks up the base image of a build in its registry, with buildah on this machine and the pull secret of the build.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { BackendError, BaseUnavailable } from "../../core/BuildError.js"
import { BuildInput, ImageInfo } from "../../core/BuildInput.js"
import type { BuildRef } from "../../core/BuildRef.js"
import { type BuiltImage, errored } from "../../core/BuildStatus.js"
import { skipValidation } from "../../core/input/Validation.js"
import { fromEither } from "../../effect/EitherEffect.js"
import * as Bases from "../script/Bases.js"
import * as BuildScript from "../script/BuildScript.js"
import { type Environment, proxies } from "../script/Environment.js"
import * as TerminationMessage from "../script/TerminationMessage.js"
import { type BuildahEnvironment, loopbackRegistries } from "./AttemptFolder.js"
import * as Directories from "./Directories.js"
import * as References from "./References.js"

const seconds = 60

export interface Lookup {
  readonly ref: BuildRef
  readonly input: BuildInput
  readonly image: BuiltImage
  /** A folder of its own, deleted afterwards. */
  readonly folder: string
}

/** The input without what is for RUN, for the context and for the push. */
const pullingPart = (
  { context: _context, entitlementSecretName: _entitlement, mounts: _mounts, secrets: _secrets, ...input }: BuildInput
): BuildInput =>
  new BuildInput({ ...input, finalImage: new ImageInfo({ pullspec: input.finalImage.pullspec }) }, skipValidation)

/** The digest of the manifest that the base's name has now. */
export const run = (
  { authFile, environment, fs, insecureRegistries, path, sandbox, version }: BuildahEnvironment,
  folders: References.Folders,
  { folder, image: { architecture, base }, input, ref }: Lookup
): Effect.Effect<string, BaseUnavailable | BackendError> => {
  const operation = `look up the base of ${ref}`
  const failed = (detail: string) => new BackendError({ backend: "local", reason: "Unexpected", operation, detail })
  const at = (name: string) => path.join(folder, name)
  return Effect.gen(function*() {
    if (base === undefined) return yield* failed("it is not known")
    const { baseSecret, trustBundle } = yield* References.resolve(fs, path, folders, pullingPart(input)).pipe(
      Effect.mapError(({ message }) =>
        new BaseUnavailable({ ref, base, status: errored("MissingReference", { message }) })
      )
    )
    for (const name of ["", "input", "work", "memory", "secret"]) {
      yield* Directories.make(fs, path, at(name))
    }
    yield* fs.writeFileString(at("script"), BuildScript.source)
    if (authFile !== undefined) yield* fs.symlink(path.resolve(authFile), path.join(at("secret"), "config.json"))
    const insecure = [...insecureRegistries, ...loopbackRegistries(input), ...loopbackRegistries(base.pullspec)]
    const script: Environment = {
      OSB_INPUT_DIR: at("input"),
      OSB_WORK_DIR: at("work"),
      OSB_MEMORY_DIR: at("memory"),
      OSB_BASE_IMAGE: base.pullspec,
      OSB_FINAL_IMAGE: input.finalImage.pullspec,
      OSB_ARCHITECTURE: architecture ?? "",
      OSB_TIMEOUT_SECONDS: String(seconds),
      OSB_SECRET_DIR: (baseSecret && path.resolve(baseSecret)) ?? (authFile === undefined ? "" : at("secret")),
      OSB_TRUST_BUNDLE: trustBundle === undefined ? "" : path.resolve(trustBundle),
      OSB_BUILDAH_VERSION: version === undefined ? "" : `version ${version.join(".")}`,
      OSB_INSECURE_REGISTRIES: [...new Set(insecure)].join(" "),
      OSB_TERMINATION_MESSAGE: at("message")
    }
    const { exitCode, stderr } = yield* sandbox.run({
      command: ["sh", at("script"), "base"],
      environment: { ...environment, ...proxies(input.proxy), ...script, OSB_CACHE_DIR: "", OSB_STORAGE: "vfs" },
      log: at("log"),
      memory: at("memory")
    })
    const message = yield* Effect.orElseSucceed(fs.readFileString(at("message")), () => "")
    const answer = Bases.currentDigest(TerminationMessage.scriptEnd(exitCode, message, stderr))
    return yield* fromEither(Either.mapLeft(answer, (status) => new BaseUnavailable({ ref, base, status })))
  }).pipe(
    Effect.mapError((error) =>
      error._tag === "BaseUnavailable" || error._tag === "BackendError" ? error : failed(error.message)
    ),
    Effect.ensuring(sandbox.clear(folder)),
    Effect.timeoutFail({
      duration: `${2 * seconds} seconds`,
      onTimeout: () => new BackendError({ backend: "local", reason: "Timeout", operation })
    })
  )
}
