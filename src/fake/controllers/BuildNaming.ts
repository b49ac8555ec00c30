/**
 * The names that OpenShift's build controller gives to its objects, as in openshift/library-go pkg/build/naming/namer.go.
 *
 * @since 0.1.0
 */

/** 32-bit FNV-1a. */
const hash = (text: string): string => {
  let sum = 0x811c9dc5
  for (const byte of new TextEncoder().encode(text)) sum = Math.imul(sum ^ byte, 0x01000193)
  return (sum >>> 0).toString(16).padStart(8, "0")
}

/** Base and suffix; if that is too long, the start of the base, its hash, and the suffix. */
const joined = (base: string, suffix: string, maxLength: number): string => {
  const name = `${base}-${suffix}`
  if (name.length <= maxLength) return name
  const left = maxLength - 10 - suffix.length
  return left > 0
    ? `${base.slice(0, left)}-${hash(base)}-${suffix}`
    : `${base.slice(0, maxLength - 9)}-${hash(name)}`
}

/** @since 0.1.0 @category getters */
export const object = (base: string, suffix: string): string => joined(base, suffix, 253)

/** The volume name for an object: a DNS label, with dashes for dots. @since 0.1.0 @category getters  */
export const volume = (base: string, suffix: string): string => joined(base, suffix, 63).replaceAll(".", "-")

/** The mount directory of a volume of the Build. @since 0.1.0 @category getters  */
export const directory = (base: string): string => joined(base, "user-build-volume", 63)
