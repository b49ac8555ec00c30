/** Errors of the file system: the reason is an error of its own on Effect 4. */
import type { PlatformError } from "effect/PlatformError"

/** The reason that the system gives, such as `NotFound` or `PermissionDenied`, or `BadArgument`. */
export const detailOf = (
  error: PlatformError
): { readonly reason: string; readonly description: string | undefined } => ({
  reason: error.reason._tag,
  description: error.reason.description
})

/** Whether it is an error of the file system with this reason. */
export const hasReason = (error: PlatformError | { readonly _tag: "SchemaError" }, reason: string): boolean =>
  error._tag !== "SchemaError" && detailOf(error).reason === reason

/** The message of the system, such as `ENOTDIR: not a directory`; undefined for an error of a schema about a file's content. */
export const systemMessage = (error: PlatformError | { readonly _tag: "SchemaError" }): string | undefined =>
  error._tag === "SchemaError"
    ? undefined
    : error.reason.cause instanceof Error
    ? error.reason.cause.message
    : detailOf(error).description ?? error.message
