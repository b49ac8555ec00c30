/**
 * Server-side apply: a PATCH with a configuration, which creates the object or merges into it.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { ApiRequest, JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as Kind from "../kinds/Kind.js"
import * as ManagedFields from "../managed/ManagedFields.js"
import * as Typed from "../managed/Typed.js"
import * as Metadata from "../store/Metadata.js"
import type { Answer, Part, Registry, Write } from "../store/Registry.js"
import * as Update from "../store/Update.js"
import * as RequestBody from "./RequestBody.js"
import * as Status from "./Status.js"

/** @since 0.1.0 @category models */
export interface Target {
  readonly kind: Kind.Kind
  readonly namespace: string
  readonly name: string
  readonly part: Part
  readonly request: ApiRequest
  readonly write: Write
}

const patchOptions: Status.Named = { group: "meta.k8s.io", plural: "", kind: "PatchOptions" }

/** The configuration of a request; it has the type of the kind, and the name of the path. */
const configOf = ({ kind, name, namespace, request }: Target): Answer<JsonObject> =>
  Either.gen(function*() {
    const body = yield* RequestBody.object({ ...request, contentType: "application/json" })
    const expected = Kind.apiVersion(kind)
    const apiVersion = Json.text(body, "apiVersion") ?? ""
    if (apiVersion !== expected) {
      const type = apiVersion.includes("/") ? apiVersion : `/${apiVersion}`
      return yield* Either.left(
        Status.badRequest(`invalid object type: ${type}, Kind=${Json.text(body, "kind") ?? ""}`)
      )
    }
    const { unknown, wrong } = kind.read(body, true)
    const [field] = unknown
    const problem = field === undefined
      ? wrong[0] ?? (Kind.isCustom(kind) ? Typed.mismatch(kind.schema, body) : undefined)
      : `.${field}: field not declared in schema`
    if (problem !== undefined) {
      const group = kind.group === "" ? `/${kind.version}` : `${kind.group}/${kind.version}`
      return yield* Either.left(Status.make(
        500,
        "",
        `failed to create typed patch object (${Metadata.namespace(body)}/${
          Metadata.name(body)
        }; ${group}, Kind=${kind.kind}): `
          + problem
      ))
    }
    const named = Metadata.setMeta(body, {
      name: Json.text(body, "metadata", "name") ?? name,
      ...(kind.namespaced ? { namespace: Json.text(body, "metadata", "namespace") ?? namespace } : {})
    })
    return named
  })

/** The object, and 201 if it is new. @since 0.1.0 @category combinators  */
export const run = (
  registry: Registry,
  target: Target
): Answer<{ readonly code: number; readonly object: JsonObject }> =>
  Either.gen(function*() {
    const { kind, name, namespace, part, request } = target
    if ((request.query["fieldManager"] ?? "") === "") {
      return yield* Either.left(Status.invalid(patchOptions, "", [
        Status.required("fieldManager", "is required for apply patch")
      ]))
    }
    const config = yield* configOf(target)
    const write = { ...target.write, applies: true }
    const manager = { name: request.query["fieldManager"] ?? "", subresource: part === "main" ? "" : part }
    const options = { force: request.query["force"] === "true", now: write.now }
    const apply = (live: JsonObject) => ManagedFields.apply(kind, live, config, manager, options)
    const existing = registry.get(kind, namespace, name)
    if (Either.isLeft(existing) && part === "main") {
      const uid = Metadata.uid(config)
      yield* Update.addressed(namespace, name, config)
      return uid !== ""
        ? yield* Either.left(Status.conflict(
          kind,
          name,
          `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`
        ))
        : { code: 201, object: yield* registry.create(kind, namespace, yield* apply({}), write) }
    }
    return { code: 200, object: yield* registry.update(kind, namespace, name, part, apply, write) }
  })
