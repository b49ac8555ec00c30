/** The members of a tuple are a list. */
import * as Schema from "effect/Schema"

export const Tuple = <const Members extends ReadonlyArray<Schema.Constraint>>(...members: Members) =>
  Schema.Tuple(members)

export const TemplateLiteral = <const Parts extends Schema.TemplateLiteral.Parts>(...parts: Parts) =>
  Schema.TemplateLiteral(parts)
