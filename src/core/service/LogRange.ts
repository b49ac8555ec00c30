/**
 * Checks the part of a log that is asked for, so that a number that is none, such as NaN, is a typed error on every backend.
 */
import { BackendError } from "../BuildError.js"
import type { BuildRef } from "../BuildRef.js"

const failure = (ref: BuildRef, detail: string): BackendError =>
  new BackendError({ backend: ref.backend, reason: "Unexpected", operation: `read the log of ${ref}`, detail })

/** Undefined if `tailLines` can be honoured. */
export const tailError = (ref: BuildRef, tailLines: number | undefined): BackendError | undefined =>
  tailLines === undefined || (Number.isSafeInteger(tailLines) && tailLines >= 0)
    ? undefined
    : failure(ref, `tailLines is ${tailLines}; use a whole number from 0`)

/** Undefined if `fromLine` can be honoured. */
export const startError = (ref: BuildRef, fromLine: number | undefined): BackendError | undefined =>
  fromLine === undefined || (Number.isSafeInteger(fromLine) && fromLine >= 1)
    ? undefined
    : failure(ref, `fromLine is ${fromLine}; use a whole number from 1`)
