/**
 * Spans in which an expected error, such as a refusal, is a result: the span ends well, and its attributes name the reason.
 *
 * Effect's own `withSpan` marks a span as failed for every error of its effect.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type * as Tracer from "effect/Tracer"
import * as Pull from "./Pull.js"

export type Attributes = Readonly<Record<string, string | number | boolean>>

export interface Options<in E> {
  readonly attributes: Attributes
  readonly kind?: Tracer.SpanKind | undefined
  /** Whether the error is a result. */
  readonly isResult: (error: E) => boolean
  /** What the span says about an error, expected or not. */
  readonly attributesOf: (error: E) => Attributes
  /** What else happens at an error, in the span. */
  readonly onError?: ((error: E) => Effect.Effect<void>) | undefined
}

const spanOptions = <E>({ attributes, kind }: Options<E>): Tracer.SpanOptions => ({
  attributes,
  ...(kind === undefined ? {} : { kind }),
  captureStackTrace: false
})

/** Runs an effect in a span. */
export const within =
  <E0>(name: string, options: Options<E0>) =>
  <A, E extends E0, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.flatten(Effect.withSpan(
      Effect.matchEffect(effect, {
        onFailure: (error): Effect.Effect<Effect.Effect<A, E>, E> => {
          // In a span, Effect.fail would wrap the error: another object than the caller's.
          const failed = Effect.failCause(Cause.fail(error))
          return Effect.annotateCurrentSpan(options.attributesOf(error)).pipe(
            Effect.zipRight(options.onError?.(error) ?? Effect.void),
            Effect.zipRight(options.isResult(error) ? Effect.succeed(failed) : failed)
          )
        },
        onSuccess: (value) => Effect.succeed(Effect.succeed(value))
      }),
      name,
      spanOptions(options)
    ))

/** A stream of the pull, in a span that lasts as long as the stream. */
export const withinPull = <A, E>(
  open: Pull.Open<A, E>,
  name: string,
  options: Options<E>
): Stream.Stream<A, E> =>
  Stream.fromPull(Effect.suspend(() => {
    let isResult = false
    const noteError = (span: Tracer.Span) => (end: Option.Option<E>) =>
      Effect.suspend(() => {
        if (Option.isNone(end)) return Effect.void
        isResult = options.isResult(end.value)
        for (const [key, value] of Object.entries(options.attributesOf(end.value))) span.attribute(key, value)
        return options.onError?.(end.value) ?? Effect.void
      })
    return Effect.flatMap(
      Effect.acquireRelease(
        Effect.makeSpan(name, spanOptions(options)),
        (span, exit) =>
          // As Effect's own spans end: currentTimeNanos throws for a clock whose milliseconds have fractions.
          Effect.map(Effect.clock, (clock) => span.end(clock.unsafeCurrentTimeNanos(), isResult ? Exit.void : exit))
      ),
      (span) =>
        Effect.map(Effect.withParentSpan(open, span), (pull) =>
          Effect.withParentSpan(Effect.tapError(pull, noteError(span)), span))
    )
  }))

/** Runs a stream in a span that lasts as long as the stream. */
export const withinStream =
  <E0>(name: string, options: Options<E0>) => <A, E extends E0>(stream: Stream.Stream<A, E>): Stream.Stream<A, E> =>
    withinPull(Pull.open(stream), name, options)
