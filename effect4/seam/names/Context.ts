/** A service is made of its types and then its key on Effect 4, and a reference is a value. */
import * as Context from "effect/Context"

export const Tag = <const Id extends string>(id: Id) => <Self, Shape>() => Context.Service<Self, Shape>()(id)

/** A class with the static members of a reference. */
export interface ReferenceClass<Shape> extends Context.Service<never, Shape> {
  new(_: never): object
  readonly defaultValue: () => Shape
}

export const Reference =
  <_Self>() => <Shape>(id: string, options: { readonly defaultValue: () => Shape }): ReferenceClass<Shape> => {
    function Reference() {}
    return Object.setPrototypeOf(Reference, Context.Reference<Shape>(id, options))
  }
