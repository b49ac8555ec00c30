/**
 * What a status and a registry say together of a base image.
 */
import * as Effect from "effect/Effect"
import type { BuildStatus, BuiltImage } from "../BuildStatus.js"
import type { BaseCheck } from "./BuildService.js"

/**
 * `current` asks the registry for the digest of the manifest that the base's name has now; not for a base that is named by digest,
 * which never changes.
 */
export const check = <E>(
  status: BuildStatus,
  current: (image: BuiltImage) => Effect.Effect<string, E>
): Effect.Effect<BaseCheck | undefined, E> => {
  const image = status._tag === "Succeeded" ? status.image : undefined
  const base = image?.base
  if (image === undefined || base === undefined) return Effect.succeed(undefined)
  const known = base.manifestDigest ?? base.digest
  const asked = base.pullspec.includes("@") ? Effect.succeed(known) : current(image)
  return Effect.map(asked, (now) => ({ outdated: now !== known, base, current: now }))
}
