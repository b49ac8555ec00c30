/**
 * The servers behind a cluster's address whose streamed lists fail: kube-apiserver, and one for each group that is not its own.
 */
import * as Duration from "effect/Duration"
import * as Waits from "../client/Waits.js"
import type { Resource } from "../Resource.js"

interface Failures {
  /** Streamed lists in a row that failed. */
  readonly count: number
  /** Until when lists are paged; in milliseconds since 1970. */
  readonly pagedUntil: number
}

export type PagedOnly = Map<string, Failures>

export const make = (): PagedOnly => new Map()

const none: Failures = { count: 0, pagedUntil: 0 }

/** How often a streamed list may fail by chance before lists are paged at once. */
const maxFailures = 2

/** The groups of kube-apiserver have no dot or end with `.k8s.io`; extension API servers serve others, and metrics. */
const serverOf = ({ group }: Resource<unknown>): string =>
  !group.includes(".") || (group.endsWith(".k8s.io") && !group.endsWith("metrics.k8s.io")) ? "" : group

const failuresOf = (pagedOnly: PagedOnly, resource: Resource<unknown>): Failures =>
  pagedOnly.get(serverOf(resource)) ?? none

export const isPaged = (pagedOnly: PagedOnly, resource: Resource<unknown>, now: number): boolean =>
  now < failuresOf(pagedOnly, resource).pagedUntil

/** Whether the last streamed list of the server failed. */
export const hasFailed = (pagedOnly: PagedOnly, resource: Resource<unknown>): boolean =>
  failuresOf(pagedOnly, resource).count > 0

/** Records that a streamed list failed; `permanent` if the server does not stream lists. */
export const failed = (pagedOnly: PagedOnly, resource: Resource<unknown>, now: number, permanent: boolean): void => {
  const count = failuresOf(pagedOnly, resource).count + 1
  const pagedUntil = permanent
    ? Number.POSITIVE_INFINITY
    : count >= maxFailures
    ? now + Duration.toMillis(Waits.pagedFor.limit)
    : 0
  pagedOnly.set(serverOf(resource), { count, pagedUntil })
}

export const succeeded = (pagedOnly: PagedOnly, resource: Resource<unknown>): void => {
  pagedOnly.delete(serverOf(resource))
}
