/**
 * Admission plugins: checks and changes before an object is stored, beside those of its kind.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import type { User } from "../apiserver/Access.js"
import type { Status } from "../apiserver/Status.js"
import * as Json from "../Json.js"
import type { Kind } from "../kinds/Kind.js"
import type { ApiStore } from "../store/ApiStore.js"
import * as Metadata from "../store/Metadata.js"

/**
 * An object to be admitted. `namespace` is empty for cluster-scoped kinds; `previous` is the object before an update; `subresource` is
 * that of an update of a part; `user` is undefined for writes of the cluster itself.
 *
 * @since 0.1.0
 * @category models
 */
export interface Attempt {
  readonly kind: Kind
  readonly namespace: string
  readonly object: JsonObject
  readonly store: ApiStore
  readonly operation: Operation
  readonly subresource: string
  readonly previous?: JsonObject
  readonly user: User | undefined
}

/** @since 0.1.0 @category models */
export type Operation = "create" | "update"

/**
 * `operations` are those at which the plugin acts. `change` may mutate an object before validation; `check` validates the object
 * that would be stored; `remove` may refuse the deletion of an object by its name.
 *
 * @since 0.1.0
 * @category models
 */
export interface Plugin {
  readonly operations: ReadonlyArray<Operation>
  readonly change?: (attempt: Attempt) => Either.Either<JsonObject, Status>
  readonly check?: (attempt: Attempt) => Either.Either<void, Status>
  readonly remove?: (kind: Kind, name: string) => Either.Either<void, Status>
}

/** The name of an object in admission messages; it may not have one yet. @since 0.1.0 @category getters  */
export const spokenName = ({ object }: Attempt): string =>
  [Metadata.name(object), Json.text(object, "metadata", "generateName") ?? ""].find((name) => name !== "") ?? "Unknown"

/** Runs the changes in order. @since 0.1.0 @category combinators  */
export const change = (plugins: ReadonlyArray<Plugin>, attempt: Attempt): Either.Either<JsonObject, Status> => {
  let changed: Either.Either<JsonObject, Status> = Either.right(attempt.object)
  for (const plugin of actingAt(plugins, attempt)) {
    changed = Either.flatMap(changed, (object) => plugin.change?.({ ...attempt, object }) ?? Either.right(object))
  }
  return changed
}

/** Runs the checks until one rejects the object. @since 0.1.0 @category combinators  */
export const check = (plugins: ReadonlyArray<Plugin>, attempt: Attempt): Either.Either<void, Status> =>
  every(actingAt(plugins, attempt), (plugin) => plugin.check?.(attempt))

/** Whether an object may be deleted. @since 0.1.0 @category combinators  */
export const remove = (plugins: ReadonlyArray<Plugin>, kind: Kind, name: string): Either.Either<void, Status> =>
  every(plugins, (plugin) => plugin.remove?.(kind, name))

const actingAt = (plugins: ReadonlyArray<Plugin>, { operation }: Attempt): ReadonlyArray<Plugin> =>
  plugins.filter(({ operations }) => operations.includes(operation))

const every = (
  plugins: ReadonlyArray<Plugin>,
  verdictOf: (plugin: Plugin) => Either.Either<void, Status> | undefined
): Either.Either<void, Status> => {
  for (const plugin of plugins) {
    const verdict = verdictOf(plugin) ?? Either.void
    if (Either.isLeft(verdict)) {
      return verdict
    }
  }
  return Either.void
}
