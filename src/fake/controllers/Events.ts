/**
 * Records Events, as in `kubectl describe`. Equal events are counted instead of repeated.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as EventKinds from "../kinds/EventKinds.js"
import * as Metadata from "../store/Metadata.js"
import type { Registry } from "../store/Registry.js"

/**
 * Records an event about an object. `component` is its source.
 *
 * @since 0.1.0
 * @category models
 */
export type Recorder = (
  about: JsonObject,
  type: "Normal" | "Warning",
  reason: string,
  message: string,
  now: number
) => void

const homeOf = (about: JsonObject): string => {
  const namespace = Metadata.namespace(about)
  return namespace === "" ? "default" : namespace
}

const referenceTo = (about: JsonObject): JsonObject => {
  const namespace = Metadata.namespace(about)
  return Json.make({
    apiVersion: about["apiVersion"],
    kind: about["kind"],
    name: Metadata.name(about),
    namespace: namespace === "" ? undefined : namespace,
    uid: Metadata.uid(about),
    resourceVersion: Json.at(about, "metadata", "resourceVersion")
  })
}

/** The first half of the names that a millisecond has for events about an object; a kubelet has the second. */
const names = EventKinds.namesPerMillisecond / 2

/** Repeats the event of a name if there still is one, else creates one; returns its name. */
const writer = (registry: Registry) => {
  let recorded = 0
  return (
    about: JsonObject,
    earlier: string | undefined,
    now: number,
    event: JsonObject,
    repeated: (event: JsonObject) => JsonObject
  ): string => {
    const namespace = homeOf(about)
    if (earlier !== undefined && Either.isRight(registry.get(EventKinds.core, namespace, earlier))) {
      registry.update(EventKinds.core, namespace, earlier, "main", (event) => Either.right(repeated(event)), { now })
      return earlier
    }
    const name = EventKinds.nameOf(about, now, (recorded += 1) % names)
    const metadata = { name, namespace }
    registry.create(EventKinds.core, namespace, { metadata, involvedObject: referenceTo(about), ...event }, { now })
    return name
  }
}

/** A recorder as in client-go tools/record, which most controllers have. @since 0.1.0 @category constructors */
export const recorder = (registry: Registry, component: string): Recorder => {
  const write = writer(registry)
  const known = new Map<string, string>()
  return (about, type, reason, message, now) => {
    const key = [Metadata.uid(about), type, reason, message].join(" ")
    const lastTimestamp = Metadata.timestamp(now)
    const name = write(
      about,
      known.get(key),
      now,
      {
        type,
        reason,
        message,
        firstTimestamp: lastTimestamp,
        lastTimestamp,
        count: 1,
        source: { component },
        reportingComponent: component
      },
      (event) => ({ ...event, lastTimestamp, count: (Json.number(event, "count") ?? 1) + 1 })
    )
    known.set(key, name)
  }
}

/** How long a series of events goes on without another: finishTime in client-go tools/events. */
const seriesEnd = 6 * 60_000

/**
 * A recorder of events.k8s.io as in client-go tools/events, which the scheduler has. An event of the same reason within six minutes of the
 * last continues its series, whatever its message; each is written, where client-go writes later ones every half hour. `actions` are
 * those of the reasons.
 *
 * @since 0.1.0
 * @category constructors
 */
export const seriesRecorder = (
  registry: Registry,
  component: string,
  actions: Readonly<Record<string, string>>
): Recorder => {
  const write = writer(registry)
  const known = new Map<string, { readonly name: string; readonly time: number }>()
  return (about, type, reason, message, now) => {
    const key = [Metadata.uid(about), type, reason].join(" ")
    const latest = known.get(key)
    const lastObservedTime = Metadata.microTimestamp(now)
    const name = write(
      about,
      latest === undefined || now - latest.time > seriesEnd ? undefined : latest.name,
      now,
      Json.make({
        type,
        reason,
        action: actions[reason],
        message,
        eventTime: lastObservedTime,
        reportingComponent: component,
        reportingInstance: `${component}-fake`
      }),
      (event) => ({ ...event, series: { count: (Json.number(event, "series", "count") ?? 1) + 1, lastObservedTime } })
    )
    known.set(key, { name, time: now })
  }
}
