/**
 * Following one build by the views that all builds of a backend share: no request is made while it waits.
 */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type { BackendError } from "../../build/BuildError.js"
import type * as Cluster from "../../cluster/Cluster.js"
import type { ClusterError } from "../../cluster/ClusterError.js"
import type { Change, Follower } from "../../cluster/Reflector.js"
import type * as Resource from "../../cluster/Resource.js"
import * as Resources from "../../cluster/Resources.js"
import * as BuildRecord from "../BuildRecord.js"
import type { Definition, Event } from "../Definition.js"
import { backendError } from "./Failure.js"
import { latestAttempt, type Snapshot } from "./Snapshot.js"

/** What the views show of a build. */
export interface Sight<Child> {
  readonly snapshot: Snapshot<Child>
  /**
   * `unseen`: the view does not know the record, which it had when it was read: the view is behind, or the record is gone.
   * `gone`: it was deleted; the snapshot has its last state.
   */
  readonly record: "unseen" | "there" | "gone"
}

export interface Follow<Child> {
  readonly now: Effect.Effect<Sight<Child>, BackendError>
  /** Waits until something has changed since the last `now`, or the time has come; tells which. */
  readonly change: (until: Option.Option<DateTime.Utc>) => Effect.Effect<boolean>
  /** Adds what events tell. */
  readonly explain: (events: ReadonlyArray<Event>) => Effect.Effect<void>
}

export const make = <Child extends Resource.Metadata>(
  definition: Definition<Child>,
  cluster: Cluster.Service,
  record: BuildRecord.BuildRecord
): Effect.Effect<Follow<Child>, BackendError, Scope.Scope> =>
  Effect.gen(function*() {
    const { name: backend } = definition
    const { name, namespace, uid } = record.ref
    const refused = Effect.mapError(backendError(backend, `follow ${record.ref}`))
    let last = record
    // The record was there when it was read.
    let sight: Sight<Child>["record"] = "unseen"
    let attemptSeen = 0
    let events: ReadonlyArray<Event> = []
    const children = new Map<string, Child>()
    const pods = new Map<string, Resources.Pod>()

    const ours = { namespace, labelSelector: BuildRecord.selector(backend) }
    const [records, childrenOf, podsOf] = yield* Effect.all([
      cluster.reflect(BuildRecord.Glances, ours),
      cluster.reflect(definition.child, ours),
      cluster.reflect(Resources.Pod, { namespace, labelSelector: definition.podSelector })
    ])
    // One for all three views: who waits at it costs no fiber for each.
    const news = yield* Effect.makeLatch(false)
    const followers = yield* refused(Effect.all({
      record: records.follow(recordLabel, name, news),
      children: childrenOf.follow(recordLabel, name, news),
      pods: podsOf.follow(definition.recordOf, name, news)
    }, { concurrency: "unbounded" }))

    const keep = <A extends Resource.Metadata>(objects: Map<string, A>) => ({ _tag, object }: Change<A>) => {
      if (_tag === "Deleted") {
        objects.delete(object.metadata.uid)
      } else {
        objects.set(object.metadata.uid, object)
      }
    }
    const keepRecord = ({ _tag, object }: Change<Resource.Metadata>) => {
      if (object.metadata.uid !== uid) return
      sight = _tag === "Deleted" ? "gone" : "there"
      last = Option.match(BuildRecord.glance(backend, object), {
        onNone: () => last,
        onSome: (glance) => ({ ...last, ...glance })
      })
    }

    return {
      now: refused(Effect.gen(function*() {
        yield* news.close
        yield* drain(followers.record, keepRecord)
        yield* drain(followers.children, keep(children))
        yield* drain(followers.pods, keep(pods))
        const own = Array.from(children.values()).filter(({ metadata }) =>
          metadata.ownerReferences?.some((owner) => owner.uid === uid) ?? false
        )
        attemptSeen = Math.max(attemptSeen, latestAttempt(own))
        return {
          record: sight,
          snapshot: {
            record: last,
            children: own,
            attemptSeen,
            pods: Array.from(pods.values()),
            events
          }
        }
      })),
      change: (until) => {
        const changed = Effect.as(news.await, true)
        return Option.match(until, {
          onNone: () => changed,
          onSome: (time) =>
            Effect.flatMap(DateTime.now, (now) =>
              Effect.timeoutTo(changed, {
                // In whole milliseconds: a shorter rest would be no sleep at all, again and again.
                duration: Duration.millis(Math.max(0, Math.ceil(DateTime.distance(now, time)))),
                onSuccess: () => true,
                onTimeout: () => false
              }))
        })
      },
      explain: (found) =>
        Effect.sync(() => {
          events = found
        })
    }
  })

const recordLabel = ({ metadata }: Resource.Metadata): string | undefined => metadata.labels?.[BuildRecord.label.record]

const drain = <A>(follower: Follower<A>, tell: (change: Change<A>) => void): Effect.Effect<void, ClusterError> =>
  follower.poll.pipe(
    Effect.tap((changes) => Effect.sync(() => changes.forEach(tell))),
    Effect.repeat({ until: (changes) => changes.length === 0 })
  )
