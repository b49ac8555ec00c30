/**
 * Bugs on purpose: those that everybody writes at first, each put between a client and what it uses.
 */
import { Effect, Option, Stream } from "effect"
import { BuildBackend, BuildRef, BuildStatus, Cluster, ClusterError, OpenShiftBuildBackend } from "effect-os-builder"
import * as ClusterBackend from "../../src/backends/controller/ClusterBackend.js"
import type { Interpretation } from "../../src/backends/controller/Definition.js"
import * as RecordMetadata from "../../src/backends/record/RecordMetadata.js"
import * as Json from "../../src/fake/Json.js"
import type { ApiRequest, JsonObject } from "../../src/kubernetes/client/ApiRequest.js"
import type { Driver } from "../../src/kubernetes/client/Driver.js"
import * as Resources from "../../src/kubernetes/Resources.js"
import type { Mutation } from "./Client.js"

const requesting = (driver: Driver, request: Driver["request"]): Driver => ({ ...driver, request })

const bodyOf = ({ body }: ApiRequest): JsonObject => Json.isList(body) ? {} : body ?? {}

const comparesNames: Mutation = {
  backend: (backend, cluster) => {
    const namesake = (ref: BuildRef.BuildRef) =>
      cluster.get(RecordMetadata.resource, ref.name).pipe(
        Effect.map(({ metadata }) => new BuildRef.BuildRef({ ...ref, uid: metadata.uid })),
        Effect.orElseSucceed(() => ref)
      )
    return BuildBackend.derive({
      ...backend,
      status: (ref) => Effect.flatMap(namesake(ref), backend.status),
      changes: (ref) => Stream.unwrap(Effect.map(namesake(ref), backend.changes)),
      cancel: (ref) => Effect.flatMap(namesake(ref), backend.cancel),
      remove: (ref) => Effect.flatMap(namesake(ref), backend.remove)
    })
  }
}

const forgetsLostAnswers: Mutation = {
  driver: (driver) =>
    requesting(driver, (request, subject) =>
      Effect.catchIf(
        driver.request(request, subject),
        (error) => error.ambiguous === true && request.method === "POST" && request.path.endsWith("/builds"),
        () => {
          const name = `${Json.text(bodyOf(request), "metadata", "name")}-again`
          return driver.request({ ...request, body: Json.set(bodyOf(request), ["metadata", "name"], name) }, subject)
        }
      ))
}

const takesUnreachableForAbsent: Mutation = {
  driver: (driver) =>
    requesting(driver, (request, subject) =>
      Effect.catchIf(
        driver.request(request, subject),
        (error) => error.reason === "Unreachable" && request.method === "GET",
        () =>
          subject.verb === "list"
            ? Effect.succeed({ metadata: { resourceVersion: "1" }, items: [] })
            : new ClusterError.ClusterError({ ...subject, reason: "NotFound", code: 404 })
      ))
}

const actsBeforeTheMark: Mutation = {
  cluster: (cluster) =>
    Cluster.Cluster.of({
      ...cluster,
      patch: (resource, name, body, options) => {
        const isMark = JSON.stringify(body).replaceAll("~1", "/").includes(RecordMetadata.annotation.stop)
        const labelSelector = `${RecordMetadata.label.record}=${name}`
        const act = Effect.gen(function*() {
          for (const { metadata } of (yield* cluster.list(Resources.Build, { labelSelector })).items) {
            yield* cluster.delete(Resources.Build, metadata.name, { propagation: "Background" })
          }
        })
        return Effect.zipRight(
          isMark ? Effect.ignore(act) : Effect.void,
          cluster.patch(resource, name, body, options)
        )
      }
    })
}

/** What is not in the view is taken for gone. */
const skipsTheConfirmingGet: Mutation = {
  cluster: (cluster) =>
    Cluster.Cluster.of({
      ...cluster,
      get: (resource, name, options) => {
        const absent = new ClusterError.ClusterError({ verb: "get", resource: "configmaps", reason: "NotFound" })
        const ours = { labelSelector: RecordMetadata.selector("openshift") }
        const seen = Effect.scoped(
          Effect.flatMap(cluster.reflect(RecordMetadata.resource, ours), (view) => view.get(name))
        )
        return resource.plural !== "configmaps"
          ? cluster.get(resource, name, options)
          : Effect.flatMap(seen, (found) => Option.isSome(found) ? cluster.get(resource, name, options) : absent)
      }
    })
}

/** The last writer wins. */
const writesOverOthers: Mutation = {
  driver: (driver) =>
    requesting(driver, (request, subject) => {
      if (Json.isList(request.body)) {
        const changes = request.body.filter((operation) => Json.at(operation, "op") !== "test")
        return driver.request({ ...request, body: changes }, subject)
      }
      const body = bodyOf(request)
      const path = request.method === "PATCH" ? ["metadata", "resourceVersion"] : ["preconditions", "resourceVersion"]
      return driver.request(
        Json.at(body, ...path) === undefined ? request : { ...request, body: Json.set(body, path, undefined) },
        subject
      )
    })
}

const openShift = OpenShiftBuildBackend.definition()

const interpreting = (change: (interpretation: Interpretation) => Interpretation): Mutation => ({
  make: Effect.flatMap(Cluster.Cluster, (cluster) =>
    ClusterBackend.make(
      { ...openShift, interpret: (observed) => change(openShift.interpret(observed)) },
      { cluster, namespace: cluster.defaultNamespace }
    ))
})

const blamesThePlatform: Mutation = interpreting((interpretation) =>
  interpretation.status._tag === "Failed"
    ? { status: BuildStatus.errored("Evicted", { message: interpretation.status.message }), again: 2 }
    : interpretation
)

const givesUpAtOnce: Mutation = interpreting(({ again: _again, ...interpretation }) => interpretation)

const staysBehind: Mutation = {
  backend: (backend) =>
    BuildBackend.derive({
      ...backend,
      changes: (ref) => Stream.unwrap(Effect.as(Effect.forkDaemon(Effect.never), backend.changes(ref)))
    })
}

const looksAway: Mutation = {
  backend: (backend) => BuildBackend.derive({ ...backend, changes: (ref) => Stream.take(backend.changes(ref), 2) })
}

export interface Bug {
  readonly mutation: Mutation
  /** Where the search for a seed that finds it begins. */
  readonly seed: number
  /** In which words it may be found. */
  readonly found: RegExp
}

/** All of them on OpenShift, where we do the most ourselves. */
export const bugs: Readonly<Record<string, Bug>> = {
  "builds are told apart by name": { mutation: comparesNames, seed: 39, found: /it has no pod|before it was/ },
  "what may have been made is made again": { mutation: forgetsLostAnswers, seed: 45, found: /is made twice/ },
  "unreachable is absent": {
    mutation: takesUnreachableForAbsent,
    seed: 18,
    found: /is still there|does not find|leaves out|nobody deleted it/
  },
  "a stop acts before it marks": { mutation: actsBeforeTheMark, seed: 3, found: /is not marked to stop/ },
  "what a view does not show is gone": {
    mutation: skipsTheConfirmingGet,
    seed: 51,
    found: /has not ended|leaves out|does not find|nobody deleted it/
  },
  "the last to write wins": { mutation: writesOverOthers, seed: 18, found: /(outcome|stop mark) of .* changes/ },
  "a failure is tried again": { mutation: blamesThePlatform, seed: 24, found: /an instruction failed|its own fault/ },
  "nothing is tried again": { mutation: givesUpAtOnce, seed: 18, found: /was to be tried again/ },
  "a fiber stays behind": { mutation: staysBehind, seed: 3, found: /fibers are left/ },
  "changes end before the build does": { mutation: looksAway, seed: 3, found: /ends before it does/ }
}
