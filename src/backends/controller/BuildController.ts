/**
 * Follows the builds of a backend in one namespace: one set of informers, one work queue and one timer queue for any number
 * of builds and subscribers. The decisions are those of `WatchedBuild.step`; this performs its actions.
 *
 * Only builds that somebody follows are evaluated and reconciled.
 */
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import { BackendError } from "../../core/BuildError.js"
import type { ClusterError } from "../../kubernetes/ClusterError.js"
import type { Change } from "../../kubernetes/Reflector.js"
import type * as Resource from "../../kubernetes/Resource.js"
import type * as Resources from "../../kubernetes/Resources.js"
import * as BuildRecord from "../record/BuildRecord.js"
import * as RecordMetadata from "../record/RecordMetadata.js"
import * as RecordSummary from "../record/RecordSummary.js"
import * as BuildRequests from "./BuildRequests.js"
import type { ControllerContext } from "./ControllerContext.js"
import { backendError } from "./ErrorMapping.js"
import * as FollowedBuilds from "./FollowedBuilds.js"
import * as Informers from "./Informers.js"
import * as TimerQueue from "./TimerQueue.js"
import * as Timing from "./Timing.js"
import { type Action, type Event, isOver, step, type Work } from "./WatchedBuild.js"

type FollowedBuild<Child> = FollowedBuilds.FollowedBuild<Child>

/** How many builds are reconciled at the same time; the client limits the requests. */
const workers = 16

export interface BuildController<Child> {
  /** Follows a build whose record was read from the server. The returned object always has the latest state. */
  readonly follow: (
    record: RecordSummary.RecordSummary,
    subscriber: FollowedBuilds.Subscriber
  ) => Readonly<FollowedBuild<Child>>
  readonly unfollow: (build: Readonly<FollowedBuild<Child>>, subscriber: FollowedBuilds.Subscriber) => void
  /** Follows all builds, also those that begin later. */
  readonly watch: (watcher: FollowedBuilds.Watcher) => void
  readonly unwatch: (watcher: FollowedBuilds.Watcher) => void
}

/** How many builds are evaluated before other fibers may run: all are, when a session begins. */
const evaluatedAtOnce = 32

const none: ReadonlyArray<never> = []

/** A controller that works until the scope closes. */
export const make = <Child extends Resource.Metadata>(
  context: ControllerContext<Child>,
  namespace: string
): Effect.Effect<BuildController<Child>, never, Scope.Scope> =>
  Effect.gen(function*() {
    const { definition } = context
    const { name: backend } = definition
    const clock = yield* Effect.clock
    const timers = yield* TimerQueue.make
    const requests = BuildRequests.make(context)
    // A build is at most once in each of these queues.
    const workQueue = yield* Queue.unbounded<readonly [FollowedBuild<Child>, Work<Child>]>()
    const explainQueue = yield* Queue.unbounded<readonly [FollowedBuild<Child>, string]>()
    const slots = new FollowedBuilds.Slots<Child>()
    let watchers: ReadonlyArray<FollowedBuilds.Watcher> = none
    let changed: Array<FollowedBuild<Child>> = []
    const hasChanged = yield* Effect.makeLatch(false)
    /** Open while there may be subscribers. */
    const isWanted = yield* Effect.makeLatch(false)
    let isSynced = false

    let latestNow = DateTime.unsafeMake(0)
    /** One object for all events of a millisecond. */
    const now = (): DateTime.Utc => {
      const millis = clock.unsafeCurrentTimeMillis()
      if (DateTime.toEpochMillis(latestNow) !== millis) latestNow = DateTime.unsafeMake(millis)
      return latestNow
    }

    // -------------------------------------------------------------------------
    // one build
    // -------------------------------------------------------------------------

    const watchersOf = ({ state }: FollowedBuild<Child>): ReadonlyArray<FollowedBuilds.Watcher> =>
      watchers.filter((watcher) => FollowedBuilds.follows(watcher, state.metadata.fingerprint))

    const drop = (build: FollowedBuild<Child>): void => {
      const { slot } = build
      if (build.timer !== undefined) timers.cancel(build.timer)
      slot.builds = slot.builds.filter((other) => other !== build)
      slots.discardIfEmpty(slot)
    }

    const dropIfUnwanted = (build: FollowedBuild<Child>): void => {
      if (build.subscribers.length === 0 && watchersOf(build).length === 0) drop(build)
    }

    const fail = (build: FollowedBuild<Child>, error: BackendError): void => {
      const { subscribers } = build
      build.subscribers = none
      subscribers.forEach((subscriber) => subscriber.fail(error))
      // One record that cannot be read must not hide the others.
      if (!(error.cause instanceof BuildRecord.Unreadable)) watchersOf(build).forEach((watcher) => watcher.fail(error))
      dropIfUnwanted(build)
    }

    const perform = (build: FollowedBuild<Child>, action: Action<Child>): void => {
      switch (action._tag) {
        case "Report": {
          const { isGone, metadata, presence } = build.state
          build.subscribers.forEach((subscriber) => subscriber.notify())
          watchersOf(build).forEach((watcher) =>
            watcher.report(metadata, action.status, now(), isGone || presence === "deleted")
          )
          return
        }
        case "Fail":
          return fail(build, action.error)
        case "Wake": {
          if (build.timer !== undefined) timers.cancel(build.timer)
          build.timer = action.at === undefined
            ? undefined
            : timers.schedule(action.at, () => send(build, { _tag: "Evaluate", now: now() }))
          return
        }
        case "Explain":
          Queue.unsafeOffer(explainQueue, [build, action.uid])
          return
        default:
          Queue.unsafeOffer(workQueue, [build, action])
      }
    }

    const send = (build: FollowedBuild<Child>, event: Event<Child>): void => {
      if (!FollowedBuilds.isFollowed(build)) return
      try {
        const [state, actions] = step(definition, build.state, event)
        build.state = state
        actions.forEach((action) => perform(build, action))
      } catch (cause) {
        const operation = `follow ${build.state.metadata.ref}`
        return fail(build, new BackendError({ backend, reason: "Unexpected", operation, detail: "a defect", cause }))
      }
      const { isGone, metadata, presence } = build.state
      // The informer may still report a record that is gone, which watchers would take for a new build.
      if (isOver(build.state) && (presence === "deleted" || (isGone && presence === "unseen"))) {
        drop(build)
        watchers.forEach((watcher) => watcher.forget(metadata.ref.uid))
      }
      build.subscribers.forEach((subscriber) => {
        if (subscriber.wantsObjects) subscriber.notify()
      })
    }

    const evaluateSoon = (build: FollowedBuild<Child>): void => {
      if (!build.isChanged) changed.push(build)
      build.isChanged = true
      if (isSynced) hasChanged.unsafeOpen()
    }

    const evaluateNow = (build: FollowedBuild<Child>): void => {
      build.isChanged = false
      send(build, { _tag: "Evaluate", now: now() })
    }

    const evaluateChanged = Effect.suspend(() => {
      hasChanged.unsafeClose()
      const builds = changed
      changed = []
      return Effect.forEach(
        Arr.chunksOf(builds, evaluatedAtOnce),
        (some) => Effect.sync(() => some.forEach(evaluateNow)),
        { discard: true }
      )
    })

    const requested = (build: FollowedBuild<Child>, request: Effect.Effect<Event<Child>>): Effect.Effect<void> =>
      FollowedBuilds.isFollowed(build) ? Effect.map(request, (event) => send(build, event)) : Effect.void

    // -------------------------------------------------------------------------
    // changes that the informers report
    // -------------------------------------------------------------------------

    const parse = (object: Resource.Metadata, earlier?: RecordMetadata.Parsed) => {
      const metadata = Option.getOrUndefined(RecordSummary.parse(backend, object, earlier))
      return metadata === undefined
        ? undefined
        : { metadata, record: RecordSummary.hasTerms(metadata) ? metadata : undefined }
    }

    /** Follows the record of a slot if a watcher wants it. */
    const addIfWatched = (slot: FollowedBuilds.Slot<Child>): void => {
      const { record } = slot
      if (record === undefined || FollowedBuilds.find(slot, record.metadata.uid) !== undefined) return
      const fingerprint = record.metadata.labels?.[RecordMetadata.label.fingerprint]
      if (!watchers.some((watcher) => FollowedBuilds.follows(watcher, fingerprint))) return
      const parsed = parse(record)
      if (parsed !== undefined) evaluateSoon(FollowedBuilds.add(slot, { ...parsed, presence: "present" }))
    }

    const onRecord = ({ _tag, object }: Change<Resource.Metadata>): void => {
      const slot = slots.get(object.metadata.name)
      const build = FollowedBuilds.find(slot, object.metadata.uid)
      const parsed = build === undefined
        ? undefined
        : parse(object, RecordMetadata.parsedFrom(slot.record, build.state.metadata))
      slot.record = _tag === "Deleted" ? undefined : object
      if (build !== undefined && parsed !== undefined) {
        send(build, _tag === "Deleted" ? { _tag: "RecordDeleted", ...parsed } : { _tag: "RecordUpdated", ...parsed })
        evaluateSoon(build)
      }
      if (_tag === "Updated") {
        // A record of this name with another uid proves that the earlier one is gone.
        slot.builds
          .filter((other) => other !== build && other.state.presence === "deleted")
          .forEach((other) => send(other, { _tag: "NotFound", now: now() }))
        addIfWatched(slot)
      }
      slots.discardIfEmpty(slot)
    }

    const onObject = <A extends Resource.Metadata>(
      recordOf: (object: A) => string | undefined,
      apply: (
        slot: FollowedBuilds.Slot<Child>,
        change: Change<A>
      ) => { readonly deleted?: Child; readonly deletedPod?: Resources.Pod }
    ) =>
    (change: Change<A>): void => {
      const name = recordOf(change.object)
      if (name === undefined) return
      const slot = slots.get(name)
      const gone = apply(slot, change)
      const { children, pods } = slot
      slot.builds.forEach((build) => {
        send(build, { _tag: "ObjectsChanged", children, pods, ...gone })
        evaluateSoon(build)
      })
      slots.discardIfEmpty(slot)
    }

    const onChild = onObject<Child>(Informers.recordOf, (slot, change) => {
      slot.children = FollowedBuilds.applied(slot.children, change)
      return change._tag === "Deleted" ? { deleted: change.object } : {}
    })

    const onPod = onObject<Resources.Pod>(definition.recordOf, (slot, change) => {
      slot.pods = FollowedBuilds.applied(slot.pods, change)
      return change._tag === "Deleted" ? { deletedPod: change.object } : {}
    })

    const failAll = (cause: ClusterError): void => {
      const builds = slots.builds()
      const failing = [...builds.flatMap(({ subscribers }) => subscribers), ...watchers]
      builds.forEach(drop)
      slots.clear()
      changed = []
      watchers = none
      isSynced = false
      isWanted.unsafeClose()
      failing.forEach((subscriber) => subscriber.fail(backendError(backend, subscriber.operation)(cause)))
    }

    /** Serves the subscribers until an informer fails. */
    const session = Effect.gen(function*() {
      const hasFailed = yield* Effect.makeLatch(false)
      let failure: Effect.Effect<never, ClusterError> = Effect.never
      const onFailure = (error: ClusterError) => {
        failure = error
        hasFailed.unsafeOpen()
      }
      const informers = yield* Informers.make(context, namespace)
      // Records come last, so that a build's objects are known when the build is first seen.
      yield* informers.children.subscribe(onChild, onFailure)
      yield* informers.pods.subscribe(onPod, onFailure)
      yield* informers.records.subscribe(onRecord, onFailure)
      isSynced = true
      hasChanged.unsafeOpen()
      yield* hasFailed.await
      return yield* Effect.suspend(() => failure)
    })

    const serve = Effect.scoped(session).pipe(Effect.catchAll((error) => Effect.sync(() => failAll(error))))

    const repeatedly = (effect: Effect.Effect<void>) => Effect.forkScoped(Effect.interruptible(Effect.forever(effect)))

    yield* repeatedly(Effect.zipRight(isWanted.await, serve))
    yield* repeatedly(Effect.zipRight(hasChanged.await, evaluateChanged))
    yield* repeatedly(
      Effect.flatMap(Queue.take(explainQueue), ([build, uid]) =>
        Effect.zipRight(
          requested(build, Effect.suspend(() => requests.explain(build.state, uid))),
          Effect.sleep(Timing.explainInterval)
        ))
    )
    const worker = repeatedly(
      Effect.flatMap(Queue.take(workQueue), ([build, work]) =>
        requested(build, Effect.suspend(() => requests.work(build.state, work))))
    )
    yield* Effect.replicateEffect(worker, workers, { discard: true })

    return {
      follow: (record, subscriber) => {
        isWanted.unsafeOpen()
        const slot = slots.get(record.ref.name)
        const { record: shown } = slot
        const parsed = shown?.metadata.uid === record.ref.uid ? parse(shown) : undefined
        const build = FollowedBuilds.find(slot, record.ref.uid) ?? FollowedBuilds.add(
          slot,
          parsed === undefined
            ? { metadata: record, record, presence: "unseen" }
            : {
              metadata: parsed.metadata,
              record: parsed.record ?? { ...record, ...parsed.metadata },
              presence: "present"
            }
        )
        if (build.state.reported === undefined) {
          evaluateSoon(build)
        }
        build.subscribers = [...build.subscribers, subscriber]
        return build
      },
      unfollow: (build, subscriber) => {
        // `build` itself, which its subscribers see as Readonly.
        const { builds } = build.slot
        const known = builds.find((one) =>
          one === build
        )
        if (known === undefined) return
        known.subscribers = known.subscribers.filter((other) => other !== subscriber)
        dropIfUnwanted(known)
      },
      watch: (watcher) => {
        isWanted.unsafeOpen()
        watchers = [...watchers, watcher]
        for (const slot of slots.all()) {
          addIfWatched(slot)
          for (const { state: { isGone, metadata, presence, reported } } of slot.builds) {
            if (reported !== undefined && FollowedBuilds.follows(watcher, metadata.fingerprint)) {
              watcher.report(metadata, reported, now(), isGone || presence === "deleted")
            }
          }
        }
      },
      unwatch: (watcher) => {
        watchers = watchers.filter((other) => other !== watcher)
        slots.builds().forEach(dropIfUnwanted)
      }
    }
  })
