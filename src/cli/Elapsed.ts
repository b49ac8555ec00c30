/**
 * Times as people read them while they wait.
 *
 * @since 0.1.0
 */

/**
 * Whole seconds, then minutes, then hours: `7s`, `2m05s`, `1h02m`.
 *
 * @since 0.1.0
 * @category getters
 */
export const format = (millis: number): string => {
  const seconds = Math.floor(Math.max(0, millis) / 1000)
  const [minutes, hours] = [Math.floor(seconds / 60), Math.floor(seconds / 3600)]
  const two = (value: number) => String(value % 60).padStart(2, "0")
  return hours > 0 ? `${hours}h${two(minutes)}m` : minutes > 0 ? `${minutes}m${two(seconds)}s` : `${seconds}s`
}
