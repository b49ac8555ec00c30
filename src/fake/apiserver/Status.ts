/**
 * The error Statuses of a Kubernetes API server, in its format and with its messages.
 *
 * Messages are those of k8s.io/apimachinery pkg/api/errors/errors.go and pkg/util/validation/field/errors.go (v0.37).
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"

/**
 * A `v1.Status` of a failure. It is an alias, since an interface with an optional member cannot extend a JSON object without
 * `exactOptionalPropertyTypes`.
 *
 * @since 0.1.0
 * @category models
 */
export type Status = {
  readonly kind: "Status"
  readonly apiVersion: "v1"
  readonly metadata: JsonObject
  readonly status: "Failure"
  readonly message: string
  readonly reason: string
  readonly details?: JsonObject
  readonly code: number
}

/**
 * A group and a plural, as in error messages: `jobs.batch`, `pods`. Most have the group in which the objects are stored.
 *
 * @since 0.1.0
 * @category models
 */
export interface Named {
  readonly group: string
  readonly plural: string
  readonly kind: string
  readonly storedIn?: string | undefined
}

const stored = <A extends Named>(of: A): A => ({ ...of, group: of.storedIn ?? of.group })

/** @since 0.1.0 @category constructors */
export const make = (
  code: number,
  reason: string,
  message: string,
  details?: Readonly<Record<string, Json.Value | undefined>>
): Status => ({
  kind: "Status",
  apiVersion: "v1",
  metadata: {},
  status: "Failure",
  message,
  reason,
  ...(details === undefined ? {} : { details: Json.make(details) }),
  code
})

/** The qualified name, for example `jobs.batch`. @since 0.1.0 @category getters  */
export const qualified = (of: Named): string => of.group === "" ? of.plural : `${of.plural}.${of.group}`

const qualifiedKind = (of: Named): string => of.group === "" ? of.kind : `${of.kind}.${of.group}`

const about = (of: Named, name: string | undefined): Readonly<Record<string, Json.Value | undefined>> => ({
  name: name === "" ? undefined : name,
  group: of.group === "" ? undefined : of.group,
  kind: of.plural
})

/** @since 0.1.0 @category constructors */
export const notFound = (of: Named, name: string): Status =>
  make(404, "NotFound", `${qualified(of)} "${name}" not found`, about(of, name))

/** The path does not exist. @since 0.1.0 @category constructors  */
export const noSuchPath: Status = make(404, "NotFound", "the server could not find the requested resource", {})

/** A kind of the server lacks a subresource, which a real one has. @since 0.1.0 @category constructors  */
export const noSubresource: Status = { ...noSuchPath }

/** @since 0.1.0 @category constructors */
export const alreadyExists = (of: Named, name: string): Status =>
  make(409, "AlreadyExists", `${qualified(of)} "${name}" already exists`, about(of, name))

/** @since 0.1.0 @category constructors */
export const generateNameConflict = (of: Named, name: string): Status =>
  make(
    409,
    "AlreadyExists",
    `${qualified(of)} "${name}" already exists, the server was not able to generate a unique name for the object`,
    { ...about(of, name), retryAfterSeconds: 1 }
  )

/** @since 0.1.0 @category constructors */
export const conflict = (of: Named, name: string, why: string): Status =>
  make(
    409,
    "Conflict",
    `Operation cannot be fulfilled on ${qualified(of)} "${name}": ${why}`,
    about(of, name)
  )

/** @since 0.1.0 @category constructors */
export const modified = (of: Named, name: string): Status =>
  conflict(
    of,
    name,
    "the object has been modified; please apply your changes to the latest version and try again"
  )

/** @since 0.1.0 @category constructors */
export const forbidden = (of: Named, name: string, why: string, causes?: ReadonlyArray<JsonObject>): Status =>
  make(
    403,
    "Forbidden",
    name === "" ? `${qualified(of)} is forbidden: ${why}` : `${qualified(of)} "${name}" is forbidden: ${why}`,
    { ...about(of, name), causes }
  )

/** @since 0.1.0 @category constructors */
export const unauthorized: Status = make(401, "Unauthorized", "Unauthorized")

/** @since 0.1.0 @category constructors */
export const badRequest = (message: string): Status => make(400, "BadRequest", message)

/** @since 0.1.0 @category constructors */
export const internal = (cause: string): Status =>
  make(500, "InternalError", `Internal error occurred: ${cause}`, { causes: [{ message: cause }] })

/** @since 0.1.0 @category constructors */
export const expired = (message: string): Status => make(410, "Expired", message)

/** @since 0.1.0 @category constructors */
export const timeout = (message: string, details: Readonly<Record<string, Json.Value>> = {}): Status =>
  make(504, "Timeout", `Timeout: ${message}`, details)

/** @since 0.1.0 @category constructors */
export const methodNotAllowed: Status = make(
  405,
  "MethodNotAllowed",
  "the server does not allow this method on the requested resource"
)

/** @since 0.1.0 @category constructors */
export const unsupportedMediaType = (accepted: ReadonlyArray<string>): Status =>
  make(
    415,
    "UnsupportedMediaType",
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(", ")}`
  )

/** A patch that cannot be applied. @since 0.1.0 @category constructors  */
export const unprocessable: Status = make(
  422,
  "Invalid",
  "the server rejected our request due to an error in our request",
  {}
)

const fieldErrors = {
  Required: { reason: "FieldValueRequired", label: "Required value", showsValue: false },
  Invalid: { reason: "FieldValueInvalid", label: "Invalid value", showsValue: true },
  Unsupported: { reason: "FieldValueNotSupported", label: "Unsupported value", showsValue: true },
  Forbidden: { reason: "FieldValueForbidden", label: "Forbidden", showsValue: false },
  TooLong: { reason: "FieldValueTooLong", label: "Too long", showsValue: false },
  TooMany: { reason: "FieldValueTooMany", label: "Too many", showsValue: true },
  NotFound: { reason: "FieldValueNotFound", label: "Not found", showsValue: true },
  Duplicate: { reason: "FieldValueDuplicate", label: "Duplicate value", showsValue: true },
  TypeInvalid: { reason: "FieldValueTypeInvalid", label: "Invalid value", showsValue: true }
} as const

/**
 * An error of one field, with its value.
 *
 * @since 0.1.0
 * @category models
 */
export interface FieldError {
  readonly type: keyof typeof fieldErrors
  readonly field: string
  readonly value?: Json.Value | undefined
  readonly detail?: string | undefined
  /** Whether the message leaves the value out. */
  readonly hidden?: true
}

/** The errors of an object, in the order of its fields; none for a valid one. @since 0.1.0 @category models  */
export type FieldErrors = ReadonlyArray<FieldError>

const describe = (error: FieldError): string => {
  const { showsValue, label } = fieldErrors[error.type]
  const value = showsValue && error.hidden !== true ? `: ${JSON.stringify(error.value ?? null)}` : ""
  return `${label}${value}${error.detail === undefined || error.detail === "" ? "" : `: ${error.detail}`}`
}

/** @since 0.1.0 @category constructors */
export const required = (field: string, detail?: string): FieldError => ({ type: "Required", field, detail })

/** A field that must not be set or changed. @since 0.1.0 @category constructors  */
export const forbiddenField = (field: string, detail: string): FieldError => ({ type: "Forbidden", field, detail })

/** @since 0.1.0 @category constructors */
export const invalidValue = (field: string, value: Json.Value | undefined, detail: string): FieldError => ({
  type: "Invalid",
  field,
  value,
  detail
})

/** One for each of the details, such as the messages of a rule. @since 0.1.0 @category constructors  */
export const invalidValues = (field: string, value: Json.Value, details: ReadonlyArray<string>): FieldErrors =>
  details.map((detail) => invalidValue(field, value, detail))

/** A value that another one before it has. @since 0.1.0 @category constructors  */
export const duplicate = (field: string, value: Json.Value): FieldError => ({ type: "Duplicate", field, value })

/** @since 0.1.0 @category constructors */
export const unsupportedValue = (
  field: string,
  value: Json.Value | undefined,
  known: ReadonlyArray<string>
): FieldError => ({
  type: "Unsupported",
  field,
  value,
  detail: `supported values: ${known.map((one) => JSON.stringify(one)).join(", ")}`
})

const lineOf = (error: FieldError): string => `${error.field}: ${describe(error)}`

/** Errors that are equal are one. @since 0.1.0 @category constructors  */
export const invalid = (of: Named, name: string, found: FieldErrors): Status => {
  const errors = [...new Map(found.map((error) => [lineOf(error), error])).values()]
  const lines = errors.map(lineOf)
  return make(
    422,
    "Invalid",
    `${qualifiedKind(stored(of))} "${name}" is invalid: ${lines.length === 1 ? lines[0] : `[${lines.join(", ")}]`}`,
    {
      name: name === "" ? undefined : name,
      group: stored(of).group === "" ? undefined : stored(of).group,
      kind: of.kind === "" ? undefined : of.kind,
      causes: errors.map((error) => ({
        reason: fieldErrors[error.type].reason,
        message: describe(error),
        field: error.field
      }))
    }
  )
}

/** @since 0.1.0 @category constructors */
export const tooLong = (field: string, bytes: number): FieldError => ({
  type: "TooLong",
  field: field === "" ? "[]" : field,
  detail: `may not be more than ${bytes} bytes`
})

/** @since 0.1.0 @category constructors */
export const tooMany = (field: string, count: number, most: number): FieldError => ({
  type: "TooMany",
  field,
  value: count,
  detail: `must have at most ${most} items`
})
