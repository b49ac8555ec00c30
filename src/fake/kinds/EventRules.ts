/**
 * The rules of Events, in their form of the core group: k8s.io/kubernetes pkg/apis/core/validation/events.go (v1.37). Those of the
 * group events.k8s.io are stricter.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import * as Metadata from "../store/Metadata.js"
import * as Names from "./Names.js"

const textOf = (event: JsonObject, ...path: ReadonlyArray<string>): string => Json.text(event, ...path) ?? ""

const size = (text: string): number => Buffer.byteLength(text)

const bounded = (value: string, field: string, most: number): Status.FieldErrors =>
  size(value) > most ? [Status.invalidValue(field, "", `can have at most ${most} characters`)] : []

const short = (event: JsonObject, field: string): Status.FieldErrors => {
  const value = textOf(event, field)
  return value === "" ? [Status.required(field)] : bounded(value, field, 128)
}

/** The rules of every Event; `reporter` is the name of the field `reportingComponent` in messages. @since 0.1.0 @category rules  */
export const legacy = (event: JsonObject, reporter: string): Status.FieldErrors => {
  const home = Metadata.namespace(event)
  const namespace = textOf(event, "involvedObject", "namespace")
  const elsewhere = [Status.invalidValue("involvedObject.namespace", namespace, "does not match event.namespace")]
  if (Json.text(event, "eventTime") === undefined) {
    return (namespace === "" ? home === "default" : namespace === home) ? [] : elsewhere
  }
  const component = textOf(event, "reportingComponent")
  return [
    ...(namespace === "" && home !== "default" && home !== "kube-system" ? elsewhere : []),
    ...(component === "" ? [Status.required(reporter)] : []),
    ...Status.invalidValues(reporter, component, Names.labelKey(component)),
    ...short(event, "reportingInstance"),
    ...short(event, "action"),
    ...short(event, "reason"),
    ...bounded(textOf(event, "message"), "message", 1024)
  ]
}

const series = (event: JsonObject): Status.FieldErrors => {
  const { series } = event
  return !Json.isObject(series) ? [] : [
    ...((Json.number(series, "count") ?? 0) < 2
      ? [Status.invalidValue("series.count", "", "should be at least 2")]
      : []),
    ...(Json.text(series, "lastObservedTime") === undefined ? [Status.required("series.lastObservedTime")] : [])
  ]
}

const isSet = (value: Json.Value | undefined): boolean =>
  value !== undefined && value !== null && value !== 0 && !(Json.isObject(value) && Object.keys(value).length === 0)

/** Those of creation in events.k8s.io. @since 0.1.0 @category rules  */
export const create = (event: JsonObject): Status.FieldErrors => {
  const type = textOf(event, "type")
  return [
    ...series(event),
    ...(Json.text(event, "eventTime") === undefined ? [Status.required("eventTime")] : []),
    ...(type === "Normal" || type === "Warning" ? [] : [Status.invalidValue("type", "", `has invalid value: ${type}`)]),
    ...["firstTimestamp", "lastTimestamp", "count", "source"].flatMap((field) =>
      isSet(event[field]) ? [Status.invalidValue(field, "", "needs to be unset")] : []
    )
  ]
}

/** A struct with the names of its fields in Go, as in messages about the server's internal types. */
const inGo = (value: Json.Value | undefined, fields: Readonly<Record<string, string>>): Json.Value =>
  Object.fromEntries(Object.entries(fields).map(([name, inner]) => [name, Json.text(value, inner) ?? ""]))

const reference = {
  Kind: "kind",
  Namespace: "namespace",
  Name: "name",
  UID: "uid",
  APIVersion: "apiVersion",
  ResourceVersion: "resourceVersion",
  FieldPath: "fieldPath"
}

const source = { Component: "component", Host: "host" }

/** The fields that stay, in the order of the server, with their values in messages. */
const fixed: ReadonlyArray<readonly [field: string, shown: (event: JsonObject) => Json.Value]> = [
  ["involvedObject", (event) => inGo(event["involvedObject"], reference)],
  ["reason", (event) => textOf(event, "reason")],
  ["message", (event) => textOf(event, "message")],
  ["source", (event) => inGo(event["source"], source)],
  ["firstTimestamp", (event) => event["firstTimestamp"] ?? null],
  ["lastTimestamp", (event) => event["lastTimestamp"] ?? null],
  ["count", (event) => event["count"] ?? 0],
  ["type", (event) => textOf(event, "type")],
  ["eventTime", (event) => event["eventTime"] ?? null],
  ["action", (event) => textOf(event, "action")],
  ["related", (event) => Json.isObject(event["related"]) ? inGo(event["related"], reference) : null],
  ["reportingController", (event) => textOf(event, "reportingComponent")],
  ["reportingInstance", (event) => textOf(event, "reportingInstance")]
]

/** Those of updates in events.k8s.io: only the series changes. @since 0.1.0 @category rules  */
export const update = (next: JsonObject, previous: JsonObject): Status.FieldErrors => [
  ...(Json.equal(next["series"], previous["series"]) ? [] : series(next)),
  ...fixed.flatMap(([field, shown]) =>
    Json.equal(shown(next), shown(previous))
      ? []
      : [Status.invalidValue(field, shown(next), "field is immutable")]
  )
]
