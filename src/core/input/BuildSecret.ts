/**
 * Secrets for `RUN --mount=type=secret`.
 *
 * @since 0.1.0
 */
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { described } from "../../effect/Described.js"
import { Subdomain } from "./KubernetesName.js"
import { atMostBytes, first, lacks, matches, notEmpty, textBy, type TextRule } from "./TextRule.js"
import { optional, type Problem, validated } from "./Validation.js"

/**
 * The key of a Secret, which is the name of a file. An id has the same characters: it is also the default of the key, and
 * older releases of buildah use it as the name of a file.
 *
 * @since 0.1.0
 * @category rules
 */
export const secretKey: TextRule = first(
  notEmpty,
  atMostBytes(253),
  matches(/^[-._A-Za-z0-9]+$/, "must have letters, digits, \"-\", \"_\" and \".\" only, as the key of a Secret has"),
  lacks(/^\.\.?$/, "must be the name of a file")
)

const Key = textBy(secretKey, (fc) => fc.stringMatching(/^[a-z]{1,6}(\.[a-z]{1,3})?$/))

/**
 * A key of a Secret in the build's namespace, for every `RUN` that asks for its id. It is not part of any layer.
 *
 * @since 0.1.0
 * @category schemas
 */
export const BuildSecret = Schema.Struct({
  id: described("The id that a RUN asks for.", Key),
  secretName: described("The name of the Secret, in the build's namespace.", Subdomain),
  key: described("The key of the Secret that holds the value; by default the id.", optional(Key))
})

/**
 * @since 0.1.0
 * @category models
 */
export type BuildSecret = typeof BuildSecret.Type

const maxSecrets = 64

const idOf = (secret: unknown): string | undefined =>
  Predicate.hasProperty(secret, "id") && Predicate.isString(secret.id) ? secret.id : undefined

const repeated = (secrets: unknown): ReadonlyArray<Problem> => {
  if (!Array.isArray(secrets)) return []
  if (secrets.length > maxSecrets) {
    return [{ message: `has ${secrets.length} secrets; at most ${maxSecrets} are allowed` }]
  }
  const ids = secrets.map(idOf)
  return ids.flatMap((id, index) => {
    const other = id === undefined ? index : ids.indexOf(id)
    return other === index ? [] : [{ path: [index, "id"], message: `is also the id of secrets[${other}]` }]
  })
}

/**
 * Secrets of different ids; at most 64.
 *
 * @since 0.1.0
 * @category schemas
 */
export const BuildSecrets: Schema.Schema<
  ReadonlyArray<BuildSecret>,
  ReadonlyArray<typeof BuildSecret.Encoded>
> = validated(Schema.Array(BuildSecret), repeated, { maxItems: maxSecrets })

/**
 * The key that holds a secret's value: by default its id.
 *
 * @since 0.1.0
 * @category getters
 */
export const keyOf = ({ id, key = id }: BuildSecret): string => key
