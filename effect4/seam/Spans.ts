/**
 * Spans in which an expected error, such as a refusal, is a result: the span ends well, and its attributes name the reason.
 *
 * On Effect 4 the end of a pull is an error of its own, a stream of a pull has no scope, and whether a span keeps its stack
 * trace is another argument.
 */
import * as Cause from "effect/Cause"
import * as Channel from "effect/Channel"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Tracer from "effect/Tracer"
import * as FiberState from "./FiberState.js"
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

const spanOptions = <E>({ attributes, kind }: Options<E>): Tracer.SpanOptionsNoTrace => ({
  attributes,
  ...(kind === undefined ? {} : { kind })
})

/** Runs an effect in a span. */
export const within =
  <E0>(name: string, options: Options<E0>) =>
  <A, E extends E0, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.flatten(
      Effect.matchEffect(effect, {
        onFailure: (error): Effect.Effect<Effect.Effect<A, E>, E> => {
          // In a span, Effect.fail would wrap the error: another object than the caller's.
          const failed = Effect.failCause(Cause.fail(error))
          return Effect.annotateCurrentSpan(options.attributesOf(error)).pipe(
            Effect.andThen(options.onError?.(error) ?? Effect.void),
            Effect.andThen(options.isResult(error) ? Effect.succeed(failed) : failed)
          )
        },
        onSuccess: (value) => Effect.succeed(Effect.succeed(value))
      }).pipe(Effect.withSpan(name, spanOptions(options), { captureStackTrace: false }))
    )

/** The same for what happens many times a second: a span only where the program has a tracer, whose spans alone can be read. */
export const describedBy =
  <E0>(describe: () => readonly [name: string, options: Options<E0>]) =>
  <A, E extends E0, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    FiberState.use((fiber) => FiberState.isTraced(fiber) ? within(...describe())(effect) : effect)

/** What else follows the values of a stream, and its end. */
export interface Observer<in A> {
  readonly seen: (values: ReadonlyArray<A>, span: Tracer.Span) => Effect.Effect<void>
  readonly closed: () => Effect.Effect<void>
}

/** What happens to a span while its stream is read. Streams wait by the thousands, so each has one of these and few closures. */
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
    if (isDone(end)) return Effect.void
    const { attributesOf, isResult, onError } = this.options
    this.isResult = isResult(end)
    for (const [key, value] of Object.entries(attributesOf(end))) this.span.attribute(key, value)
    return onError?.(end) ?? Effect.void
  }

  readonly close = (exit: Exit.Exit<unknown, unknown>): Effect.Effect<void> => {
    const ended = Effect.map(
      Clock.Clock,
      (clock) => this.span.end(clock.currentTimeNanosUnsafe(), this.isResult ? Exit.void : exit)
    )
    return this.observer === undefined ? ended : Effect.andThen(this.observer.closed(), ended)
  }
}

/**
 * A stream of the pull, in a span that lasts as long as the stream; `observe` makes the observer of one run of it.
 *
 * `withParentSpan` would keep a stack trace for each pull, and `Stream.scoped` a context more.
 */
export const withinPull = <A, E>(
  open: Pull.Open<A, E>,
  name: string,
  options: Options<E>,
  observe?: () => Observer<A>
): Stream.Stream<A, E> =>
  Stream.fromChannel(Channel.fromTransformBracket((_, __, scope) =>
    Effect.flatMap(
      Effect.uninterruptible(Effect.flatMap(Effect.makeSpan(name, spanOptions(options)), (span) => {
        const opened = new OpenSpan(span, options, observe?.())
        return Effect.as(Scope.addFinalizerExit(scope, opened.close), opened)
      })),
      (opened) => {
        const inSpan = Effect.provideService(Tracer.ParentSpan, opened.span)
        return Effect.map(inSpan(Scope.provide(open, scope)), (pull) => inSpan(opened.pull(pull)))
      }
    )
  ))

const isDone = <E>(end: Pull.End<E>): end is Cause.Done => Cause.isDone(end)

/** Runs a stream in a span that lasts as long as the stream. */
export const withinStream =
  <E0>(name: string, options: Options<E0>) => <A, E extends E0>(stream: Stream.Stream<A, E>): Stream.Stream<A, E> =>
    withinPull(Pull.open(stream), name, options)
