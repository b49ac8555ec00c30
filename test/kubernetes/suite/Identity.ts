/** Cases of the server's health, of identity and tokens, and of deletions of collections. */
import { assert } from "@effect/vitest"
import { Effect, Predicate } from "effect"
import type { ApiRequest, JsonObject, Method } from "../../../src/kubernetes/client/ApiRequest.js"
import * as Resources from "../../../src/kubernetes/Resources.js"
import { at, type Case, configMap, type Place, refusal, textAt } from "../../support/ClusterCase.js"

const subject = { verb: "ask", resource: "the server" }

const send = ({ driver }: Place, method: Method, path: string, parts: Partial<ApiRequest> = {}) =>
  driver.request({ method, path, query: {}, ...parts }, subject)

const post = (place: Place, path: string, body: JsonObject) => send(place, "POST", path, { body })

const authentication = "/apis/authentication.k8s.io/v1"

const tokenOf = (place: Place, body: JsonObject = {}) =>
  post(place, `/api/v1/namespaces/${place.namespace}/serviceaccounts/builder/token`, body)

const account = (place: Place) =>
  post(place, `/api/v1/namespaces/${place.namespace}/serviceaccounts`, { metadata: { name: "builder" } })

const review = (place: Place, token: string, audiences?: ReadonlyArray<string>) =>
  post(place, `${authentication}/tokenreviews`, {
    kind: "TokenReview",
    apiVersion: "authentication.k8s.io/v1",
    spec: { token, ...(audiences === undefined ? {} : { audiences }) }
  })

const names = (list: unknown): ReadonlyArray<unknown> => {
  const items = at(list, "items")
  return Array.isArray(items) ? items.map((item) => at(item, "metadata", "name")) : []
}

export const identity: Readonly<Record<string, Case>> = {
  "version: has the fields of the server's build": (place) =>
    Effect.gen(function*() {
      const version = yield* send(place, "GET", "/version")
      assert(Predicate.isRecord(version))
      assert.deepStrictEqual(Object.keys(version).sort(), [
        "buildDate",
        "compiler",
        "emulationMajor",
        "emulationMinor",
        "gitCommit",
        "gitTreeState",
        "gitVersion",
        "goVersion",
        "major",
        "minCompatibilityMajor",
        "minCompatibilityMinor",
        "minor",
        "platform"
      ])
      assert.strictEqual(Number(version["minor"]) - Number(version["minCompatibilityMinor"]), 1)
    }),

  "SelfSubjectReview: the user and its groups": (place) =>
    Effect.gen(function*() {
      const answer = yield* post(place, `${authentication}/selfsubjectreviews`, {
        kind: "SelfSubjectReview",
        apiVersion: "authentication.k8s.io/v1"
      })
      assert.strictEqual(at(answer, "kind"), "SelfSubjectReview")
      assert.isString(at(answer, "metadata", "creationTimestamp"))
      assert.isString(at(answer, "status", "userInfo", "username"))
      assert.include(at(answer, "status", "userInfo", "groups"), "system:authenticated")
    }),

  "TokenRequest: a token for a service account, which TokenReview recognizes": (place) =>
    Effect.gen(function*() {
      const { namespace } = place
      const made = yield* account(place)
      const uid = textAt(made, "metadata", "uid")
      const request = yield* tokenOf(place, { spec: { expirationSeconds: 900 } })
      assert.deepInclude(at(request, "metadata"), { name: "builder", namespace, uid })
      const audiences = [textAt(request, "spec", "audiences", 0)]
      assert.deepStrictEqual(at(request, "spec"), { audiences, expirationSeconds: 900, boundObjectRef: null })
      const token = textAt(request, "status", "token")
      const claims: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString())
      assert.strictEqual(at(claims, "sub"), `system:serviceaccount:${namespace}:builder`)
      assert.deepStrictEqual(at(claims, "kubernetes.io"), { namespace, serviceaccount: { name: "builder", uid } })
      assert.deepStrictEqual(at(yield* review(place, token), "status"), {
        authenticated: true,
        user: {
          username: `system:serviceaccount:${namespace}:builder`,
          uid,
          groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"],
          extra: { "authentication.kubernetes.io/credential-id": [`JTI=${textAt(claims, "jti")}`] }
        },
        audiences
      })
    }),

  "TokenReview: refuses tokens of other audiences, of deleted accounts, and what is not a token": (place) =>
    Effect.gen(function*() {
      yield* account(place)
      const token = textAt(yield* tokenOf(place, { spec: { audiences: ["vault"] } }), "status", "token")
      const altered = `${token.slice(0, -4)}AAAA`
      assert.match(textAt(yield* review(place, altered, ["vault"]), "status", "error"), /^\[?invalid bearer token/)
      const answer = yield* review(place, token)
      assert.isUndefined(at(answer, "status", "authenticated"))
      assert.match(textAt(answer, "status", "error"), /^\[?invalid bearer token/)
      assert.deepStrictEqual(at(yield* review(place, token, ["vault", "other"]), "status", "audiences"), ["vault"])
      assert.match(textAt(yield* review(place, "abc"), "status", "error"), /^\[?invalid bearer token/)
      const empty = yield* refusal(review(place, ""))
      assert.strictEqual(empty.status?.message, "token is required for TokenReview in authentication")
    }),

  "TokenRequest: is refused for short lifetimes, other names and missing objects": (place) =>
    Effect.gen(function*() {
      yield* account(place)
      const short = yield* refusal(tokenOf(place, { spec: { expirationSeconds: 60 } }))
      assert.strictEqual(
        short.status?.message,
        "TokenRequest.authentication.k8s.io \"\" is invalid: spec.expirationSeconds: Invalid value: 60: " +
          "may not specify a duration less than 10 minutes"
      )
      const other = yield* refusal(tokenOf(place, { metadata: { name: "other" } }))
      assert.strictEqual(
        other.status?.message,
        "TokenRequest.authentication.k8s.io \"builder\" is invalid: metadata.name: Invalid value: \"other\": " +
          "must match the service account name if specified"
      )
      const bound = yield* refusal(
        tokenOf(place, { spec: { boundObjectRef: { kind: "Pod", apiVersion: "v1", name: "none" } } })
      )
      assert.strictEqual(bound.status?.message, "pods \"none\" not found")
      const unknown = yield* refusal(
        tokenOf(place, { spec: { boundObjectRef: { kind: "Job", apiVersion: "batch/v1", name: "none" } } })
      )
      assert.strictEqual(unknown.status?.message, "cannot bind token to object of type batch/v1, Kind=Job")
    }),

  "deletecollection: deletes what the selectors select, and returns it": (place) =>
    Effect.gen(function*() {
      const { cluster, namespace } = place
      const path = `/api/v1/namespaces/${namespace}/configmaps`
      for (const name of ["a", "b", "c"]) {
        yield* cluster.create(Resources.ConfigMap, configMap(name, {}, { app: name === "c" ? "y" : "x" }), {
          namespace
        })
      }
      yield* cluster.patch(
        Resources.ConfigMap,
        "b",
        { merge: { metadata: { finalizers: ["example.com/hold"] } } },
        place
      )
      const all = { labelSelector: "app=x" }
      const dry = yield* send(place, "DELETE", path, { query: { ...all, dryRun: "All" } })
      assert.deepStrictEqual(names(dry), ["a", "b"])
      const gone = yield* send(place, "DELETE", path, { query: all })
      assert.strictEqual(at(gone, "kind"), "ConfigMapList")
      assert.deepStrictEqual(names(gone), ["a", "b"])
      const left = yield* send(place, "GET", path, { query: all })
      assert.deepStrictEqual(names(left), ["b"])
      assert.isString(at(left, "items", 0, "metadata", "deletionTimestamp"))
      assert.isString((yield* cluster.get(Resources.ConfigMap, "c", place)).metadata.uid)
      yield* cluster.patch(Resources.ConfigMap, "b", { merge: { metadata: { finalizers: null } } }, place)
    }),

  "deletecollection: namespaces are deleted one by one": (place) =>
    Effect.gen(function*() {
      const error = yield* refusal(send(place, "DELETE", "/api/v1/namespaces"))
      assert.strictEqual(error.code, 405)
    })
}
