/**
 * Secrets and ConfigMaps that a build may read while it runs.
 *
 * @since 0.1.0
 */
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { list, type Problem } from "./Collection.js"
import { Subdomain } from "./KubernetesName.js"
import { atMostBytes, first, matches, oneLine, portable, type Rule, text } from "./Rule.js"

// What a mount would break, or what something else is mounted at.
const taken: ReadonlyMap<string, string> = new Map([
  ["/proc", "belongs to the kernel"],
  ["/sys", "belongs to the kernel"],
  ["/dev", "belongs to the kernel"],
  ["/etc/pki/entitlement", "is where the secret of entitlementSecretName goes"],
  ["/run/secrets/etc-pki-entitlement", "is where the secret of entitlementSecretName goes"]
])

const isInside = (path: string, directory: string): boolean => path === directory || path.startsWith(`${directory}/`)

/**
 * Where something can be mounted: an absolute path, plainly written. A colon or a comma would end it in the `--volume`
 * option of buildah.
 *
 * @since 0.1.0
 * @category rules
 */
export const mountPath: Rule = first(
  portable,
  oneLine,
  atMostBytes(1024),
  matches(/^\//, "must be an absolute path"),
  matches(/[^/]/, "must not be the root of the image"),
  matches(/^[^:,]*$/, "must not contain a colon or a comma"),
  (path) =>
    path.slice(1).split("/").some((segment) => segment === "" || segment === "." || segment === "..")
      ? "must not have \".\", \"..\" or an empty part in it; write the path plainly"
      : undefined,
  (path) => {
    for (const [directory, reason] of taken) {
      if (isInside(path, directory) || isInside(directory, path)) return `${directory} ${reason}; choose another path`
    }
    return undefined
  }
)

/**
 * An object of the build's namespace, of which each RUN sees a private copy in the directory `path`: a file for each of its
 * keys. Nothing of it gets into a layer.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Mount = Schema.Struct({
  kind: Schema.Literal("Secret", "ConfigMap"),
  name: Subdomain,
  path: text(mountPath, {
    identifier: "MountPath",
    arbitrary: () => (fc) => fc.stringMatching(/^\/(opt|srv)\/[a-z ]{1,8}$/)
  })
})

/**
 * @since 0.1.0
 * @category models
 */
export type Mount = typeof Mount.Type

// Also asked where some mount is wrong in itself, so that every issue is reported at once: hence no trust in the types.
const pathOf = (mount: unknown): string =>
  Predicate.hasProperty(mount, "path") && Predicate.isString(mount.path) ? mount.path : ""

const collisions = (mounts: ReadonlyArray<unknown>): ReadonlyArray<Problem> => {
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
 * Mounts that do not hide each other.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Mounts: Schema.Schema<ReadonlyArray<Mount>> = list({ item: Mount, together: collisions, maxItems: 64 })
