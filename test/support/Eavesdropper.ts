/**
 * Whether a secret is told: by a log, a span, a metric, an error, or anything else that a program gives away.
 */
import { assert } from "@effect/vitest"
import { Cause, Effect, Exit, Logger, LogLevel, Metric, Tracer } from "effect"
import { inspect } from "node:util"

/** Its beginning and end as they are, and the whole in base64, wherever in a text it begins. */
export const traces = (secret: string): ReadonlyArray<string> => [
  secret.slice(0, 8),
  secret.slice(-8),
  ...[0, 1, 2].map((offset) =>
    Buffer.from("x".repeat(offset) + secret).toString("base64").slice(offset === 0 ? 0 : 4, -4)
  )
]

/** Hears all that a program says, in every way in which it may be shown. */
export class Ears {
  readonly heard: Array<string> = []

  tell(what: string, value: unknown): void {
    const texts = [
      inspect(value, { depth: 30, maxStringLength: null, showHidden: true, getters: true }),
      String(value),
      value instanceof Error ? value.stack ?? "" : "",
      toJson(value)
    ]
    this.heard.push(...texts.map((text) => `${what}: ${text}`))
  }

  cause(what: string, cause: Cause.Cause<unknown>): void {
    this.tell(what, cause)
    this.heard.push(`${what}: ${Cause.pretty(cause, { renderErrorCause: true })}`)
    for (const failure of [...Cause.failures(cause), ...Cause.defects(cause)]) this.tell(what, failure)
  }

  readonly logger: Logger.Logger<unknown, void> = Logger.make((options) => {
    this.heard.push(Logger.stringLogger.log(options), Logger.jsonLogger.log(options), inspect(options.message))
    this.cause("log", options.cause)
  })

  readonly tracer: Tracer.Tracer = Tracer.make({
    span: (...args) => {
      const span = native(...args)
      this.spans.push(span)
      return span
    },
    context: (f) => f()
  })

  readonly spans: Array<Tracer.Span> = []

  /** Fails if the secret was heard, or anything of it. */
  assertSilent(secrets: ReadonlyArray<string>): void {
    for (const { attributes, name, status } of this.spans) {
      this.heard.push(`span ${name}: ${inspect([...attributes], { depth: 9 })}`)
      // Results are not shown with spans; failures are.
      if (status._tag === "Ended" && Exit.isFailure(status.exit)) this.cause(`span ${name}`, status.exit.cause)
    }
    this.heard.push(`metrics: ${inspect(Effect.runSync(Metric.snapshot), { depth: 9, maxArrayLength: null })}`)
    for (const secret of secrets.flatMap(traces)) {
      const found = this.heard.find((text) => text.includes(secret))
      assert.isUndefined(found && found.slice(Math.max(0, found.indexOf(secret) - 600), found.indexOf(secret) + 200))
    }
  }
}

const native: Tracer.Tracer["span"] = (...args) => Effect.runSync(Effect.tracer).span(...args)

/** Loggers that write JSON leave out what has cycles. */
const toJson = (value: unknown): string => {
  try {
    return JSON.stringify(value) ?? ""
  } catch (error) {
    return String(error)
  }
}

export const heardBy = (ears: Ears) => <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  effect.pipe(
    Effect.tapErrorCause((cause) => Effect.sync(() => ears.cause("failure", cause))),
    Effect.withTracer(ears.tracer),
    Effect.provide(Logger.replace(Logger.defaultLogger, ears.logger)),
    Logger.withMinimumLogLevel(LogLevel.All)
  )
