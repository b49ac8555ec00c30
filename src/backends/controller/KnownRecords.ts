/**
 * The records of builds that this process has just submitted for a caller who follows them: to begin to follow, they need not
 * be read again.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { BackendError, BuildNotFound } from "../../core/BuildError.js"
import type { BuildRef } from "../../core/BuildRef.js"
import type { RecordSummary } from "../record/RecordSummary.js"
import * as Timing from "./Timing.js"

type Read = (ref: BuildRef) => Effect.Effect<RecordSummary, BuildNotFound | BackendError>

export interface KnownRecords {
  /** Keeps what the server has just returned, for the ref itself and not for equal ones. */
  readonly remember: (record: RecordSummary) => Effect.Effect<void>
  /** The record that a build is followed from: as remembered, while an informer may lag behind as far; else it is read. */
  readonly summary: Read
}

export const make = (read: Read): KnownRecords => {
  const records = new WeakMap<BuildRef, { readonly record: RecordSummary; readonly until: number }>()
  return {
    remember: (record) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        records.set(record.ref, { record, until: now + Duration.toMillis(Timing.cacheStaleness) })
      }),
    summary: (ref) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => {
        const known = records.get(ref)
        return known !== undefined && now < known.until ? Effect.succeed(known.record) : read(ref)
      })
  }
}
