/** Errors of the file system, whose reason is in another place on each major version of Effect. */
import type { PlatformError } from "@effect/platform/Error"

/** The reason that the system gives, such as `NotFound` or `PermissionDenied`, or `BadArgument`. */
export const detailOf = (
  error: PlatformError
): { readonly reason: string; readonly description: string | undefined } => ({
  reason: error._tag === "BadArgument" ? error._tag : error.reason,
  description: error.description
})

/** Whether it is an error of the file system with this reason. */
export const hasReason = (error: PlatformError | { readonly _tag: "ParseError" }, reason: string): boolean =>
  error._tag !== "ParseError" && detailOf(error).reason === reason

/** The message of the system, such as `ENOTDIR: not a directory`; undefined for an error of a schema about a file's content. */
export const systemMessage = (error: PlatformError | { readonly _tag: "ParseError" }): string | undefined =>
  error._tag === "ParseError" ? undefined : detailOf(error).description ?? error.message
