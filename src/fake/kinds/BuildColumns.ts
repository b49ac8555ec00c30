/**
 * The columns of OpenShift Builds, as in openshift-apiserver pkg/build/printers/internalversion/printers.go.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as Metadata from "../store/Metadata.js"
import * as Column from "./Column.js"

const strategies = [["dockerStrategy", "Docker"], ["sourceStrategy", "Source"], ["customStrategy", "Custom"]] as const

const type = (build: JsonObject): string =>
  strategies.find(([key]) => Json.at(build, "spec", "strategy", key) !== undefined)?.[1] ?? ""

const sources = [["binary", "Binary"], ["dockerfile", "Dockerfile"], ["git", "Git"]] as const

const sourceTypes = (build: JsonObject): string =>
  sources.flatMap(([key, label]) => Json.at(build, "spec", "source", key) === undefined ? [] : [label]).join(",")

const status = (build: JsonObject): string => {
  const phase = Json.text(build, "status", "phase") ?? ""
  const reason = Json.text(build, "status", "reason") ?? ""
  return reason === "" ? phase : `${phase} (${reason})`
}

// github.com/docker/go-units duration.go HumanDuration
const inWords = (millis: number): string => {
  const seconds = Math.floor(millis / 1000)
  const minutes = Math.floor(seconds / 60)
  const hours = Math.round(minutes / 60)
  return seconds < 1
    ? "Less than a second"
    : seconds === 1
    ? "1 second"
    : seconds < 60
    ? `${seconds} seconds`
    : minutes === 1
    ? "About a minute"
    : minutes < 60
    ? `${minutes} minutes`
    : hours === 1
    ? "About an hour"
    : hours < 48
    ? `${hours} hours`
    : `${Math.floor(hours / 24)} days`
}

const started = (build: JsonObject, now: number): string => {
  const time = Json.text(build, "status", "startTimestamp")
  return time === undefined ? "" : `${inWords(now - Metadata.millis(time))} ago`
}

/** In nanoseconds, the unit of a Build's duration. */
const duration = (build: JsonObject): string => {
  const nanos = Json.number(build, "status", "duration") ?? 0
  return nanos > 0 ? Column.duration(nanos / 1_000_000) : ""
}

/** @since 0.1.0 @category constants */
export const build: ReadonlyArray<Column.Column> = [
  Column.name,
  Column.make("Type", type),
  Column.make("From", sourceTypes),
  Column.make("Status", status),
  Column.make("Started", started),
  Column.make("Duration", duration)
]
