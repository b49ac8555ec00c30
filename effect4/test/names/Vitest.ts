/**
 * @effect/vitest of Effect 3 on that of Effect 4: every test has a scope there, property tests take generators of fast-check
 * here, and the times at which the TestClock wakes something are recorded for those that ask.
 */
import * as V from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import * as Arbitrary from "./Arbitrary.js"

type Body = (...args: ReadonlyArray<never>) => Effect.Effect<unknown, unknown, unknown>
type Register = (name: string, body: Body, options?: unknown) => void

interface Tester extends Register {
  readonly each: (cases: ReadonlyArray<unknown>) => Register
  readonly only: Register
  readonly skip: Register
  readonly skipIf: (condition: unknown) => Register
  readonly runIf: (condition: unknown) => Register
  readonly fails: Register
}

interface Methods {
  readonly effect: Tester
  readonly live?: Tester
  readonly layer: (layer: never, options?: object) => (...args: ReadonlyArray<unknown>) => unknown
}

// -----------------------------------------------------------------------------
// sleeps
// -----------------------------------------------------------------------------

const sleeping = new WeakMap<object, Set<{ readonly at: number }>>()

/** The times at which something wakes. */
export const sleepsOf = (clock: Clock.Clock): ReadonlyArray<number> =>
  [...sleeping.get(clock) ?? []].map(({ at }) => at)

const recordSleeps = Effect.map(Clock.Clock, (clock) => {
  if (sleeping.has(clock)) return
  const sleeps = new Set<{ readonly at: number }>()
  sleeping.set(clock, sleeps)
  const sleep = clock.sleep.bind(clock)
  Object.assign(clock, {
    sleep: (duration: Duration.Duration) =>
      Effect.suspend(() => {
        const entry = { at: clock.currentTimeMillisUnsafe() + Duration.toMillis(duration) }
        sleeps.add(entry)
        return Effect.ensuring(sleep(duration), Effect.sync(() => sleeps.delete(entry)))
      })
  })
})

const withSource = <F extends object>(source: object, f: F): F =>
  Object.defineProperty(f, "toString", { value: () => String(source) })

const recorded = (register: Register): Register => (name, body, options) => {
  register(
    name,
    withSource(body, (...args) => Effect.andThen(recordSleeps, Effect.suspend(() => body(...args)))),
    options
  )
}

// -----------------------------------------------------------------------------
// properties
// -----------------------------------------------------------------------------

interface PropertyOptions {
  readonly fastCheck?: object
}

type Input = fc.Arbitrary<unknown> | Arbitrary.Source

const generatorOf = (input: Input): fc.Arbitrary<unknown> => "generate" in input ? input : Arbitrary.make(input)

const generatorsOf = (inputs: ReadonlyArray<Input> | Readonly<Record<string, Input>>): fc.Arbitrary<unknown> =>
  Array.isArray(inputs)
    ? fc.tuple(...inputs.map(generatorOf))
    : fc.record(Object.fromEntries(Object.entries(inputs).map(([key, input]) => [key, generatorOf(input)])))

const prop = (
  name: string,
  inputs: ReadonlyArray<Input>,
  body: (values: never) => unknown,
  options: PropertyOptions & object = {}
) => {
  const { fastCheck, ...rest } = typeof options === "number" ? { timeout: options } : options
  V.it(name, rest, () => {
    fc.assert(fc.property(generatorsOf(inputs), (values) => body(values as never) as never), fastCheck as never)
  })
}

const effectProp = (
  name: string,
  inputs: ReadonlyArray<Input>,
  body: (values: never) => Effect.Effect<unknown, unknown>,
  options: PropertyOptions & object = {}
) => {
  const { fastCheck, ...rest } = typeof options === "number" ? { timeout: options } : options
  V.it(name, rest, () =>
    fc.assert(
      fc.asyncProperty(
        generatorsOf(inputs),
        (values) => Effect.runPromise(Effect.scoped(Effect.as(body(values as never), undefined)) as never)
      ),
      fastCheck as never
    ))
}

// -----------------------------------------------------------------------------
// methods
// -----------------------------------------------------------------------------

const testerOf = (tester: Tester) =>
  Object.assign(recorded(tester), {
    each: (cases: ReadonlyArray<unknown>) => recorded(tester.each(cases)),
    only: recorded(tester.only),
    skip: recorded(tester.skip),
    skipIf: (condition: unknown) => recorded(tester.skipIf(condition)),
    runIf: (condition: unknown) => recorded(tester.runIf(condition)),
    fails: recorded(tester.fails),
    prop: effectProp
  })

const layerOf = (layer: Methods["layer"]) => (of: never, options?: object) => {
  const define = layer(of, options)
  return (...args: ReadonlyArray<unknown>) =>
    define(...args.map((arg) => typeof arg === "function" ? (it: Methods) => arg(methodsOf(it as never)) : arg))
}

const methodsOf = (methods: object): object => {
  const { effect, layer, live } = methods as Methods
  const own: Readonly<Record<PropertyKey, unknown>> = {
    effect: testerOf(effect),
    scoped: testerOf(effect),
    layer: layerOf(layer),
    prop,
    ...(live === undefined ? {} : { live, scopedLive: live })
  }
  return new Proxy(methods, {
    get: (target, key, receiver) => Object.hasOwn(own, key) ? own[key] : Reflect.get(target, key, receiver)
  })
}

export const it = methodsOf(V.it)

export const layer = layerOf(V.layer as never)

/** Files do not share `it` on Effect 4. */
export const makeMethods = (_: unknown): void => {}

type Define = (...args: ReadonlyArray<unknown>) => unknown

/** Options come before the body. */
const ordered = (args: ReadonlyArray<unknown>): ReadonlyArray<unknown> => {
  const [name, body, options] = args
  return typeof body === "function" && typeof options === "object" ? [name, options, body] : args
}

const define = V.describe as never as Define

const sequential: Define = (name, ...rest) => {
  const [options, body] = rest.length > 1 ? rest : [{}, ...rest]
  return define(name, { ...options as object, concurrent: false }, body)
}

export const describe = new Proxy(V.describe, {
  apply: (_target, _self, args) => define(...ordered(args)),
  get: (target, key, receiver) => key === "sequential" ? sequential : Reflect.get(target, key, receiver)
})
