/**
 * The error for a ref whose backend is not provided.
 */
import { BackendError } from "../BuildError.js"
import type { BuildRef } from "../BuildRef.js"

const phrases = {
  status: "get the status of",
  changes: "follow",
  logs: "read the log of",
  cancel: "cancel",
  remove: "remove",
  isOutdated: "look up the base of"
} as const

export type Operation = keyof typeof phrases

/** `present` names the backends that are provided. */
export const refused = (operation: Operation, ref: BuildRef, present: string): BackendError =>
  new BackendError({
    backend: ref.backend,
    reason: "UnknownBackend",
    operation: `${phrases[operation]} ${ref}`,
    detail: present
  })
