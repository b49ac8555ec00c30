/**
 * Fields that describe themselves, in JSON Schema and in OpenAPI.
 *
 * @since 0.1.0
 */
import { identity } from "effect/Function"
import * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"

/**
 * Further annotations of a field. `default` is the value of a field that is left out.
 *
 * @since 0.1.0
 * @category models
 */
export interface Details<A> {
  readonly examples?: readonly [A, ...ReadonlyArray<A>]
  readonly default?: A
}

/**
 * A field with its description, a sentence or two in Markdown. It is the docstring of the field, for `BuildInput` that in `Options`,
 * word for word: a test compares them, and fails where a field has none.
 *
 * @since 0.1.0
 * @category combinators
 */
export function described<A, I>(
  description: string,
  field: Schema.Schema<A, I>,
  details?: Details<NoInfer<A>>
): Schema.PropertySignature<":", A, never, ":", I, false, never>
export function described<
  TypeToken extends Schema.PropertySignature.Token,
  A,
  EncodedToken extends Schema.PropertySignature.Token,
  I,
  HasDefault extends boolean
>(
  description: string,
  field: Schema.PropertySignature<TypeToken, A, never, EncodedToken, I, HasDefault, never>,
  details?: Details<Exclude<NoInfer<A>, undefined>>
): Schema.PropertySignature<TypeToken, A, never, EncodedToken, I, HasDefault, never>
export function described<A, I>(
  description: string,
  field:
    | Schema.Schema<A, I>
    | Schema.PropertySignature<
      Schema.PropertySignature.Token,
      A,
      never,
      Schema.PropertySignature.Token,
      I,
      boolean,
      never
    >,
  details: Details<A> = {}
) {
  const { ast } = isSchema(field) ? Schema.propertySignature(field) : field
  const annotations: AST.Annotations = {
    [AST.DescriptionAnnotationId]: description,
    ...("examples" in details ? { [AST.ExamplesAnnotationId]: details.examples } : {}),
    ...("default" in details ? { [AST.DefaultAnnotationId]: details.default } : {})
  }
  return Schema.makePropertySignature<
    Schema.PropertySignature.Token,
    A,
    never,
    Schema.PropertySignature.Token,
    I,
    boolean,
    never
  >(annotated(ast, annotations))
}

const isSchema = <A, I, Field>(field: Schema.Schema<A, I> | Field): field is Schema.Schema<A, I> =>
  Schema.isSchema(field)

// A struct shows the annotations of the encoded side where any of its fields is transformed, and otherwise those of the field.
// So that a description is never lost, every field that has one is a transformation.
const annotated = (ast: Schema.PropertySignature.AST, annotations: AST.Annotations): Schema.PropertySignature.AST => {
  const from = ast._tag === "PropertySignatureDeclaration" ? ast : ast.from
  const to = ast._tag === "PropertySignatureDeclaration" ? ast : ast.to
  const [decode, encode] = ast._tag === "PropertySignatureDeclaration" ? [identity, identity] : [ast.decode, ast.encode]
  return new Schema.PropertySignatureTransformation(
    new Schema.FromPropertySignature(from.type, from.isOptional, from.isReadonly, {
      ...from.annotations,
      ...annotations
    }),
    new Schema.ToPropertySignature(
      to === ast ? AST.typeAST(to.type) : to.type,
      to.isOptional,
      to.isReadonly,
      // Otherwise the description of a rule of its type, such as that of a pattern, would come before that of the field.
      { ...to.annotations, [AST.DescriptionAnnotationId]: annotations[AST.DescriptionAnnotationId] },
      to.defaultValue
    ),
    decode,
    encode
  )
}

/**
 * The annotations of a class: its name among the definitions of JSON Schema and OpenAPI, and its description. Without a name
 * of its own a class would have its identifier, whose slashes OpenAPI does not allow.
 *
 * @since 0.1.0
 * @category annotations
 */
export const named = (
  name: string,
  description: string
): readonly [NameAnnotations, NameAnnotations] => [
  { [AST.JSONIdentifierAnnotationId]: name, description },
  { [AST.JSONIdentifierAnnotationId]: name, description }
]

interface NameAnnotations {
  readonly [key: string | symbol]: unknown
  readonly description: string
}
