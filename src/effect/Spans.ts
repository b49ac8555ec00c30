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
import * as FiberState from "./FiberState.js"
import * as Pull from "./Pull.js"

export type Attributes = Readonly<Record<string, string | number | boolean>>

export interface Options<in E> {
  readonly attributes: Attributes
  readonly kind?: Tracer.SpanKind | undefined
  /** Whether the error is a result. */
  readonly isResult: (error: E) => boolean
  /** The attributes of an error, expected or not. */
  readonly attributesOf: (error: E) => Attributes
  /** Runs at an error, in the span. */
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

/** The same for effects that run many times a second: there is a span only if the program has a tracer, since no other span is read. */
export const describedBy =
  <E0>(describe: () => readonly [name: string, options: Options<E0>]) =>
  <A, E extends E0, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    FiberState.use((fiber) => FiberState.isTraced(fiber) ? within(...describe())(effect) : effect)

/** Observes the values of a stream, and its end. */
export interface Observer<in A> {
  readonly seen: (values: ReadonlyArray<A>, span: Tracer.Span) => Effect.Effect<void>
  readonly closed: () => Effect.Effect<void>
}

/** The span of a stream while it is read. Thousands of streams wait at the same time, so each has one of these and few closures. */
class OpenSpan<A, E> {
  readonly span: Tracer.Span
  private readonly options: Options<E>
  private readonly observer: Observer<A> | undefined
  private isResult = false

  constructor(span: Tracer.Span, options: Options<E>, observer: Observer<A> | undefined) {
    this.span = span
    this.options = options
    this.observer = observer
  }

  pull(pull: Pull.Pull<A, E>): Pull.Pull<A, E> {
    const { observer, span } = this
    const seen = observer === undefined ? pull : Pull.tap(pull, (values) => observer.seen(values, span))
    return Effect.tapError(seen, (end) => this.failed(end))
  }

  private failed(end: Pull.End<E>): Effect.Effect<void> {
    if (Option.isNone(end)) return Effect.void
    const { attributesOf, isResult, onError } = this.options
    this.isResult = isResult(end.value)
    for (const [key, value] of Object.entries(attributesOf(end.value))) this.span.attribute(key, value)
    return onError?.(end.value) ?? Effect.void
  }

  /** As Effect's own spans end: currentTimeNanos throws for a clock whose milliseconds have fractions. */
  close(exit: Exit.Exit<unknown, unknown>): Effect.Effect<void> {
    const ended = Effect.map(
      Effect.clock,
      (clock) => this.span.end(clock.unsafeCurrentTimeNanos(), this.isResult ? Exit.void : exit)
    )
    return this.observer === undefined ? ended : Effect.zipRight(this.observer.closed(), ended)
  }
}

/** A stream of the pull, in a span that lasts as long as the stream; `observe` makes the observer of one run of it. */
export const withinPull = <A, E>(
  open: Pull.Open<A, E>,
  name: string,
  options: Options<E>,
  observe?: () => Observer<A>
): Stream.Stream<A, E> =>
  Stream.fromPull(Effect.suspend(() =>
    Effect.flatMap(
      Effect.acquireRelease(
        Effect.map(Effect.makeSpan(name, spanOptions(options)), (span) => new OpenSpan(span, options, observe?.())),
        (opened, exit) => opened.close(exit)
      ),
      (opened) =>
        Effect.map(
          Effect.withParentSpan(open, opened.span),
          (pull) => Effect.withParentSpan(opened.pull(pull), opened.span)
        )
    )
  ))

/** Runs a stream in a span that lasts as long as the stream. */
export const withinStream =
  <E0>(name: string, options: Options<E0>) => <A, E extends E0>(stream: Stream.Stream<A, E>): Stream.Stream<A, E> =>
    withinPull(Pull.open(stream), name, options)
