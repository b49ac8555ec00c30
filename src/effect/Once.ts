/**
 * Values that are made when they are first used, so that importing a module costs nothing for schemas and decoders that a program
 * never uses.
 *
 * @since 0.1.0
 */

/**
 * A value that is made when it is first asked for, and then kept.
 *
 * @since 0.1.0
 * @category constructors
 */
export const once = <A>(make: () => A): () => A => {
  let made: { readonly value: A } | undefined
  return () => (made ??= { value: make() }).value
}

/**
 * A function that is made at its first call, such as a decoder, which walks the whole of its schema when it is made.
 *
 * @since 0.1.0
 * @category constructors
 */
export const atFirstCall = <A, B>(make: () => (value: A) => B): (value: A) => B => {
  const made = once(make)
  return (value) => made()(value)
}
