/**
 * What a write needs beside the object, and what it answers.
 *
 * @since 0.1.0
 */
import type * as Either from "effect/Either"
import type { User } from "../apiserver/Access.js"
import type { Duplicates } from "../apiserver/Duplicates.js"
import type * as Status from "../apiserver/Status.js"

/**
 * The options of a write and its user. `now` is in milliseconds; with `strict` unknown fields are rejected, else they are
 * dropped, with `lenient` without a warning. `manager` is the name in managed fields, which a new object has if `isManaged`, `subresource` that of a part with
 * another name; `duplicates` are the fields that its body has more than once; `warn` takes a warning for the client; with `applies` the written object has its managed fields already; with `patches` it is the result of a patch.
 *
 * @since 0.1.0
 * @category models
 */
export interface Write {
  readonly now: number
  readonly user?: User
  readonly dryRun?: boolean
  readonly strict?: boolean
  readonly lenient?: boolean
  readonly manager?: string
  readonly isManaged?: boolean
  readonly subresource?: string
  readonly applies?: boolean
  readonly patches?: boolean
  readonly duplicates?: Duplicates | undefined
  readonly warn?: ((message: string) => void) | undefined
}

/** @since 0.1.0 @category models */
export type Answer<A> = Either.Either<A, Status.Status>

/** The part that an update writes: all but the status, the status, the finalizers of a namespace, or one of a kind's parts. */
export type Part = "main" | "status" | "finalize" | "details" | "ephemeralcontainers"
