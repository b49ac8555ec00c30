/**
 * Reports to the meter of a backend which builds its streams observe, and their statuses.
 */
import * as Effect from "effect/Effect"
import type * as Tracer from "effect/Tracer"
import type * as Spans from "../../effect/Spans.js"
import type { BuildRef } from "../BuildRef.js"
import * as BuildStatus from "../BuildStatus.js"
import type { BuildMeter } from "./BuildMeter.js"
import type { BuildSummary } from "./BuildService.js"
import * as SpanAttributes from "./SpanAttributes.js"

/** The statuses of one build, which are attributes of the span too. Ten thousand of these wait at the same time. */
export class ObservedBuild implements Spans.Observer<BuildStatus.BuildStatus> {
  private readonly meter: BuildMeter
  private readonly ref: BuildRef
  private isObserved = false

  constructor(meter: BuildMeter, ref: BuildRef) {
    this.meter = meter
    this.ref = ref
  }

  seen(statuses: ReadonlyArray<BuildStatus.BuildStatus>, span: Tracer.Span): Effect.Effect<void> {
    return this.meter.with((fiber) => {
      for (const status of statuses) {
        for (const [key, value] of Object.entries(SpanAttributes.ofStatus(status))) span.attribute(key, value)
        const isNew = !this.isObserved
        this.isObserved = !BuildStatus.isTerminal(status)
        this.meter.note(fiber, this.ref, status, {}, isNew)
      }
    })
  }

  closed(): Effect.Effect<void> {
    return this.isObserved ? this.meter.released(this.ref) : Effect.void
  }
}

/** The summaries of any builds. */
export class ObservedBuilds implements Spans.Observer<BuildSummary> {
  private readonly meter: BuildMeter
  private readonly observed = new Map<string, BuildRef>()

  constructor(meter: BuildMeter) {
    this.meter = meter
  }

  seen(summaries: ReadonlyArray<BuildSummary>): Effect.Effect<void> {
    return this.meter.with((fiber) => {
      for (const { createdAt, finishedAt, ref, status } of summaries) {
        const isNew = !this.observed.has(ref.uid)
        if (BuildStatus.isTerminal(status)) this.observed.delete(ref.uid)
        else this.observed.set(ref.uid, ref)
        this.meter.note(fiber, ref, status, { createdAt, finishedAt }, isNew)
      }
    })
  }

  closed(): Effect.Effect<void> {
    return Effect.forEach(this.observed.values(), this.meter.released, { discard: true })
  }
}
