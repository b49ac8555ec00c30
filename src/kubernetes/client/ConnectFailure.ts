/**
 * Failures before a connection was made.
 */
import * as Predicate from "effect/Predicate"

const codes: ReadonlySet<unknown> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH"
])

/** Whether no connection was made, so that nothing was sent. `cause` is an error of Node. */
export const failedToConnect = (cause: unknown): boolean =>
  (Predicate.hasProperty(cause, "code") && codes.has(cause.code)) ||
  (Predicate.hasProperty(cause, "syscall") && cause.syscall === "connect")
