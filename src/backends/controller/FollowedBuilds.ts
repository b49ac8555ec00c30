/**
 * The objects of a namespace by the name of their record, and the builds among them that somebody follows.
 */
import type * as DateTime from "effect/DateTime"
import type { BackendError } from "../../core/BuildError.js"
import type * as BuildStatus from "../../core/BuildStatus.js"
import type { Change } from "../../kubernetes/Reflector.js"
import type * as Resource from "../../kubernetes/Resource.js"
import type * as Resources from "../../kubernetes/Resources.js"
import type * as RecordMetadata from "../record/RecordMetadata.js"
import type { Timer } from "./TimerQueue.js"
import { make as makeBuild, type WatchedBuild } from "./WatchedBuild.js"

/** Follows one build. */
export interface Subscriber {
  /** The operation of the subscriber, for error messages. */
  readonly operation: string
  /** Whether it is notified of every change, or of reported statuses alone. */
  readonly wantsObjects: boolean
  readonly notify: () => void
  /** The last notification. */
  readonly fail: (error: BackendError) => void
}

/** Follows all builds, or those of one fingerprint. */
export interface Watcher {
  readonly operation: string
  readonly fingerprint: string | undefined
  /** Receives each status of each build; `isGone`: the record does not exist any more. */
  readonly report: (
    metadata: RecordMetadata.RecordMetadata,
    status: BuildStatus.BuildStatus,
    now: DateTime.Utc,
    isGone: boolean
  ) => void
  /** There will be no further status of this build. */
  readonly forget: (uid: string) => void
  readonly fail: (error: BackendError) => void
}

/** Whether a watcher follows the builds of this fingerprint. */
export const follows = (watcher: Watcher, fingerprint: string | undefined): boolean =>
  watcher.fingerprint === undefined || watcher.fingerprint === fingerprint

/** The latest objects of one record name, and the followed builds of that name, the oldest first. */
export interface Slot<Child> {
  readonly name: string
  record: Resource.Metadata | undefined
  children: ReadonlyArray<Child>
  pods: ReadonlyArray<Resources.Pod>
  builds: ReadonlyArray<FollowedBuild<Child>>
}

export interface FollowedBuild<Child> {
  readonly slot: Slot<Child>
  state: WatchedBuild<Child>
  subscribers: ReadonlyArray<Subscriber>
  timer: Timer | undefined
  /** Whether it has changed since it was evaluated. */
  isChanged: boolean
}

const none: ReadonlyArray<never> = []

/** Whether it is still followed. */
export const isFollowed = <Child>(build: FollowedBuild<Child>): boolean => build.slot.builds.includes(build)

export const find = <Child>({ builds }: Slot<Child>, uid: string): FollowedBuild<Child> | undefined =>
  builds.find(({ state }) => state.metadata.ref.uid === uid)

/** Adds a build to those that are followed. */
export const add = <Child extends Resource.Metadata>(
  slot: Slot<Child>,
  given: Pick<WatchedBuild<Child>, "metadata" | "record" | "presence">
): FollowedBuild<Child> => {
  const { children, pods } = slot
  const build: FollowedBuild<Child> = {
    slot,
    state: makeBuild<Child>({ ...given, children, pods }),
    subscribers: none,
    timer: undefined,
    isChanged: false
  }
  slot.builds = slot.builds.length === 0 ? [build] : slot.builds.concat(build)
  return build
}

/**
 * The objects after a change of one of them. Most builds have one child and one pod: V8 has room for 17 items in an array that it
 * fills one by one, and for one in `[object]`.
 */
export const applied = <A extends Resource.Metadata>(
  objects: ReadonlyArray<A>,
  { _tag, object }: Change<A>
): ReadonlyArray<A> => {
  const others = objects.filter(({ metadata }) => metadata.uid !== object.metadata.uid)
  if (others.length === 0) return _tag === "Deleted" ? none : [object]
  return _tag === "Deleted" ? others : others.concat(object)
}

/** The slots of a namespace. */
export class Slots<Child> {
  private readonly byName = new Map<string, Slot<Child>>()

  get(name: string): Slot<Child> {
    const known = this.byName.get(name)
    if (known !== undefined) return known
    const slot: Slot<Child> = { name, record: undefined, children: none, pods: none, builds: none }
    this.byName.set(name, slot)
    return slot
  }

  discardIfEmpty(slot: Slot<Child>): void {
    if (slot.record === undefined && slot.children.length + slot.pods.length + slot.builds.length === 0) {
      this.byName.delete(slot.name)
    }
  }

  all(): ReadonlyArray<Slot<Child>> {
    return Array.from(this.byName.values())
  }

  builds(): ReadonlyArray<FollowedBuild<Child>> {
    return this.all().flatMap(({ builds }) => builds)
  }

  clear(): void {
    this.byName.clear()
  }
}
