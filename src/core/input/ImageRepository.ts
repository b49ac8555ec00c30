/**
 * The name of a repository in a registry, such as `quay.io/acme/cache`: a pullspec without tag and digest.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type * as Schema from "effect/Schema"
import * as ImagePullspec from "../ImagePullspec.js"
import { textBy } from "./TextRule.js"

const problem = (text: string): string | undefined =>
  Either.match(ImagePullspec.parse(text), {
    onLeft: (message) => message,
    onRight: ({ digest, tag }) =>
      tag === undefined && digest === undefined
        ? undefined
        : "must be a repository without a tag or a digest; buildah names the tags"
  })

/**
 * @since 0.1.0
 * @category schemas
 */
export const ImageRepository: Schema.Schema<string> = textBy(
  problem,
  (fc) => fc.constantFrom("quay.io/acme/cache", "registry.example.com:5000/a/b")
)
