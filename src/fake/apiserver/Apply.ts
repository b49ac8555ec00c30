/**
 * Server-side apply: a PATCH with a configuration, which creates the object or merges into it.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { ApiRequest, JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as Fields from "../kinds/Fields.js"
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

/** Whether a value has the type of its field, and is decoded only once it has been merged. */
const isContent = (problem: string): boolean => !problem.startsWith("json: ") || problem.endsWith(Fields.intoNumber)

const patchOptions: Status.Named = { group: "meta.k8s.io", plural: "", kind: "PatchOptions" }

/** The configuration of a request, with the name of the path; `wrong` is a value of its type that the kind cannot decode. */
const configOf = (
  { kind, name, namespace, request }: Target
): Answer<{ readonly config: JsonObject; readonly sent: JsonObject; readonly wrong: string | undefined }> =>
  Either.gen(function*() {
    const body = yield* RequestBody.object({ ...request, contentType: "application/json" })
    const expected = Kind.apiVersion(kind)
    const apiVersion = Json.text(body, "apiVersion") ?? ""
    if (apiVersion !== expected || (Json.text(body, "kind") ?? kind.kind) !== kind.kind) {
      return yield* Either.left(
        Status.badRequest(`invalid object type: ${typeText(apiVersion, Json.text(body, "kind") ?? "")}`)
      )
    }
    const { unknown, wrong } = kind.read(body, true)
    const [field] = unknown
    const [early] = wrong.filter((problem) => !isContent(problem))
    const problem = field === undefined
      ? early ?? (Kind.isCustom(kind) ? Typed.mismatch(kind.schema, body) : undefined)
      : `.${field}: field not declared in schema`
    if (problem !== undefined) {
      return yield* Either.left(untyped(kind, body, problem))
    }
    const named = Metadata.setMeta(body, {
      name: Json.text(body, "metadata", "name") ?? name,
      ...(kind.namespaced ? { namespace: Json.text(body, "metadata", "namespace") ?? namespace } : {})
    })
    return { config: named, sent: body, wrong: wrong.find(isContent) }
  })

/** A type as Go writes it. */
const typeText = (apiVersion: string, kind: string): string =>
  `${apiVersion.includes("/") ? "" : "/"}${apiVersion}, Kind=${kind}`

const typeOf = (kind: Kind.Kind): string => typeText(Kind.apiVersion(kind), kind.kind)

const identity = (kind: Kind.Kind, body: JsonObject): string =>
  `${Metadata.namespace(body)}/${Metadata.name(body)}; ${typeOf(kind)}`

const untyped = (kind: Kind.Kind, body: JsonObject, problem: string): Status.Status =>
  Status.make(500, "", `failed to create typed patch object (${identity(kind, body)}): ${problem}`)

const unconverted = (kind: Kind.Kind, body: JsonObject, problem: string): Status.Status =>
  Status.make(
    500,
    "",
    `failed to convert new object (${
      identity(kind, body)
    }) to proper version: unable to convert unstructured object to `
      + `${typeOf(kind)}: ${problem}`
  )

/** A strict decoder refuses fields that the configuration has more than once, of which the client is warned otherwise. */
const withoutDuplicates = ({ duplicates, lenient, strict, warn }: Write): Answer<void> => {
  const { messages = [] } = duplicates ?? {}
  if (strict === true && messages.length > 0) {
    return Either.left(Status.badRequest(
      `error strict decoding patch: error converting YAML to JSON: yaml: unmarshal errors:\n  ${messages.join("\n  ")}`
    ))
  }
  if (lenient !== true) messages.forEach((message) => warn?.(message))
  return Either.void
}

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
    const { config, sent, wrong } = yield* configOf(target)
    const write = { ...target.write, applies: true }
    const manager = { name: request.query["fieldManager"] ?? "", subresource: part === "main" ? "" : part }
    const options = { force: request.query["force"] === "true", now: write.now, sent }
    const apply = (live: JsonObject) =>
      ManagedFields.apply(kind, live, config, manager, options).pipe(
        Either.filterOrLeft(() => wrong === undefined, () => unconverted(kind, sent, wrong ?? "")),
        Either.flatMap((applied) => Either.map(withoutDuplicates(write), () => applied))
      )
    const existing = registry.get(kind, namespace, name)
    if (Either.isLeft(existing) && part === "main") {
      const uid = Metadata.uid(config)
      const made = yield* apply({})
      if (uid !== "") {
        return yield* Either.left(Status.conflict(
          kind,
          name,
          `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`
        ))
      }
      yield* Update.addressed(namespace, name, sent)
      return { code: 201, object: yield* registry.create(kind, namespace, made, write) }
    }
    return { code: 200, object: yield* registry.update(kind, namespace, name, part, apply, write) }
  })
