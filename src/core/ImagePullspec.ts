/**
 * References to images in a registry, such as `quay.io/acme/os:4.18` or `registry.example:5000/os@sha256:…`.
 *
 * The grammar is that of `github.com/distribution/reference` v0.6.0 (regexp.go), and the registry is required: `fedora:40`
 * can mean a different image on every machine (registries.conf), so it is rejected.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type * as Schema from "effect/Schema"
import { textBy, type TextRule, withKeywords } from "./input/TextRule.js"

/**
 * The parts of a pullspec. `host` is as written, with the brackets of an IPv6 address; `registry` is host and port,
 * `repository` is registry and path: the pullspec without tag and digest.
 *
 * @since 0.1.0
 * @category models
 */
export interface Parts {
  readonly host: string
  readonly port?: number
  readonly registry: string
  readonly path: string
  readonly repository: string
  readonly tag?: string
  readonly digest?: string
}

const hostName =
  /^(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*$/
const ipv6Host = /^\[[a-fA-F0-9:]+\]$/
const pathPattern = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/
const tagPattern = /^\w[\w.-]{0,127}$/

// The algorithms that github.com/opencontainers/go-digest registers, with the length of their hexadecimal form.
const digestLength: ReadonlyMap<string, number> = new Map([["sha256", 64], ["sha384", 96], ["sha512", 128]])

/**
 * Splits a pullspec into its parts. The Left is the problem, as the rest of a sentence that begins with the field.
 *
 * @example
 * ```ts
 * import { ImagePullspec } from "effect-os-builder"
 * import * as Either from "effect/Either"
 *
 * const parts = Either.getOrThrow(ImagePullspec.parse("registry.example:5000/acme/os:4.18"))
 * console.log(parts.repository) // registry.example:5000/acme/os
 * console.log(parts.tag) // 4.18
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const parse = (pullspec: string): Either.Either<Parts, string> => {
  if (pullspec === "") return Either.left("must not be empty; use registry/path:tag")
  if (pullspec.length > 1024) return Either.left("is longer than 1024 characters")
  if (/\s/.test(pullspec)) return Either.left("must not contain spaces")
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(pullspec)) {
    return Either.left("must not begin with a scheme such as docker:// or https://; use registry/path:tag")
  }
  const { digest, repository, tag } = split(pullspec)
  const slash = repository.indexOf("/")
  const registry = slash === -1 ? "" : repository.slice(0, slash)
  const path = repository.slice(slash + 1)
  if (!namesRegistry(registry)) {
    const suggestion = slash === -1 ? `docker.io/library/${pullspec}` : `docker.io/${pullspec}`
    return Either.left(`must include a registry, for example ${suggestion}`)
  }
  const colon = registry.endsWith("]") ? -1 : registry.lastIndexOf(":")
  const host = colon === -1 ? registry : registry.slice(0, colon)
  const port = colon === -1 ? undefined : registry.slice(colon + 1)
  if (!hostName.test(host) && !ipv6Host.test(host)) return Either.left("has an invalid registry host")
  if (port !== undefined && !(/^[0-9]{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535)) {
    return Either.left("has an invalid port; it must be from 1 to 65535")
  }
  if (path === "") return Either.left("has a registry but no image path")
  if (path.length > 255) return Either.left("has a path of more than 255 characters")
  if (!pathPattern.test(path)) {
    return Either.left(
      path !== path.toLowerCase()
        ? "has capital letters in its path; only lower case is allowed"
        : "has an invalid path; use lower-case letters and digits, separated by . _ __ or -"
    )
  }
  if (tag !== undefined && !tagPattern.test(tag)) {
    return Either.left(
      "has an invalid tag; use 1 to 128 letters, digits, \"_\", \".\" and \"-\", starting with a letter, digit or \"_\""
    )
  }
  if (digest !== undefined) {
    const [algorithm = "", hex = ""] = digest.split(/:(.*)/s)
    const length = digestLength.get(algorithm)
    if (length === undefined) return Either.left("has an unsupported digest algorithm; use sha256, sha384 or sha512")
    if (hex.length !== length || !/^[a-f0-9]*$/.test(hex)) {
      return Either.left(`has an invalid ${algorithm} digest; it must have ${length} lower-case hexadecimal digits`)
    }
  }
  return Either.right({
    host,
    ...(port === undefined ? {} : { port: Number(port) }),
    registry,
    path,
    repository,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest })
  })
}

// Splits without validating the parts.
const split = (pullspec: string) => {
  const at = pullspec.indexOf("@")
  const digest = at === -1 ? undefined : pullspec.slice(at + 1)
  const name = at === -1 ? pullspec : pullspec.slice(0, at)
  const colon = name.lastIndexOf(":")
  const tagged = colon > name.lastIndexOf("/")
  return {
    repository: tagged ? name.slice(0, colon) : name,
    tag: tagged ? name.slice(colon + 1) : undefined,
    digest
  }
}

// As splitDockerDomain in normalize.go: anything else before the slash is a directory on Docker Hub.
const namesRegistry = (registry: string): boolean =>
  registry === "localhost" || /[.:]/.test(registry) || registry !== registry.toLowerCase()

/**
 * The pullspec without its tag and digest.
 *
 * @example
 * ```ts
 * import { ImagePullspec } from "effect-os-builder"
 *
 * ImagePullspec.repository("registry.example.com/acme/os:4.18") // "registry.example.com/acme/os"
 * ```
 *
 * @since 0.1.0
 * @category getters
 */
export const repository = (pullspec: string): string => split(pullspec).repository

/**
 * Removes the tag of a pullspec that has both a tag and a digest, because the digest decides; returns any other as it is.
 *
 * @example
 * ```ts
 * import { ImagePullspec } from "effect-os-builder"
 *
 * const digest = `sha256:${"0".repeat(64)}`
 * ImagePullspec.withoutTag(`quay.io/acme/os:4.18@${digest}`) // `quay.io/acme/os@${digest}`
 * ```
 *
 * @since 0.1.0
 * @category getters
 */
export const withoutTag = (pullspec: string): string => pullspec.replace(/:[^:/@]+(?=@)/, "")

/**
 * Whether a host name or address refers to this machine: `localhost`, an address of `127.0.0.0/8`, or `::1` with or without
 * brackets. A registry there may use plain HTTP without being listed as insecure.
 *
 * @example
 * ```ts
 * import { ImagePullspec } from "effect-os-builder"
 *
 * ImagePullspec.isLoopback("127.0.0.1") // true
 * ```
 *
 * @since 0.1.0
 * @category guards
 */
export const isLoopback = (host: string): boolean =>
  /^(?:localhost|127(?:\.\d{1,3}){3}|::1|\[(?:::|(?:0{1,4}:){7})0{0,3}1\])$/i.test(host)

const inner = ({ source }: RegExp): string => source.slice(1, -1).replaceAll("\\/", "/")

// The grammar, which is not all that `parse` checks.
const grammar = `^(?:${inner(hostName)}|${inner(ipv6Host)})(?::[0-9]{1,5})?/${inner(pathPattern)}` +
  String.raw`(?::${inner(tagPattern)})?(?:@(?:sha256:[a-f0-9]{64}|sha384:[a-f0-9]{96}|sha512:[a-f0-9]{128}))?$`

const problem: TextRule = withKeywords(
  (pullspec) =>
    Either.match(parse(pullspec), { onLeft: (message): string | undefined => message, onRight: () => undefined }),
  { pattern: grammar, maxLength: 1024 },
  { pattern: "^(?:localhost/|[^/]*[.:A-Z])" }
)

/**
 * The schema of a valid pullspec.
 *
 * @example
 * ```ts
 * import { ImagePullspec } from "effect-os-builder"
 * import { Schema } from "effect"
 *
 * const isPullspec = Schema.is(ImagePullspec.ImagePullspec)
 * isPullspec("quay.io/fedora/fedora-bootc:43") // true
 * isPullspec("fedora:43") // false: no registry
 * ```
 *
 * @since 0.1.0
 * @category schemas
 */
export const ImagePullspec: Schema.Schema<string> = textBy(problem, (fc) =>
  fc.tuple(
    fc.constantFrom("localhost", "127.0.0.1:5000", "[::1]:5000", "quay.io", "registry.example.com:443"),
    fc.array(fc.constantFrom("a", "b1", "c.d", "e_f", "g__h", "i--j"), { minLength: 1, maxLength: 3 }),
    fc.constantFrom("", ":latest", ":4.18_x-1"),
    fc.constantFrom("", `@sha256:${"0a".repeat(32)}`)
  ).map(([registry, path, tag, digest]) => `${registry}/${path.join("/")}${tag}${digest}`))

/**
 * A valid pullspec; a string.
 *
 * @since 0.1.0
 * @category models
 */
export type ImagePullspec = typeof ImagePullspec.Type
