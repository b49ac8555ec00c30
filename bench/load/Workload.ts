/**
 * How many builds there are, and how fast their statuses change.
 */

export const builds = 1_000

/** How many statuses of builds change in a second. */
export const changesASecond = 1_000

/** How a build goes: what the server makes of its pod, one after another. */
export const statuses = ["Running", "Succeeded"] as const

export type Status = (typeof statuses)[number]

/** Milliseconds, the same in every process of this machine. */
export const now = (): number => performance.timeOrigin + performance.now()
