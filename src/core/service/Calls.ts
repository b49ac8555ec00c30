/**
 * The parts of a call that all backends share: checks of arguments, so that an invalid one is the same typed error everywhere, the
 * mark of a caller that follows its build, and the comparison of a base image.
 */
import * as Effect from "effect/Effect"
import { BackendError, BuildRejected, Issue } from "../BuildError.js"
import type { BuildRef } from "../BuildRef.js"
import type { BuildStatus, BuiltImage } from "../BuildStatus.js"
import { namespace as rule } from "../input/KubernetesName.js"
import type { BaseCheck, BuildOptions } from "./BuildService.js"

const namespaceProblem = (namespace: string | undefined): string | undefined =>
  namespace === undefined ? undefined : rule(namespace)

/** Checks the namespace of `build`. Undefined: the backend's own. */
export const namespace = (namespace: string | undefined): Effect.Effect<void, BuildRejected> => {
  const message = namespaceProblem(namespace)
  return message === undefined
    ? Effect.void
    : new BuildRejected({ reason: "InvalidInput", issues: [new Issue({ path: "namespace", message })] })
}

/** The error of `list` and `watch`; undefined if the namespace is valid. */
export const namespaceError = (backend: string, namespace: string | undefined): BackendError | undefined => {
  const problem = namespaceProblem(namespace)
  return problem === undefined ? undefined : new BackendError({
    backend,
    reason: "Unexpected",
    operation: `list builds in ${JSON.stringify(namespace)}`,
    detail: `the namespace ${problem}`
  })
}

const logError = (ref: BuildRef, detail: string): BackendError =>
  new BackendError({ backend: ref.backend, reason: "Unexpected", operation: `read the log of ${ref}`, detail })

/** Undefined if `tailLines` can be honoured. */
export const tailError = (ref: BuildRef, tailLines: number | undefined): BackendError | undefined =>
  tailLines === undefined || (Number.isSafeInteger(tailLines) && tailLines >= 0)
    ? undefined
    : logError(ref, `tailLines is ${tailLines}; use a whole number from 0`)

/** Undefined if `fromLine` can be honoured. */
export const startError = (ref: BuildRef, fromLine: number | undefined): BackendError | undefined =>
  fromLine === undefined || (Number.isSafeInteger(fromLine) && fromLine >= 1)
    ? undefined
    : logError(ref, `fromLine is ${fromLine}; use a whole number from 1`)

const phrases = {
  status: "get the status of",
  changes: "follow",
  logs: "read the log of",
  cancel: "cancel",
  remove: "remove",
  isOutdated: "look up the base of"
} as const

export type Operation = keyof typeof phrases

/** The error for a ref whose backend is not provided; `present` names those that are. */
export const wrongBackend = (operation: Operation, ref: BuildRef, present: string): BackendError =>
  new BackendError({
    backend: ref.backend,
    reason: "UnknownBackend",
    operation: `${phrases[operation]} ${ref}`,
    detail: present
  })

const followed = new WeakSet<BuildOptions>()

/**
 * Marks the options of a `build` whose caller follows the build at once. Its context is then uploaded while it is followed; `build`
 * returns before that, so that the caller sees why the build waits.
 */
export const markFollowed = (options: BuildOptions | undefined): BuildOptions => {
  const own = { ...options }
  followed.add(own)
  return own
}

/** Whether these options are marked. */
export const isFollowed = (options: BuildOptions | undefined): boolean => options !== undefined && followed.has(options)

/**
 * Compares the base image of a status with its registry. `current` reads from the registry the digest of the manifest that the
 * base's name has now. It is not run for a base that is named by digest, which never changes.
 */
export const checkBase = <E>(
  status: BuildStatus,
  current: (image: BuiltImage) => Effect.Effect<string, E>
): Effect.Effect<BaseCheck | undefined, E> => {
  const image = status._tag === "Succeeded" ? status.image : undefined
  const base = image?.base
  if (image === undefined || base === undefined) return Effect.succeed(undefined)
  const known = base.manifestDigest ?? base.digest
  const asked = base.pullspec.includes("@") ? Effect.succeed(known) : current(image)
  return Effect.map(asked, (now) => ({ outdated: now !== known, base, current: now }))
}
