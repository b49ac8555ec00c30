/**
 * The generators of Effect 3's schemas in the form of fast-check, which Effect 4 does not have. They are annotations, which
 * only tests read.
 */
interface Arbitrary<A> {
  readonly map: <B>(f: (a: A) => B) => Arbitrary<B>
  readonly filter: (is: (a: A) => boolean) => Arbitrary<A>
}

interface Weighted<A> {
  readonly arbitrary: Arbitrary<A>
  readonly weight: number
}

interface FastCheck {
  readonly array: <A>(item: Arbitrary<A>, options?: object) => Arbitrary<Array<A>>
  readonly constant: <A>(value: A) => Arbitrary<A>
  readonly constantFrom: <A>(...values: ReadonlyArray<A>) => Arbitrary<A>
  readonly dictionary: <A>(
    key: Arbitrary<string>,
    value: Arbitrary<A>,
    options?: object
  ) => Arbitrary<Record<string, A>>
  readonly integer: (options?: object) => Arbitrary<number>
  readonly oneof: <A>(...members: ReadonlyArray<Arbitrary<A> | Weighted<A>>) => Arbitrary<A>
  readonly string: (options?: object) => Arbitrary<string>
  readonly stringMatching: (pattern: RegExp) => Arbitrary<string>
  readonly tuple: <A extends ReadonlyArray<unknown>>(...members: { [K in keyof A]: Arbitrary<A[K]> }) => Arbitrary<A>
}

export type LazyArbitrary<A> = (fc: FastCheck) => Arbitrary<A>
