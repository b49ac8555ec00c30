/**
 * Events of the core group and of events.k8s.io: the same objects in two forms, of which the first is stored. As in k8s.io/kubernetes
 * pkg/apis/events and pkg/registry/core/event (v1.37).
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as Metadata from "../store/Metadata.js"
import * as Columns from "./Columns.js"
import * as EventRules from "./EventRules.js"
import { each, integer, keptText, microTime, struct, text, time } from "./Fields.js"
import * as Kind from "./Kind.js"
import * as Names from "./Names.js"
import { object, objectReference } from "./ObjectFields.js"

/** The fields that have another name in events.k8s.io. */
const renamed: Readonly<Record<string, string>> = {
  involvedObject: "regarding",
  message: "note",
  reportingComponent: "reportingController",
  source: "deprecatedSource",
  firstTimestamp: "deprecatedFirstTimestamp",
  lastTimestamp: "deprecatedLastTimestamp",
  count: "deprecatedCount"
}

const original = Object.fromEntries(Object.entries(renamed).map(([name, other]) => [other, name]))

const apiVersion = "events.k8s.io/v1"

const rename = (event: JsonObject, names: Readonly<Record<string, string>>, apiVersion: string): JsonObject => ({
  ...Object.fromEntries(Object.entries(event).map(([key, value]) => [names[key] ?? key, value])),
  apiVersion
})

/** What Go writes of structs, times and texts that are not given; it is not stored. */
const zeros = {
  core: {
    ...{ involvedObject: {}, source: {}, eventTime: null, firstTimestamp: null, lastTimestamp: null },
    ...{ reportingComponent: "", reportingInstance: "" }
  },
  events: {
    ...{ regarding: {}, deprecatedSource: {}, eventTime: null },
    ...{ deprecatedFirstTimestamp: null, deprecatedLastTimestamp: null }
  }
}

const isZero = (value: Json.Value): boolean =>
  value === null || value === "" || (Json.isObject(value) && Object.keys(value).length === 0)

const stored = (event: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(rename(event, original, "v1")).filter(([key, value]) => key === "metadata" || !isZero(value))
  )

const withoutZero = (object: JsonObject, count: string): JsonObject =>
  object[count] === 0 ? Json.omit(object, count) : object

const withSeries = (event: JsonObject, zero: JsonObject): JsonObject =>
  Kind.inside(event, "series", (series) => Kind.defaults(series, zero))

const shownInCore = (event: JsonObject): JsonObject =>
  Kind.inside(
    withoutZero(withSeries(Kind.defaults(event, zeros.core), { lastObservedTime: null }), "count"),
    "series",
    (series) => withoutZero(series, "count")
  )

const shown = (event: JsonObject): JsonObject => {
  const { reportingComponent, reportingInstance, ...rest } = event
  const given = Json.make({
    ...rest,
    reportingComponent: reportingComponent === "" ? undefined : reportingComponent,
    reportingInstance: reportingInstance === "" ? undefined : reportingInstance
  })
  return event["apiVersion"] === apiVersion
    ? event
    : withSeries(Kind.defaults(rename(given, renamed, apiVersion), zeros.events), { count: 0, lastObservedTime: null })
}

const series = struct({ count: integer, lastObservedTime: microTime })

const source = struct(each(text, "component", "host"))

const unknownField = (field: string): string => `field label not supported: ${field}`

const at = (...path: ReadonlyArray<string>) => (event: JsonObject): string => Json.text(event, ...path) ?? ""

const referenceFields = ["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"]

/** The selectors of stored events, by the names of the fields in a group. */
const selectable = (reference: string, reporter: string): Kind.Kind["selectable"] => ({
  ...Object.fromEntries(referenceFields.map((field) => [`${reference}.${field}`, at("involvedObject", field)])),
  reason: at("reason"),
  [reporter]: at("reportingComponent"),
  type: at("type")
})

const legacyRules = (event: JsonObject) => EventRules.legacy(stored(event), "reportingController")

const common = {
  plural: "events",
  kind: "Event",
  shortNames: ["ev"],
  createOnUpdate: true,
  unknownField
}

/** @since 0.1.0 @category constants */
export const namesPerMillisecond = 1_000_000

/**
 * The name of an event that is the `index`th of its millisecond: by the nanosecond, as in client-go tools/internal/events, so that events
 * about an object are listed in their order.
 *
 * @since 0.1.0
 * @category getters
 */
export const nameOf = (about: JsonObject, now: number, index: number): string => {
  const nanoseconds = BigInt(Math.floor(now)) * BigInt(namesPerMillisecond) + BigInt(index)
  return `${Metadata.name(about)}.${nanoseconds.toString(16).padStart(16, "0")}`
}

/** @since 0.1.0 @category kinds */
export const core = Kind.make({
  ...common,
  group: "",
  version: "v1",
  name: Names.pathSegment,
  columns: Columns.event,
  fields: object({
    involvedObject: objectReference,
    related: objectReference,
    ...each(text, "reason", "message", "type", "action"),
    ...each(time, "firstTimestamp", "lastTimestamp"),
    eventTime: microTime,
    ...each(keptText, "reportingComponent", "reportingInstance"),
    source,
    count: integer,
    series
  }),
  selectable: {
    ...selectable("involvedObject", "reportingComponent"),
    source: (event) => Json.text(event, "source", "component") ?? Json.text(event, "reportingComponent") ?? ""
  },
  zero: { involvedObject: {}, source: {}, reportingComponent: "", reportingInstance: "" },
  fill: shownInCore,
  stored,
  shown: shownInCore,
  metaRules: "last",
  validate: (event) => EventRules.legacy(stored(event), "reportingComponent")
})

/** @since 0.1.0 @category kinds */
export const events: Kind.Kind = Kind.make({
  ...common,
  group: "events.k8s.io",
  version: "v1",
  storedIn: "",
  columns: Columns.event.map((column) => ({ ...column, cell: (event, now) => column.cell(stored(event), now) })),
  fields: object({
    regarding: objectReference,
    related: objectReference,
    ...each(text, "reason", "note", "type", "action", "reportingController", "reportingInstance"),
    ...each(time, "deprecatedFirstTimestamp", "deprecatedLastTimestamp"),
    eventTime: microTime,
    deprecatedSource: source,
    deprecatedCount: integer,
    series
  }),
  selectable: selectable("regarding", "reportingController"),
  zero: { regarding: {}, deprecatedSource: {} },
  fill: (event) =>
    withSeries(
      withoutZero(Kind.defaults(event, zeros.events), "deprecatedCount"),
      { count: 0, lastObservedTime: null }
    ),
  stored,
  shown,
  metaRules: "own",
  validateNew: (event) => [
    ...legacyRules(event),
    ...Metadata.validate(events, event),
    ...Metadata.validateTyped(events, event),
    ...EventRules.create(stored(event))
  ],
  validateUpdate: (next, previous) => [...legacyRules(next), ...EventRules.update(stored(next), stored(previous))]
})

/** @since 0.1.0 @category kinds */
export const kinds: ReadonlyArray<Kind.Kind> = [core, events]
