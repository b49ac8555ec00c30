/**
 * The exit codes of the build script and their meanings, one row each.
 *
 * @since 0.1.0
 */
import { type ErroredReason, type FailedReason, retryableReasons } from "../../core/BuildStatus.js"

/**
 * The meaning of an exit code: the user's Containerfile `Failed`, or something else `Errored`.
 *
 * @since 0.1.0
 * @category models
 */
export type Meaning =
  | { readonly state: "Failed"; readonly reason: FailedReason }
  | { readonly state: "Errored"; readonly reason: ErroredReason; readonly retryable: boolean }

const failed = (reason: FailedReason): Meaning => ({ state: "Failed", reason })

const errored = (reason: ErroredReason): Meaning => ({
  state: "Errored",
  reason,
  retryable: retryableReasons.has(reason)
})

/**
 * The codes by name. They keep clear of the shell's own (1, 2, 126 and above) and of buildah's (125), but for that of a
 * script that is stopped by an eviction or the deletion of its pod.
 *
 * @since 0.1.0
 * @category models
 */
export const code = {
  succeeded: 0,
  containerfileInvalid: 10,
  instructionFailed: 11,
  pullDenied: 12,
  pullFailed: 13,
  pushDenied: 14,
  pushFailed: 15,
  credentialsInvalid: 16,
  outOfDisk: 17,
  outOfMemory: 18,
  timeout: 19,
  storageUnavailable: 20,
  unknown: 21,
  builderTooOld: 22,
  networkUnavailable: 23,
  referenceMissing: 24,
  uploadFailed: 25,
  imageNotFound: 26,
  stopped: 143
} as const

/**
 * @since 0.1.0
 * @category models
 */
export const table: Readonly<Record<number, Meaning>> = {
  [code.containerfileInvalid]: failed("ContainerfileInvalid"),
  [code.instructionFailed]: failed("InstructionFailed"),
  [code.pullDenied]: errored("ImagePullDenied"),
  [code.pullFailed]: errored("ImagePullFailed"),
  [code.pushDenied]: errored("PushDenied"),
  [code.pushFailed]: errored("PushFailed"),
  [code.credentialsInvalid]: errored("CredentialsInvalid"),
  [code.outOfDisk]: errored("OutOfDisk"),
  [code.outOfMemory]: errored("OutOfMemory"),
  [code.timeout]: errored("Timeout"),
  [code.storageUnavailable]: errored("StorageUnavailable"),
  [code.unknown]: errored("Unknown"),
  [code.builderTooOld]: errored("BuilderTooOld"),
  [code.networkUnavailable]: errored("NetworkUnavailable"),
  [code.referenceMissing]: errored("MissingReference"),
  [code.uploadFailed]: errored("UploadFailed"),
  [code.imageNotFound]: errored("ImageNotFound"),
  [code.stopped]: errored("Evicted")
}

/**
 * The meaning of any exit code but 0. One that is not in the table means `Errored("Unknown")`, never `Failed`.
 *
 * @since 0.1.0
 * @category getters
 */
export const meaning = (exitCode: number): Meaning => table[exitCode] ?? errored("Unknown")

/**
 * The codes after which the same attempt, made again, may end otherwise.
 *
 * @since 0.1.0
 * @category getters
 */
export const retryable: ReadonlyArray<number> = Object.entries(table)
  .filter(([, row]) => row.state === "Errored" && row.retryable)
  .map(([exitCode]) => Number(exitCode))
