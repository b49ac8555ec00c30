/**
 * The names of a build's objects: who knows one can tell the others.
 *
 * @since 0.1.0
 */

/**
 * @since 0.1.0
 * @category getters
 */
export const record = (fingerprint: string, number: number): string => `os-build-${fingerprint}-${number}`

/**
 * The number in the name of a record, counted from 1; 0 if it is no record's name.
 *
 * @since 0.1.0
 * @category getters
 */
export const numberOf = (name: string): number => Number(/^os-build-[a-z0-9]{26}-([1-9]\d{0,8})$/.exec(name)?.[1] ?? 0)

/**
 * The name of a child: that of the record, and the beginning of its uid, so that what is left of an earlier record of the
 * same name, still being deleted, is never in the way. Further attempts are told by their number.
 *
 * @since 0.1.0
 * @category getters
 */
export const child = (record: { readonly name: string; readonly uid: string }, attempt = 1): string =>
  `${record.name}-${record.uid.replaceAll("-", "").slice(0, 8)}${attempt === 1 ? "" : `-a${attempt}`}`

/**
 * The name of the record in that of a child, whatever its attempt; undefined if it is no child's name.
 *
 * @since 0.1.0
 * @category getters
 */
export const recordOf = (child: string): string | undefined =>
  /^(os-build-[a-z0-9]{26}-[1-9]\d{0,8})-[a-z0-9]{8}(?:-a[1-9]\d*)?$/.exec(child)?.[1]
