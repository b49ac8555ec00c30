/**
 * How far the reader of a view may be behind. Of an object that is there the latest state waits and no other, so deletions
 * are all that can pile up.
 */
import { ClusterError, type Subject } from "./ClusterError.js"

export const mostDeletions = 10_000

export const exceeded = (subject: Subject, limit = mostDeletions): ClusterError =>
  new ClusterError({
    ...subject,
    reason: "Expired",
    detail: `the reader of these changes is more than ${limit} deletions behind, and has to begin anew`
  })
