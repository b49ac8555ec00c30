/** `onLeft` and `onRight` are `onFailure` and `onSuccess` on Effect 4. */
import { dual } from "effect/Function"
import * as Result from "effect/Result"

export const match: {
  <E, B, A, C = B>(options: { readonly onLeft: (error: E) => B; readonly onRight: (value: A) => C }): (
    self: Result.Result<A, E>
  ) => B | C
  <A, E, B, C = B>(
    self: Result.Result<A, E>,
    options: { readonly onLeft: (error: E) => B; readonly onRight: (value: A) => C }
  ): B | C
} = dual(2, <A, E, B, C>(
  self: Result.Result<A, E>,
  { onLeft, onRight }: { readonly onLeft: (error: E) => B; readonly onRight: (value: A) => C }
): B | C => Result.match(self, { onFailure: onLeft, onSuccess: onRight }))

export const mapBoth: {
  <E, E2, A, B>(options: { readonly onLeft: (error: E) => E2; readonly onRight: (value: A) => B }): (
    self: Result.Result<A, E>
  ) => Result.Result<B, E2>
  <A, E, E2, B>(
    self: Result.Result<A, E>,
    options: { readonly onLeft: (error: E) => E2; readonly onRight: (value: A) => B }
  ): Result.Result<B, E2>
} = dual(2, <A, E, E2, B>(
  self: Result.Result<A, E>,
  { onLeft, onRight }: { readonly onLeft: (error: E) => E2; readonly onRight: (value: A) => B }
): Result.Result<B, E2> => Result.mapBoth(self, { onFailure: onLeft, onSuccess: onRight }))
