/**
 * Programs of raw requests whose answers were recorded from a real API server: each server has to give the same ones. After a
 * change of the programs, record again:
 *
 *     OS_BUILDER_TEST_RECORD=yes npx vitest run --config test/control-plane/vitest.config.ts suite.cluster -t recorded
 */
import { assert } from "@effect/vitest"
import { Effect, Predicate } from "effect"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { ApiRequest, Method } from "../../../src/kubernetes/client/ApiRequest.js"
import type { Case, Place } from "../../support/ClusterCase.js"
import * as ApplyPrograms from "./ApplyPrograms.js"
import * as RecordedPrograms from "./RecordedPrograms.js"

const programs = { ...RecordedPrograms.programs, ...ApplyPrograms.programs }

const path = join(import.meta.dirname, "recorded.json")

/** A request: the path is below the case's namespace if it begins with `./`. */
export type Step = readonly [method: Method, path: string, body?: ApiRequest["body"], contentType?: string]

const { OS_BUILDER_TEST_RECORD } = process.env

const recorded: Record<string, ReadonlyArray<unknown>> = JSON.parse(readFileSync(path, "utf8"))

const paths: Readonly<Record<string, string>> = {
  "": "/api/v1",
  apps: "/apis/apps/v1",
  batch: "/apis/batch/v1",
  coordination: "/apis/coordination.k8s.io/v1",
  discovery: "/apis/discovery.k8s.io/v1",
  networking: "/apis/networking.k8s.io/v1",
  policy: "/apis/policy/v1",
  rbac: "/apis/rbac.authorization.k8s.io/v1",
  autoscaling: "/apis/autoscaling/v2"
}

/** `apps/deployments/a` is a path in the namespace, `/apis/…` one of the server. */
const resolve = (place: Place, path: string): string => {
  if (path.startsWith("/")) return path
  const [group = "", ...rest] = path.split("/")
  const known = paths[group]
  return known === undefined
    ? `/api/v1/namespaces/${place.namespace}/${path}`
    : `${known}/namespaces/${place.namespace}/${rest.join("/")}`
}

const send = (place: Place, [method, target, body, contentType]: Step): Effect.Effect<unknown> => {
  const [path = "", query = ""] = resolve(place, target).split("?")
  const request = place.driver.request(
    {
      method,
      path,
      query: Object.fromEntries(new URLSearchParams(query)),
      ...(body === undefined ? {} : { body }),
      ...(contentType === undefined ? {} : { contentType })
    },
    { verb: "ask", resource: "the server" }
  )
  return Effect.matchEffect(request, {
    onSuccess: Effect.succeed,
    onFailure: ({ code, status }) =>
      Effect.succeed({
        code,
        reason: status?.reason === "" ? undefined : status?.reason,
        message: status?.message,
        details: status?.details
      })
  })
}

const dropped = new Set(["resourceVersion", "selfLink", "lastTransitionTime", "lastUpdateTime"])

const managerOf = (entry: unknown): string =>
  Predicate.isRecord(entry) ? [entry["manager"], entry["operation"], entry["subresource"]].join(" ") : ""

/** The answer without what differs from one run to the next. */
const normalized = (place: Place) => {
  const uids = new Map<string, string>()
  const text = (value: string): string =>
    value
      .replaceAll(place.namespace, "NAMESPACE")
      .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, (uid) => {
        const known = uids.get(uid) ?? `uid-${uids.size + 1}`
        uids.set(uid, known)
        return known
      })
      .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, "TIME")
      .replaceAll(/\b10\.\d+\.\d+\.\d+\b/g, "ADDRESS")
  const value = (json: unknown): unknown =>
    typeof json === "string"
      ? text(json)
      : Array.isArray(json)
      ? json.map(value)
      : Predicate.isRecord(json)
      ? Object.fromEntries(
        Object.entries(json).filter(([key, inner]) => !dropped.has(key) && inner !== undefined)
          .toSorted(([a], [b]) => a < b ? -1 : 1)
          .map((
            [key, inner]
          ) => [key, key === "nodePort" ? "PORT" : key === "managedFields" ? managers(inner) : value(inner)])
      )
      : json
  // Sorted by time in the server, which differs.
  const managers = (json: unknown): unknown =>
    (Array.isArray(json) ? json : []).map(value).map((entry) =>
      Predicate.isRecord(entry) ? { ...entry, time: undefined } : entry
    ).toSorted((a, b) => managerOf(a) < managerOf(b) ? -1 : 1)
  return value
}

/** Managers of clients that give no name are named by the program that sent the request. */
const withoutManagers = (json: unknown): unknown =>
  Array.isArray(json)
    ? json.map(withoutManagers)
    : Predicate.isRecord(json)
    ? Object.fromEntries(
      Object.entries(json).filter(([key]) => key !== "managedFields").map((
        [key, inner]
      ) => [key, withoutManagers(inner)])
    )
    : json

const run = (place: Place, name: string, steps: ReadonlyArray<Step>) =>
  Effect.gen(function*() {
    const normalize = normalized(place)
    const answers = yield* Effect.forEach(steps, (step) => Effect.map(send(place, step), normalize))
    const compared: ReadonlyArray<unknown> = JSON.parse(
      JSON.stringify(name.startsWith("apply") ? answers : answers.map(withoutManagers))
    )
    if (OS_BUILDER_TEST_RECORD === "yes") {
      recorded[name] = compared
      writeFileSync(path, `${JSON.stringify(recorded, undefined, 1)}\n`)
    }
    const labelled = (all: ReadonlyArray<unknown> = []) =>
      all.map((answer, index) => ({ request: steps[index]?.slice(0, 2).join(" "), answer }))
    assert.deepStrictEqual(labelled(compared), labelled(recorded[name]))
  })

export const recordings: Readonly<Record<string, Case>> = Object.fromEntries(
  Object.entries(programs).map((
    [name, steps]
  ): [string, Case] => [`recorded: ${name}`, (place) => run(place, name, steps)])
)
