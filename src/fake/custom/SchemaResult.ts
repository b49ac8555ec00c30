/**
 * What a validation by a schema found, with the messages of the server.
 *
 * As in k8s.io/kube-openapi pkg/validation/errors and validate/result.go, and k8s.io/apiextensions-apiserver
 * pkg/apiserver/validation/validation.go (v0.37).
 *
 * @since 0.1.0
 */
import * as Status from "../apiserver/Status.js"
import type * as Json from "../Json.js"

/** @since 0.1.0 @category models */
export interface Failure {
  readonly message: string
  readonly error: (parent: string) => Status.FieldError
}

/**
 * `count` is the number of checks that were made: of several alternatives, the errors are those of the one with the most.
 *
 * @since 0.1.0
 * @category models
 */
export interface Result {
  readonly failures: ReadonlyArray<Failure>
  readonly count: number
}

/** @since 0.1.0 @category constants */
export const valid: Result = { failures: [], count: 0 }

/** @since 0.1.0 @category constructors */
export const failed = (...failures: ReadonlyArray<Failure>): Result => ({ failures, count: 0 })

/** One result of several; equal messages are kept once. @since 0.1.0 @category combinators  */
export const merge = (...results: ReadonlyArray<Result>): Result => {
  const failures = new Map<string, Failure>()
  for (const failure of results.flatMap((result) => result.failures)) {
    if (!failures.has(failure.message)) failures.set(failure.message, failure)
  }
  return { failures: [...failures.values()], count: results.reduce((sum, { count }) => sum + count, 0) }
}

/** @since 0.1.0 @category combinators */
export const counted = (result: Result, by = 1): Result => ({ ...result, count: result.count + by })

/** @since 0.1.0 @category predicates */
export const isValid = (result: Result): boolean => result.failures.length === 0

const fieldOf = (parent: string, path: string): string => {
  const name = path.replace(/^\./, "")
  return name === "" ? parent === "" ? "<nil>" : parent : parent === "" ? name : `${parent}.${name}`
}

/** A failure of a value at a path. @since 0.1.0 @category constructors  */
export const invalid = (path: string, value: Json.Value, what: string): Failure => {
  const message = `${path} in body ${what}`
  return { message, error: (parent) => Status.invalidValue(fieldOf(parent, path), value, message) }
}

/** A factor that is not positive. @since 0.1.0 @category constructors  */
export const notPositive = (path: string, factor: number): Failure => {
  const message = `factor MultipleOf declared for ${path} must be positive: ${factor}`
  return { message, error: (parent) => Status.invalidValue(fieldOf(parent, path), factor, message) }
}

/** A value of another type; `found` is its type, or the text that has not the format. @since 0.1.0 @category constructors  */
export const wrongType = (path: string, expected: string, found: string): Failure => {
  const message = `${path} in body must be of type ${expected}: ${JSON.stringify(found)}`
  return {
    message,
    error: (parent) => ({ type: "TypeInvalid", field: fieldOf(parent, path), value: found, detail: message })
  }
}

/** @since 0.1.0 @category constructors */
export const missing = (path: string): Failure => ({
  message: `${path} in body is required`,
  error: (parent) => Status.required(fieldOf(parent, path))
})

/** @since 0.1.0 @category constructors */
export const notInEnum = (path: string, value: Json.Value, known: ReadonlyArray<Json.Value>): Failure => ({
  message: `${path} in body should be one of ${JSON.stringify(known)}`,
  error: (parent) =>
    Status.unsupportedValue(
      fieldOf(parent, path),
      value,
      known.map((one) => typeof one === "string" ? one : JSON.stringify(one))
    )
})

/** @since 0.1.0 @category constructors */
export const tooLong = (path: string, limit: number): Failure => ({
  message: `${path} in body should be at most ${limit} chars long`,
  error: (parent) => Status.tooLong(fieldOf(parent, path), limit)
})

/** @since 0.1.0 @category constructors */
export const tooMany = (path: string, size: number, limit: number, what: string): Failure => ({
  message: `${path} in body should have at most ${limit} ${what}`,
  error: (parent) => ({
    type: "TooMany",
    field: fieldOf(parent, path),
    value: size,
    detail: `must have at most ${limit} ${limit === 1 ? "item" : "items"}`
  })
})

/** A failure of a combination of schemas, which has no field of its own. @since 0.1.0 @category constructors  */
export const combined = (message: string): Failure => ({
  message,
  error: (parent) => Status.invalidValue(fieldOf(parent, ""), "", message)
})
