/**
 * What is known of each of many builds: the parts of its snapshot as the views tell of them, and what was said of it.
 */
import type * as Duration from "effect/Duration"
import { constVoid } from "effect/Function"
import type { BuildRef } from "../../core/BuildRef.js"
import * as BuildStatus from "../../core/BuildStatus.js"
import type { BuildSummary } from "../../core/service/BuildService.js"
import type { Change } from "../../kubernetes/Reflector.js"
import type * as Resource from "../../kubernetes/Resource.js"
import type * as Resources from "../../kubernetes/Resources.js"
import type { RecordSummary } from "../record/RecordSummary.js"
import { type BuildState, latestAttempt, ownedBy } from "./BuildState.js"
import * as Timing from "./Timing.js"

/** What is said of a build, until somebody reads it: then it is what was so last. */
export interface Note<Child extends Resource.Metadata> {
  readonly track: WatchedBuild<Child>
  summary: BuildSummary
}

export class WatchedBuild<Child extends Resource.Metadata> {
  /** The record; absent before it is seen, and once it is gone. */
  outline: RecordSummary | undefined
  /** A record that does not show its terms, and has to be read. */
  unread: BuildRef | undefined
  children: ReadonlyArray<Child> = none
  pods: ReadonlyArray<Resources.Pod> = none
  events: ReadonlyArray<Resources.Event> = none
  /** What was said last. */
  last: BuildStatus.BuildStatus | undefined
  /** What was said and not read yet. */
  note: Note<Child> | undefined
  /** What was read last. */
  private read: BuildStatus.BuildStatus | undefined
  /** Whether something has changed that was not looked at yet. */
  touched = false
  /** How long it may be silent before its events are asked for. */
  silence: Duration.Duration = Timing.explainBackoff.first
  /** Whether a worker is to look at it, or does; and whether something has changed since. */
  asked = false
  changed = false
  /** Whether its events are to be asked for, or are. */
  explaining = false
  private attemptSeen = 0
  private alarm: { readonly at: number; readonly off: () => void } = unset

  readonly name: string

  constructor(name: string) {
    this.name = name
  }

  get isOver(): boolean {
    return this.last !== undefined && BuildStatus.isTerminal(this.last)
  }

  /** Whether it still is about this build, and not about a later one of the same name. */
  shows(ref: BuildRef): boolean {
    return this.outline?.ref.uid === ref.uid
  }

  get isEmpty(): boolean {
    return this.outline === undefined && this.unread === undefined && this.children.length + this.pods.length === 0
  }

  get wakesAt(): number {
    return this.alarm.at
  }

  /** It is to be woken at a time, in milliseconds, until that is turned `off`. */
  setAlarm(at: number, off: () => void): void {
    this.alarm = { at, off }
  }

  turnOff(): void {
    this.alarm.off()
    this.alarm = unset
  }

  child(change: Change<Child>): void {
    this.children = applied(this.children, change)
    this.seen([change.object])
  }

  pod(change: Change<Resources.Pod>): void {
    this.pods = applied(this.pods, change)
  }

  snapshot(outline: RecordSummary): BuildState<Child> {
    const children = this.children.filter((child) => ownedBy(child, outline.ref.uid))
    this.seen(children)
    return { record: outline, children, attemptSeen: this.attemptSeen, pods: this.pods, events: this.events }
  }

  /** A note is read: tells whether it is news to who read the one before. */
  isNews({ summary }: Note<Child>): boolean {
    const before = this.read
    this.read = summary.status
    this.note = undefined
    return before === undefined || !BuildStatus.equivalence(before, summary.status)
  }

  /** The record is gone; another of its name would be another build. */
  forget(): void {
    this.turnOff()
    this.outline = undefined
    this.unread = undefined
    this.last = undefined
    this.note = undefined
    this.read = undefined
    this.events = none
    this.attemptSeen = 0
  }

  private seen(children: ReadonlyArray<Child>): void {
    const { outline } = this
    if (outline !== undefined) {
      const own = children.filter((child) => ownedBy(child, outline.ref.uid))
      this.attemptSeen = Math.max(this.attemptSeen, latestAttempt(own))
    }
  }
}

const none: ReadonlyArray<never> = []

const unset = { at: Number.NaN, off: constVoid }

const applied = <A extends Resource.Metadata>(
  objects: ReadonlyArray<A>,
  { _tag, object }: Change<A>
): ReadonlyArray<A> => {
  const others = objects.filter(({ metadata }) => metadata.uid !== object.metadata.uid)
  return _tag === "Deleted" ? others : [...others, object]
}
