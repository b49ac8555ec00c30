/**
 * Measures the builds of a backend by the statuses that pass through it, each build once however many streams follow it.
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as FiberState from "../../effect/FiberState.js"
import { withTags } from "../../effect/Tags.js"
import type { BuildRef } from "../BuildRef.js"
import * as BuildStatus from "../BuildStatus.js"
import * as BackendMetrics from "./BackendMetrics.js"

/** An unfinished build; times are milliseconds since 1970. */
interface Known {
  readonly status: "Pending" | "Running"
  readonly observers: number
  /** Undefined if this process neither submitted nor listed it. */
  readonly createdAt: number | undefined
  readonly startedAt: number | undefined
}

/** Times of a build from its record. */
export interface Times {
  readonly createdAt?: DateTime.Utc | undefined
  readonly finishedAt?: DateTime.Utc | undefined
}

/** The number of builds that are remembered although nobody observes them: the latest ones. */
const maxIdle = 4096

export class BuildMeter {
  private readonly backend: string
  private readonly observed = new Map<string, Known>()
  /** Those that nobody observes, the latest last. */
  private readonly idle = new Map<string, Known>()
  /** Those of an outcome and a reason, of which there are few: to tag a metric takes longer than to update it. */
  private readonly tagged = new Map<string, ReturnType<typeof endMetrics>>()
  private readonly active: Readonly<Record<Known["status"], typeof BackendMetrics.active>>
  private readonly pendingSeconds: typeof BackendMetrics.pendingSeconds

  constructor(backend: string) {
    this.backend = backend
    this.active = {
      Pending: withTags(BackendMetrics.active, { backend, status: "Pending" }),
      Running: withTags(BackendMetrics.active, { backend, status: "Running" })
    }
    this.pendingSeconds = withTags(BackendMetrics.pendingSeconds, { backend })
  }

  /** A build was submitted by this process, and created by the call. */
  readonly submitted = (ref: BuildRef): Effect.Effect<void> =>
    this.with((fiber) => {
      if (this.get(ref.uid) === undefined) {
        const createdAt = FiberState.millis(fiber)
        this.set(ref.uid, { status: "Pending", observers: 0, createdAt, startedAt: undefined })
      }
    })

  /** A status was seen by somebody who does not observe the build. */
  readonly seen = (ref: BuildRef, status: BuildStatus.BuildStatus): Effect.Effect<void> =>
    this.with((fiber) => this.note(fiber, ref, status))

  /** An observer of an unfinished build has gone. */
  readonly released = (ref: BuildRef): Effect.Effect<void> =>
    this.with((fiber) => {
      const before = this.get(ref.uid)
      if (before === undefined || before.observers === 0) return
      const known = { ...before, observers: before.observers - 1 }
      this.set(ref.uid, known)
      this.moved(fiber, before, known)
    })

  /** A call within one effect of a caller that sees many statuses a second. */
  readonly with = (f: (fiber: FiberState.FiberState) => void): Effect.Effect<void> =>
    FiberState.use((fiber) => {
      f(fiber)
      return Effect.void
    })

  /** A status was seen. `isNew`: by a new observer, which calls `released` when it stops observing. */
  note(
    fiber: FiberState.FiberState,
    ref: BuildRef,
    status: BuildStatus.BuildStatus,
    { createdAt, finishedAt }: Times = {},
    isNew = false
  ): void {
    const before = this.get(ref.uid)
    if (BuildStatus.isTerminal(status)) {
      if (before === undefined) return
      this.delete(ref.uid)
      const end = finishedAt === undefined ? FiberState.millis(fiber) : DateTime.toEpochMillis(finishedAt)
      return this.ended(fiber, before, status, end)
    }
    const known: Known = {
      status: status._tag,
      observers: (before?.observers ?? 0) + (isNew ? 1 : 0),
      createdAt: before?.createdAt ?? (createdAt === undefined ? undefined : DateTime.toEpochMillis(createdAt)),
      startedAt: before?.startedAt ??
        (status._tag === "Running" ? DateTime.toEpochMillis(status.startedAt) : undefined)
    }
    this.set(ref.uid, known)
    this.moved(fiber, before, known)
    // The start of a build that was running when it was first seen may be long ago.
    if (before?.status === "Pending" && before.startedAt === undefined) this.started(fiber, known)
  }

  private get(uid: string): Known | undefined {
    return this.observed.get(uid) ?? this.idle.get(uid)
  }

  private delete(uid: string): void {
    this.observed.delete(uid)
    this.idle.delete(uid)
  }

  private set(uid: string, known: Known): void {
    this.delete(uid)
    if (known.observers > 0) {
      this.observed.set(uid, known)
      return
    }
    this.idle.set(uid, known)
    if (this.idle.size > maxIdle) {
      for (const oldest of this.idle.keys()) {
        this.idle.delete(oldest)
        break
      }
    }
  }

  private moved(fiber: FiberState.FiberState, before: Known | undefined, known: Known | undefined): void {
    const from = before !== undefined && before.observers > 0 ? before.status : undefined
    const to = known !== undefined && known.observers > 0 ? known.status : undefined
    if (from === to) return
    if (from !== undefined) FiberState.modify(fiber, this.active[from], -1)
    if (to !== undefined) FiberState.modify(fiber, this.active[to], 1)
  }

  private started(
    fiber: FiberState.FiberState,
    { createdAt, startedAt }: Pick<Known, "createdAt" | "startedAt">
  ): void {
    if (createdAt === undefined || startedAt === undefined) return
    FiberState.update(fiber, this.pendingSeconds, seconds(createdAt, startedAt))
  }

  private ended(fiber: FiberState.FiberState, before: Known, status: BuildStatus.Terminal, now: number): void {
    const startedAt = status._tag === "Succeeded" ? DateTime.toEpochMillis(status.startedAt) : before.startedAt
    const finishedAt = status._tag === "Succeeded" ? DateTime.toEpochMillis(status.finishedAt) : now
    const { buildingSeconds, results } = this.metricsOf(status)
    this.moved(fiber, before, undefined)
    FiberState.update(fiber, results, 1)
    if (before.startedAt === undefined) this.started(fiber, { createdAt: before.createdAt, startedAt })
    if (startedAt !== undefined) FiberState.update(fiber, buildingSeconds, seconds(startedAt, finishedAt))
  }

  private metricsOf(status: BuildStatus.Terminal): ReturnType<typeof endMetrics> {
    const outcome = status._tag
    const reason = status._tag === "Failed" || status._tag === "Errored" ? status.reason : ""
    const key = `${outcome} ${reason}`
    const known = this.tagged.get(key) ?? endMetrics(this.backend, outcome, reason)
    this.tagged.set(key, known)
    return known
  }
}

const endMetrics = (backend: string, outcome: string, reason: string) => ({
  results: withTags(BackendMetrics.results, { backend, outcome, reason }),
  buildingSeconds: withTags(BackendMetrics.buildingSeconds, { backend, outcome })
})

/** The clocks of a cluster and of this process may differ. */
const seconds = (from: number, to: number): number => Math.max(0, to - from) / 1000
