/**
 * What is said of a ref whose backend is not there.
 */
import { BackendError } from "../BuildError.js"
import type { BuildRef } from "../BuildRef.js"

const phrases = {
  status: "tell the status of",
  changes: "follow",
  logs: "read the log of",
  cancel: "cancel",
  remove: "remove"
} as const

export type Operation = keyof typeof phrases

/** `present` says which backends there are. */
export const refused = (operation: Operation, ref: BuildRef, present: string): BackendError =>
  new BackendError({
    backend: ref.backend,
    reason: "UnknownBackend",
    operation: `${phrases[operation]} ${ref}`,
    detail: present
  })
