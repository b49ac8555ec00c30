/**
 * The reference to one build. Store it as text, and any process can use the build later.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import * as Codec from "../effect/Codec.js"
import { described, named } from "../effect/Described.js"

const Part = Schema.String.pipe(
  Schema.pattern(/^[^\s/]+$/, { message: () => "must not be empty or contain slashes or spaces" })
)

/**
 * Identifies one build permanently: the backend that runs it, the namespace and name of its record, and the record's uid,
 * which distinguishes it from a later build of the same name.
 *
 * @example
 * ```ts
 * import { BuildRef } from "effect-os-builder"
 * import * as Schema from "effect/Schema"
 *
 * const ref = Schema.decodeSync(BuildRef.FromString)("custom/builds/os-build-abc-1/5f0c8ed4")
 * console.log(ref.name) // os-build-abc-1
 * console.log(String(ref)) // custom/builds/os-build-abc-1/5f0c8ed4
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export class BuildRef extends Schema.Class<BuildRef>("effect-os-builder/BuildRef")({
  /** The name of the backend that runs the build. */
  backend: described("The name of the backend that runs the build.", Part),
  /** The namespace of its record. */
  namespace: described("The namespace of its record.", Part),
  /** The name of its record. */
  name: described("The name of its record.", Part),
  /** The uid of its record, which distinguishes it from a later build of the same name. */
  uid: described("The uid of its record, which distinguishes it from a later build of the same name.", Part)
}, named("BuildRef", "Identifies one build permanently.")) {
  /** `backend/namespace/name/uid`, which {@link FromString} reads back. */
  override toString(): string {
    return `${this.backend}/${this.namespace}/${this.name}/${this.uid}`
  }
}

/**
 * The codec between a {@link BuildRef} and `backend/namespace/name/uid`.
 *
 * @example
 * ```ts
 * import { BuildRef } from "effect-os-builder"
 * import { Schema } from "effect"
 *
 * const ref = Schema.decodeSync(BuildRef.FromString)("local/default/os-build-abc-1/5f0c8ed4")
 * const text = Schema.encodeSync(BuildRef.FromString)(ref)
 * ```
 *
 * @since 0.1.0
 * @category schemas
 */
export const FromString: Schema.Schema<BuildRef, string> = Codec.convert(
  Schema.String.annotations({ identifier: "BuildRefText" }),
  BuildRef,
  {
    decode: (text) => {
      const [backend, namespace, name, uid, ...rest] = text.split("/")
      return backend === undefined || namespace === undefined || name === undefined || uid === undefined ||
          rest.length > 0
        ? Either.left("must be backend/namespace/name/uid, as printed by `build` and `list`")
        : Either.right({ backend, namespace, name, uid })
    },
    encode: ({ backend, name, namespace, uid }) => Either.right(`${backend}/${namespace}/${name}/${uid}`)
  }
)
