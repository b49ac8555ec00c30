/**
 * What the metadata of a record tells of its build: enough to say how it stands, once its children are known.
 *
 * @since 0.1.0
 */
import * as Option from "effect/Option"
import type * as Resource from "../cluster/Resource.js"
import * as BuildRecord from "./BuildRecord.js"
import * as BuildTerms from "./BuildTerms.js"

/** A record that is read whole is one, too. @since 0.1.0 @category models */
export interface BuildOutline extends BuildRecord.Glance {
  readonly input: BuildTerms.BuildTerms
}

/** What of a record that was read whole is needed while its build is followed. @since 0.1.0 @category constructors */
export const fromRecord = ({ input, parts: _parts, ...glance }: BuildRecord.BuildRecord): BuildOutline => ({
  ...glance,
  input: BuildTerms.of(input)
})

/**
 * What the metadata of a record tells beside its glance; none if it does not show its terms, as when somebody has changed it
 * by hand.
 *
 * @since 0.1.0
 * @category constructors
 */
export const fromGlance = (
  glance: BuildRecord.Glance,
  { metadata }: Resource.Metadata
): Option.Option<BuildOutline> =>
  Option.map(BuildTerms.parse(metadata.annotations?.[BuildRecord.annotation.terms]), (input) => ({ ...glance, input }))
