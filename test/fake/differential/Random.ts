/** A source of random numbers from a seed: mulberry32. */
export interface Random {
  readonly chance: (probability: number) => boolean
  readonly pick: <A>(items: readonly [A, ...ReadonlyArray<A>]) => A
}

export const random = (seed: number): Random => {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    chance: (probability) => next() < probability,
    pick: (items) => items[Math.floor(next() * items.length)] ?? items[0]
  }
}

/** Each part with its probability, as a query. */
export const query = (
  random: Random,
  ...parts: ReadonlyArray<readonly [probability: number, text: string]>
): string => {
  const chosen = parts.filter(([probability]) => random.chance(probability)).map(([, text]) => text)
  return chosen.length === 0 ? "" : `?${chosen.join("&")}`
}
