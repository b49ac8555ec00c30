/**
 * Plain objects that take no more memory than their fields need.
 *
 * V8 reserves four fields for `{}`, and moves further ones to a separate array that grows by three. For a constructor, it returns the
 * room that the first few objects did not use. A store keeps thousands of objects with the same fields, so they are made by a
 * constructor for their number of fields. Apart from that they are plain objects.
 */
import * as Predicate from "effect/Predicate"

/** An object whose fields are not known to the compiler. */
export type Fields = Record<string, unknown>

/** The fields that V8 reserves at first: one for each assignment in the constructor, and eight more. */
const maxFields = 11

/** `reserve` is never given. */
const makeConstructor = () => {
  const constructor = function(this: Fields, reserve?: unknown) {
    if (reserve !== undefined) this["a"] = this["b"] = this["c"] = reserve
  }
  constructor.prototype = Object.prototype
  return constructor
}

const constructors = Array.from({ length: maxFields + 1 }, makeConstructor)

const none: ReadonlyArray<never> = []

/** An empty object with room for this many fields. */
export const make = (fields: number): Fields => {
  const constructor = constructors[fields]
  const object: unknown = constructor === undefined ? {} : Reflect.construct(constructor, none)
  return Predicate.isRecord(object) ? object : {}
}

/** `__proto__` is a valid key of a ConfigMap. */
export const put = (object: Fields, name: string, value: unknown): void => {
  if (name === "__proto__") {
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true })
  } else {
    object[name] = value
  }
}

/** An object of those values that are not undefined, in the order of the names. */
export const of = (names: ReadonlyArray<string>, values: ReadonlyArray<unknown>): Fields => {
  let fields = 0
  for (let index = 0; index < names.length; index++) {
    if (values[index] !== undefined) fields++
  }
  const object = make(fields)
  for (let index = 0; index < names.length; index++) {
    const name = names[index]
    const value = values[index]
    if (name !== undefined && value !== undefined) put(object, name, value)
  }
  return object
}
