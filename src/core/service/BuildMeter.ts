/**
 * Measures the builds of a backend by the statuses that pass through it, each build once however many streams follow it.
 */
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import { withTags } from "../../effect/Tags.js"
import type { BuildRef } from "../BuildRef.js"
import * as BuildStatus from "../BuildStatus.js"
import * as BackendMetrics from "./BackendMetrics.js"

/** What is known of an unfinished build; times are milliseconds since 1970. */
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
  private readonly builds = new Map<string, Known>()

  constructor(backend: string) {
    this.backend = backend
  }

  private active(status: Known["status"], change: 1 | -1): Effect.Effect<void> {
    return Metric.modify(withTags(BackendMetrics.active, { backend: this.backend, status }), change)
  }

  /** A build was submitted by this process, and created by the call. */
  readonly submitted = (ref: BuildRef): Effect.Effect<void> =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      if (!this.builds.has(ref.uid)) {
        this.set(ref.uid, { status: "Pending", observers: 0, createdAt: now, startedAt: undefined })
      }
    })

  /** A status was seen. `isNew`: by a new observer, which calls `released` when it stops observing. */
  readonly seen = (
    ref: BuildRef,
    status: BuildStatus.BuildStatus,
    { createdAt, finishedAt }: Times = {},
    isNew = false
  ): Effect.Effect<void> =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => {
      const before = this.builds.get(ref.uid)
      if (BuildStatus.isTerminal(status)) {
        if (before === undefined) return Effect.void
        this.builds.delete(ref.uid)
        return this.ended(before, status, finishedAt === undefined ? now : DateTime.toEpochMillis(finishedAt))
      }
      const known: Known = {
        status: status._tag,
        observers: (before?.observers ?? 0) + (isNew ? 1 : 0),
        createdAt: before?.createdAt ?? (createdAt === undefined ? undefined : DateTime.toEpochMillis(createdAt)),
        startedAt: before?.startedAt ??
          (status._tag === "Running" ? DateTime.toEpochMillis(status.startedAt) : undefined)
      }
      this.set(ref.uid, known)
      // The start of a build that was running when it was first seen may be long ago.
      const isStart = before?.status === "Pending" && before.startedAt === undefined
      return Effect.all([
        this.moved(before, known),
        isStart ? this.started(known) : Effect.void
      ], { discard: true })
    })

  /** An observer of an unfinished build has gone. */
  readonly released = (ref: BuildRef): Effect.Effect<void> =>
    Effect.suspend(() => {
      const before = this.builds.get(ref.uid)
      if (before === undefined || before.observers === 0) return Effect.void
      const known = { ...before, observers: before.observers - 1 }
      this.set(ref.uid, known)
      return this.moved(before, known)
    })

  private set(uid: string, known: Known): void {
    this.builds.delete(uid)
    this.builds.set(uid, known)
    if (this.builds.size > maxIdle) {
      for (const [other, { observers }] of this.builds) {
        if (observers === 0) {
          this.builds.delete(other)
          break
        }
      }
    }
  }

  private moved(before: Known | undefined, known: Known | undefined): Effect.Effect<void> {
    const from = before !== undefined && before.observers > 0 ? before.status : undefined
    const to = known !== undefined && known.observers > 0 ? known.status : undefined
    if (from === to) return Effect.void
    return Effect.zipRight(
      from === undefined ? Effect.void : this.active(from, -1),
      to === undefined ? Effect.void : this.active(to, 1)
    )
  }

  private started({ createdAt, startedAt }: Pick<Known, "createdAt" | "startedAt">): Effect.Effect<void> {
    return createdAt === undefined || startedAt === undefined
      ? Effect.void
      : Metric.update(withTags(BackendMetrics.pendingSeconds, { backend: this.backend }), seconds(createdAt, startedAt))
  }

  private ended(before: Known, status: BuildStatus.Terminal, now: number): Effect.Effect<void> {
    const outcome = status._tag
    const reason = status._tag === "Failed" || status._tag === "Errored" ? status.reason : ""
    const startedAt = status._tag === "Succeeded" ? DateTime.toEpochMillis(status.startedAt) : before.startedAt
    const finishedAt = status._tag === "Succeeded" ? DateTime.toEpochMillis(status.finishedAt) : now
    return Effect.all([
      this.moved(before, undefined),
      Metric.update(withTags(BackendMetrics.results, { backend: this.backend, outcome, reason }), 1),
      before.startedAt === undefined ? this.started({ createdAt: before.createdAt, startedAt }) : Effect.void,
      startedAt === undefined
        ? Effect.void
        : Metric.update(
          withTags(BackendMetrics.buildingSeconds, { backend: this.backend, outcome }),
          seconds(startedAt, finishedAt)
        )
    ], { discard: true })
  }
}

/** The clocks of a cluster and of this process may differ. */
const seconds = (from: number, to: number): number => Math.max(0, to - from) / 1000
