/**
 * The OpenAPI v3 documents of the server: the list of them, and one for each group and version, as `kubectl explain` and the
 * validation of `kubectl apply` read them.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as Kind from "../kinds/Kind.js"
import * as BuiltIn from "./BuiltIn.js"
import * as FieldSchema from "./FieldSchema.js"

const root = "/openapi/v3"

const pathOf = (kind: Kind.Kind): string => `${kind.group === "" ? "api" : "apis"}/${Kind.apiVersion(kind)}`

const query = (name: string, type: string): JsonObject => ({ name, in: "query", schema: { type, uniqueItems: true } })

const writes = [query("dryRun", "string"), query("fieldManager", "string"), query("fieldValidation", "string")]

const queries: Readonly<Record<string, ReadonlyArray<JsonObject>>> = {
  post: writes,
  put: writes,
  patch: [...writes, query("force", "boolean")]
}

const json = (schema: JsonObject): JsonObject => ({ content: { "application/json": { schema } } })

const bodies = ["post", "put"]

const operation = (
  kind: Kind.Kind,
  action: string,
  method: string,
  schema: JsonObject
): JsonObject =>
  Json.make({
    parameters: queries[method],
    requestBody: bodies.includes(method) ? { ...json(schema), required: true } : undefined,
    responses: { 200: { description: "OK", ...(action === "list" || action === "delete" ? {} : json(schema)) } },
    "x-kubernetes-action": action,
    "x-kubernetes-group-version-kind": { group: kind.group, kind: kind.kind, version: kind.version }
  })

const paths = (kind: Kind.Kind, name: string): JsonObject => {
  const of = (action: string, method: string) => operation(kind, action, method, BuiltIn.ref(name))
  const all = `/${pathOf(kind)}/${kind.namespaced ? "namespaces/{namespace}/" : ""}${kind.plural}`
  const namespace = kind.namespaced
    ? [{ name: "namespace", in: "path", required: true, schema: { type: "string" } }]
    : []
  const one: JsonObject = { name: "name", in: "path", required: true, schema: { type: "string" } }
  return {
    [all]: {
      ...(kind.virtual ? {} : { get: of("list", "get") }),
      post: of("post", "post"),
      parameters: namespace
    },
    ...(kind.virtual ? {} : {
      [`${all}/{name}`]: {
        get: of("get", "get"),
        put: of("put", "put"),
        patch: of("patch", "patch"),
        delete: of("delete", "delete"),
        parameters: [one, ...namespace]
      }
    })
  }
}

const document = (schemas: BuiltIn.Schemas, kinds: ReadonlyArray<Kind.Kind>, version: string): JsonObject => {
  const others = kinds.filter((kind) => BuiltIn.nameOf(schemas, kind) === undefined)
  const [, minor = ""] = /^v([0-9]+\.[0-9]+)/.exec(version) ?? []
  return {
    openapi: "3.0.0",
    info: { title: "Kubernetes", version: minor },
    paths: Object.assign(
      {},
      ...kinds.map((kind) => paths(kind, BuiltIn.nameOf(schemas, kind) ?? FieldSchema.nameOf(kind)))
    ),
    components: {
      schemas: {
        ...BuiltIn.closure(schemas, kinds),
        ...Object.fromEntries(others.map((kind) => [FieldSchema.nameOf(kind), FieldSchema.objectSchema(kind)]))
      }
    }
  }
}

/** Clients keep a document by its hash: it differs when a kind or its schema does. */
const hash = (kinds: ReadonlyArray<Kind.Kind>, version: string): string =>
  createHash("sha256").update(version).update(
    JSON.stringify(kinds.map((kind) => [Kind.resource(kind), kind.kind, kind.namespaced, kind.openApi ?? null]))
  ).digest("hex").toUpperCase()

const list = (kinds: ReadonlyArray<Kind.Kind>, version: string): JsonObject => {
  const names = [...new Set(kinds.map(pathOf))].toSorted()
  return {
    paths: Object.fromEntries(names.map((name) => [name, {
      serverRelativeURL: `${root}/${name}?hash=${hash(kinds.filter((kind) => pathOf(kind) === name), version)}`
    }]))
  }
}

/** Whether a path is one of these documents. @since 0.1.0 @category predicates  */
export const has = (path: string): boolean => path === root || path.startsWith(`${root}/`)

/** The document at a path; undefined for a group or a version that is not served. @since 0.1.0 @category constructors  */
export const at = (
  path: string,
  kinds: ReadonlyArray<Kind.Kind>,
  version: string
): Effect.Effect<JsonObject | undefined> => {
  if (path === root) {
    return Effect.succeed(list(kinds, version))
  }
  const own = kinds.filter((kind) => path === `${root}/${pathOf(kind)}`)
  return own.length === 0
    ? Effect.succeed(undefined)
    : Effect.map(BuiltIn.load, (schemas) => document(schemas, own, version))
}
