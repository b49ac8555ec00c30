/**
 * Secrets and ConfigMaps that a build may read while it runs.
 *
 * @since 0.1.0
 */
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { described } from "../../effect/Described.js"
import { Subdomain } from "./KubernetesName.js"
import { atMostBytes, first, lacks, matches, oneLine, textBy, type TextRule } from "./TextRule.js"
import { type Problem, validated } from "./Validation.js"

// Paths that a mount would break, or where something else is mounted.
const taken: ReadonlyMap<string, string> = new Map([
  ["/proc", "belongs to the kernel"],
  ["/sys", "belongs to the kernel"],
  ["/dev", "belongs to the kernel"],
  ["/etc/pki/entitlement", "is the mount path of entitlementSecretName"],
  ["/run/secrets/etc-pki-entitlement", "is the mount path of entitlementSecretName"]
])

const isInside = (path: string, directory: string): boolean => path === directory || path.startsWith(`${directory}/`)

/**
 * The path of a mount: absolute and normalized. A colon or a comma would end it in the `--volume` option of buildah.
 *
 * @since 0.1.0
 * @category rules
 */
export const mountPath: TextRule = first(
  oneLine,
  atMostBytes(1024),
  matches(/^\//, "must be an absolute path"),
  matches(/[^/]/, "must not be the root of the image"),
  lacks(/[:,]/, "must not contain a colon or a comma"),
  lacks(/\/(?:\.\.?)?(?:\/|$)/, "must not contain an empty, \".\" or \"..\" segment"),
  (path) => {
    for (const [directory, reason] of taken) {
      if (isInside(path, directory) || isInside(directory, path)) {
        return `must not overlap ${directory}, which ${reason}`
      }
    }
    return undefined
  }
)

/**
 * An object in the build's namespace. Each RUN sees a private copy of it as the directory `path`, with a file for each key. It
 * is not part of any layer.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Mount = Schema.Struct({
  kind: described("The kind of the object.", Schema.Literal("Secret", "ConfigMap")),
  name: described("Its name, in the build's namespace.", Subdomain),
  path: described(
    "The directory during RUN, absolute, with a file for each key.",
    textBy(mountPath, (fc) => fc.stringMatching(/^\/(opt|srv)\/[a-z ]{1,8}$/)),
    { examples: ["/run/secrets/repository"] }
  )
})

/**
 * @since 0.1.0
 * @category models
 */
export type Mount = typeof Mount.Type

const maxMounts = 64

const pathOf = (mount: unknown): string =>
  Predicate.hasProperty(mount, "path") && Predicate.isString(mount.path) ? mount.path : ""

const collisions = (mounts: unknown): ReadonlyArray<Problem> => {
  if (!Array.isArray(mounts)) return []
  if (mounts.length > maxMounts) {
    return [{ message: `has ${mounts.length} mounts; at most ${maxMounts} are allowed` }]
  }
  const paths = mounts.map(pathOf)
  return paths.flatMap((path, index) => {
    const other = paths.findIndex((candidate, i) =>
      candidate !== "" && isInside(path, candidate) && (path === candidate ? i < index : true)
    )
    const how = path === paths[other] ? "is also" : "is inside"
    return other === -1 ? [] : [{ path: [index, "path"], message: `${how} the path of mounts[${other}]` }]
  })
}

/**
 * Mounts that do not hide each other; at most 64.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Mounts: Schema.Schema<ReadonlyArray<Mount>> = validated(
  Schema.Array(Mount),
  collisions,
  { maxItems: maxMounts }
)
