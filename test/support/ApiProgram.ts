/** Programs of raw requests, and their answers without what differs from one server and one run to the next. */
import { Effect, Predicate } from "effect"
import type { ApiRequest, Method } from "../../src/kubernetes/client/ApiRequest.js"
import type { Driver } from "../../src/kubernetes/client/Driver.js"
import type { ClusterError } from "../../src/kubernetes/ClusterError.js"

/**
 * A request: `apps/deployments/a`, `configmaps/a` and `example.com:v1/widgets/a` are paths in the namespace, `/apis/…` is one of
 * the server.
 */
export type Step = readonly [
  method: Method,
  path: string,
  body?: ApiRequest["body"],
  contentType?: string | undefined,
  accept?: string
]

export interface Target {
  readonly driver: Driver
  readonly namespace: string
}

const paths: Readonly<Record<string, string>> = {
  "": "/api/v1",
  apps: "/apis/apps/v1",
  authorization: "/apis/authorization.k8s.io/v1",
  batch: "/apis/batch/v1",
  coordination: "/apis/coordination.k8s.io/v1",
  discovery: "/apis/discovery.k8s.io/v1",
  networking: "/apis/networking.k8s.io/v1",
  policy: "/apis/policy/v1",
  rbac: "/apis/rbac.authorization.k8s.io/v1",
  autoscaling: "/apis/autoscaling/v2"
}

const resolve = (place: Target, path: string): string => {
  if (path.startsWith("/")) return path
  const [group = "", ...rest] = path.split("/")
  const known = group.includes(":") ? `/apis/${group.replace(":", "/")}` : paths[group]
  return known === undefined
    ? `/api/v1/namespaces/${place.namespace}/${path}`
    : `${known}/namespaces/${place.namespace}/${rest.join("/")}`
}

/**
 * The values of placeholders in the paths and bodies of later requests: `{rv}` and `{first}` are the last and the first resource
 * version of the objects in answers, `{continue}` is the token of the last list, `{uid:Kind/name}` a uid, and `{ns}` the namespace.
 */
export class Session {
  private readonly values = new Map<string, string>()

  constructor(namespace: string) {
    this.values.set("ns", namespace)
  }

  record(answer: unknown): void {
    const metadata = Predicate.hasProperty(answer, "metadata") ? answer.metadata : undefined
    if (!Predicate.isRecord(metadata)) return
    const { name, resourceVersion, uid } = metadata
    if (Predicate.isString(resourceVersion) && !Predicate.hasProperty(answer, "items")) {
      this.values.set("rv", resourceVersion)
      this.values.set("first", this.values.get("first") ?? resourceVersion)
    }
    if (Predicate.hasProperty(answer, "items")) {
      this.values.set("continue", String(metadata["continue"] ?? ""))
    }
    if (Predicate.hasProperty(answer, "kind") && Predicate.isString(uid)) {
      this.values.set(`uid:${String(answer.kind)}/${String(name)}`, uid)
    }
  }

  fill(text: string): string {
    return text.replaceAll(
      /\{(rv|first|continue|ns|uid:[A-Za-z]+\/[a-z0-9.-]+)\}/g,
      (_, name: string) => this.values.get(name) ?? (name.startsWith("uid:") ? missingUid : "1")
    )
  }
}

const missingUid = "00000000-0000-4000-8000-00000000000f"

/** The request of a step. */
export const request = (
  place: Target,
  session: Session,
  [method, target, body, contentType, accept]: Step
): ApiRequest => {
  const [path = "", query = ""] = resolve(place, target).split("?")
  return {
    method,
    path: session.fill(path),
    query: Object.fromEntries([...new URLSearchParams(query)].map(([key, value]) => [key, session.fill(value)])),
    ...(body === undefined ? {} : { body: JSON.parse(session.fill(JSON.stringify(body))) }),
    ...(contentType === undefined ? {} : { contentType }),
    ...(accept === undefined ? {} : { accept })
  }
}

/** The error of a request as an answer. */
export const failed = ({ code, status }: ClusterError): unknown => ({
  code,
  reason: status?.reason === "" ? undefined : status?.reason,
  message: status?.message,
  details: status?.details
})

/** The answer of a request. */
export const send = (place: Target, session: Session, step: Step): Effect.Effect<unknown> =>
  place.driver.request(request(place, session, step), { verb: "ask", resource: "the server" }).pipe(
    Effect.match({ onSuccess: (answer) => answer, onFailure: failed }),
    Effect.tap((answer) => Effect.sync(() => session.record(answer)))
  )

const dropped = new Set(["resourceVersion", "selfLink", "lastTransitionTime", "lastUpdateTime"])

const managerOf = (entry: unknown): string =>
  Predicate.isRecord(entry) ? [entry["manager"], entry["operation"], entry["subresource"]].join(" ") : ""

/** The answer without what differs from one run to the next. */
export const normalized = (place: Target) => {
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
          ) => [
            key,
            key === "nodePort" || key === "healthCheckNodePort"
              ? "PORT"
              : key === "continue" && inner !== ""
              ? "TOKEN"
              : key === "managedFields"
              ? managers(inner)
              : key === "cells"
              ? cells(inner)
              : key === "columnDefinitions"
              ? columns(inner)
              : value(inner)
          ])
      )
      : json
  const listed = (json: unknown): ReadonlyArray<unknown> => Array.isArray(json) ? json : []
  const cells = (json: unknown): unknown =>
    listed(json).map((cell) => typeof cell === "string" && /^\d+m?s$/.test(cell) ? "AGE" : value(cell))
  // Of the schemas, the fake has no descriptions here.
  const columns = (json: unknown): unknown =>
    listed(json).map((column) =>
      Predicate.isRecord(column)
        ? [column["name"], column["type"], column["format"], column["priority"]].join(" ")
        : column
    )
  // Sorted by time in the server, which differs.
  const managers = (json: unknown): unknown =>
    listed(json).map(value).map((entry) => Predicate.isRecord(entry) ? { ...entry, time: undefined } : entry).toSorted((
      a,
      b
    ) => managerOf(a) < managerOf(b) ? -1 : 1)
  return value
}

/** The managers of requests without a name are those of the client, which differs. */
export const withoutManagers = (json: unknown): unknown =>
  Array.isArray(json)
    ? json.map(withoutManagers)
    : Predicate.isRecord(json)
    ? Object.fromEntries(
      Object.entries(json).filter(([key]) => key !== "managedFields").map((
        [key, inner]
      ) => [key, withoutManagers(inner)])
    )
    : json

/** The answers of a program. */
export const answers = (place: Target, steps: ReadonlyArray<Step>): Effect.Effect<ReadonlyArray<unknown>> =>
  Effect.suspend(() => {
    const [normalize, session] = [normalized(place), new Session(place.namespace)]
    return Effect.forEach(steps, (step) => Effect.map(send(place, session, step), normalize))
  })
