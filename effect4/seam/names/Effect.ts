/** Functions of Effect 3 whose arguments have another form on Effect 4. */
import * as ConfigProvider from "effect/ConfigProvider"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { dual } from "effect/Function"
import type * as Tracer from "effect/Tracer"

export const dieMessage = (message: string): Effect.Effect<never> =>
  Effect.suspend(() => Effect.die(new Error(message)))

export const filterOrDieMessage =
  <A>(is: (a: A) => boolean, message: string) => <E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.tap(self, (a) => is(a) ? Effect.void : dieMessage(message))

export const ignoreLogged = <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<void, never, R> =>
  Effect.ignore(self, {
    log: "Debug",
    message: "An error was silently ignored because it is not anticipated to be useful"
  })

interface TimeoutFail<E> {
  readonly duration: Duration.Input
  readonly onTimeout: () => E
}

export const timeoutFail: {
  <E2>(options: TimeoutFail<E2>): <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E | E2, R>
  <A, E, R, E2>(self: Effect.Effect<A, E, R>, options: TimeoutFail<E2>): Effect.Effect<A, E | E2, R>
} = dual(
  2,
  <A, E, R, E2>(self: Effect.Effect<A, E, R>, { duration, onTimeout }: TimeoutFail<E2>): Effect.Effect<A, E | E2, R> =>
    Effect.timeoutOrElse(self, { duration, orElse: () => Effect.failSync(onTimeout) })
)

interface TimeoutTo<A, B, C> {
  readonly duration: Duration.Input
  readonly onTimeout: () => C
  readonly onSuccess: (a: A) => B
}

export const timeoutTo: {
  <A, B, C>(options: TimeoutTo<A, B, C>): <E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<B | C, E, R>
  <A, E, R, B, C>(self: Effect.Effect<A, E, R>, options: TimeoutTo<A, B, C>): Effect.Effect<B | C, E, R>
} = dual(
  2,
  <A, E, R, B, C>(
    self: Effect.Effect<A, E, R>,
    { duration, onSuccess, onTimeout }: TimeoutTo<A, B, C>
  ): Effect.Effect<B | C, E, R> =>
    Effect.timeoutOrElse(Effect.map(self, onSuccess), { duration, orElse: () => Effect.sync(onTimeout) })
)

type SpanOptions = Tracer.SpanOptionsNoTrace & { readonly captureStackTrace?: boolean | undefined }

/** `captureStackTrace` is not an attribute of the span on Effect 4, but an argument of its own. */
export const withSpan: {
  (name: string, options?: SpanOptions): <A, E, R>(
    self: Effect.Effect<A, E, R>
  ) => Effect.Effect<A, E, Exclude<R, Tracer.ParentSpan>>
  <A, E, R>(
    self: Effect.Effect<A, E, R>,
    name: string,
    options?: SpanOptions
  ): Effect.Effect<A, E, Exclude<R, Tracer.ParentSpan>>
} = dual(
  (args) => typeof args[0] !== "string",
  <A, E, R>(
    self: Effect.Effect<A, E, R>,
    name: string,
    { captureStackTrace, ...options }: SpanOptions = {}
  ): Effect.Effect<A, E, Exclude<R, Tracer.ParentSpan>> =>
    Effect.withSpan(self, name, { ...options, captureStackTrace: captureStackTrace ?? true })
)

/** The provider of a configuration is a service on Effect 4. */
export const withConfigProvider =
  (provider: ConfigProvider.ConfigProvider) => <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.provideService(self, ConfigProvider.ConfigProvider, provider)

export const configProviderWith = <A, E, R>(
  f: (provider: ConfigProvider.ConfigProvider) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> => Effect.flatMap(ConfigProvider.ConfigProvider, f)

/** The start is a function on Effect 4. */
export const reduce = <A, Z, E, R>(
  elements: Iterable<A>,
  zero: Z,
  f: (z: Z, a: A, index: number) => Effect.Effect<Z, E, R>
): Effect.Effect<Z, E, R> => Effect.reduce(elements, () => zero, f)

interface Taps<A, E, E2, R2, E3, R3> {
  readonly onFailure: (error: NoInfer<E>) => Effect.Effect<unknown, E2, R2>
  readonly onSuccess: (a: NoInfer<A>) => Effect.Effect<unknown, E3, R3>
}

export const tapBoth: {
  <A, E, E2, R2, E3, R3>(
    options: Taps<A, E, E2, R2, E3, R3>
  ): <R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E | E2 | E3, R | R2 | R3>
  <A, E, R, E2, R2, E3, R3>(
    self: Effect.Effect<A, E, R>,
    options: Taps<A, E, E2, R2, E3, R3>
  ): Effect.Effect<A, E | E2 | E3, R | R2 | R3>
} = dual(
  2,
  <A, E, R, E2, R2, E3, R3>(
    self: Effect.Effect<A, E, R>,
    { onFailure, onSuccess }: Taps<A, E, E2, R2, E3, R3>
  ): Effect.Effect<A, E | E2 | E3, R | R2 | R3> => Effect.tap(Effect.tapError(self, onFailure), onSuccess)
)

export const iterate = <A, E, R>(
  start: A,
  { body, while: goesOn }: { readonly while: (a: A) => boolean; readonly body: (a: A) => Effect.Effect<A, E, R> }
): Effect.Effect<A, E, R> =>
  Effect.suspend(() => {
    let state = start
    const loop = Effect.whileLoop({
      while: () => goesOn(state),
      body: () => body(state),
      step: (next) => {
        state = next
      }
    })
    return Effect.map(loop, () => state)
  })
