/**
 * The names of the objects of a build; each can be computed from the others.
 *
 * @since 0.1.0
 */

/**
 * @since 0.1.0
 * @category getters
 */
export const record = (fingerprint: string, number: number): string => `os-build-${fingerprint}-${number}`

/**
 * The number in the name of a record, counted from 1; 0 if the name is not that of a record.
 *
 * @since 0.1.0
 * @category getters
 */
export const numberOf = (name: string): number => Number(/^os-build-[a-z0-9]{26}-([1-9]\d{0,8})$/.exec(name)?.[1] ?? 0)

/**
 * The name of a child: that of the record with the beginning of its uid, so that an object of an earlier record of the same
 * name, which is still being deleted, never collides. Further attempts have their number as suffix.
 *
 * @since 0.1.0
 * @category getters
 */
export const child = (record: { readonly name: string; readonly uid: string }, attempt = 1): string =>
  `${record.name}-${record.uid.replaceAll("-", "").slice(0, 8)}${attempt === 1 ? "" : `-a${attempt}`}`

/**
 * The name of the record in the name of a child of any attempt; undefined if it is not a child's name.
 *
 * @since 0.1.0
 * @category getters
 */
export const recordOf = (child: string): string | undefined =>
  /^(os-build-[a-z0-9]{26}-[1-9]\d{0,8})-[a-z0-9]{8}(?:-a[1-9]\d*)?$/.exec(child)?.[1]
