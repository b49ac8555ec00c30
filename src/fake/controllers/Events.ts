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

/** @since 0.1.0 @category constructors */
export const recorder = (registry: Registry, component: string): Recorder => {
  const known = new Map<string, string>()
  return (about, type, reason, message, now) => {
    const namespace = Metadata.namespace(about) === "" ? "default" : Metadata.namespace(about)
    const key = [Metadata.uid(about), type, reason, message].join(" ")
    const name = known.get(key) ?? `${Metadata.name(about)}.${registry.store.nextSuffix()}`
    const existing = registry.get(EventKinds.core, namespace, name)
    const lastTimestamp = Metadata.timestamp(now)
    if (Either.isRight(existing)) {
      registry.update(
        EventKinds.core,
        namespace,
        name,
        "main",
        (event) => Either.right({ ...event, lastTimestamp, count: (Json.number(event, "count") ?? 1) + 1 }),
        { now }
      )
      return
    }
    known.set(key, name)
    registry.create(EventKinds.core, namespace, {
      metadata: { name, namespace },
      involvedObject: Json.make({
        apiVersion: about["apiVersion"],
        kind: about["kind"],
        name: Metadata.name(about),
        namespace: Metadata.namespace(about) === "" ? undefined : Metadata.namespace(about),
        uid: Metadata.uid(about),
        resourceVersion: Json.at(about, "metadata", "resourceVersion")
      }),
      type,
      reason,
      message,
      firstTimestamp: lastTimestamp,
      lastTimestamp,
      count: 1,
      source: { component },
      reportingComponent: component
    }, { now })
  }
}
