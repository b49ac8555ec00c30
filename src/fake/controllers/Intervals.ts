/**
 * Sets of completion indexes as intervals. As in k8s.io/kubernetes pkg/controller/job (v1.37), indexed_job_utils.go.
 *
 * @since 0.1.0
 */

/**
 * Indexes in increasing order, as intervals that neither overlap nor touch. Both ends are inclusive.
 *
 * @since 0.1.0
 * @category models
 */
export type Intervals = ReadonlyArray<{ readonly first: number; readonly last: number }>

/** The indexes that are in any of several. @since 0.1.0 @category combinators  */
export const union = (...all: ReadonlyArray<Intervals>): Intervals => {
  const result: Array<{ first: number; last: number }> = []
  for (const { first, last } of all.flat().toSorted((a, b) => a.first - b.first)) {
    const previous = result.at(-1)
    if (previous === undefined || first > previous.last + 1) {
      result.push({ first, last })
    } else {
      previous.last = Math.max(previous.last, last)
    }
  }
  return result
}

/** The intervals of single indexes in any order. @since 0.1.0 @category constructors  */
export const of = (indexes: Iterable<number>): Intervals =>
  union(Array.from(indexes, (index) => ({ first: index, last: index })))

/** Reads `1,3-5`, without what is beyond the number of completions. @since 0.1.0 @category constructors  */
export const parse = (text: string, completions: number): Intervals =>
  union(
    text.split(",").flatMap((part) => {
      const [first = Number.NaN, last = first] = part.split("-").map((end) => Number.parseInt(end, 10))
      return Number.isNaN(first) || Number.isNaN(last) || first >= completions
        ? []
        : [{ first, last: Math.min(last, completions - 1) }]
    })
  )

/** Writes `1,3-5`, the form of a Job's status. @since 0.1.0 @category getters  */
export const format = (intervals: Intervals): string =>
  intervals.map(({ first, last }) => first === last ? `${first}` : `${first}${last === first + 1 ? "," : "-"}${last}`)
    .join(",")

/** The number of indexes. @since 0.1.0 @category getters  */
export const total = (intervals: Intervals): number =>
  intervals.reduce((sum, { first, last }) => sum + last - first + 1, 0)

/** Whether an index is in one of the intervals. @since 0.1.0 @category predicates  */
export const has = (intervals: Intervals, index: number): boolean =>
  intervals.some(({ first, last }) => first <= index && index <= last)

/** The number of indexes that are in both. @since 0.1.0 @category getters  */
export const overlap = (some: Intervals, others: Intervals): number =>
  some.reduce((sum, a) =>
    others.reduce(
      (inner, b) => inner + Math.max(0, Math.min(a.last, b.last) - Math.max(a.first, b.first) + 1),
      sum
    ), 0)
