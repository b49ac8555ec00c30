/**
 * Remembers the records of builds that this process has just submitted for a caller that follows them, so that they are not read
 * again.
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
  /** Remembers the record that the server has just returned, under the identity of the ref. */
  readonly remember: (record: RecordSummary) => Effect.Effect<void>
  /** The record from which a build is followed: the remembered one for as long as an informer may lag behind, else read from the server. */
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
