/**
 * Marks the options of a `build` whose caller follows the build at once: its context is then uploaded while it is followed, and
 * `build` returns before, so that the caller sees why the build waits.
 */
import type { BuildOptions } from "./BuildService.js"

const followed = new WeakSet<BuildOptions>()

/** The same options, marked. */
export const mark = <O extends BuildOptions>(options: O | undefined): BuildOptions => {
  const own = { ...options }
  followed.add(own)
  return own
}

/** Whether these options are marked. */
export const isFollowed = (options: BuildOptions | undefined): boolean => options !== undefined && followed.has(options)
