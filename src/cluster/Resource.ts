/**
 * What is known of a kind of Kubernetes object: where the API has it, and the fields of it that we read.
 *
 * @since 0.1.0
 */
import type * as Either from "effect/Either"

/**
 * `decode` reads just the fields that we use, and says in words what is wrong with an object that lacks them. With
 * `metadataOnly` lists and watches ask the server for `PartialObjectMetadata`.
 *
 * @since 0.1.0
 * @category models
 */
export interface Resource<A> {
  /** Empty for the core group. */
  readonly group: string
  readonly version: string
  readonly plural: string
  readonly kind: string
  readonly namespaced: boolean
  readonly metadataOnly: boolean
  readonly decode: (u: unknown) => Either.Either<A, string>
}
