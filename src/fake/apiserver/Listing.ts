/**
 * Lists: complete, at a past revision, or paged over one snapshot.
 *
 * Messages and rules are those of k8s.io/apiserver pkg/storage/interfaces.go, continue.go and etcd3/errors.go (v0.37).
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as Kind from "../kinds/Kind.js"
import { type ApiStore, path } from "../store/ApiStore.js"
import type { Selection } from "../store/Selection.js"
import type { ResponseForm } from "./ResponseForm.js"
import * as Status from "./Status.js"

type Query = Readonly<Record<string, string>>

const Token = Schema.parseJson(Schema.Struct({
  v: Schema.Literal("meta.k8s.io/v1"),
  rv: Schema.Int,
  start: Schema.NonEmptyString
}))

/** The revision of a continue token that continues at the current state. */
const latest = -1

const encode = (rv: number, start: string): string =>
  Buffer.from(Schema.encodeSync(Token)({ v: "meta.k8s.io/v1", rv, start })).toString("base64url")

const decode = (token: string): Either.Either<typeof Token.Type, Status.Status> =>
  Either.mapLeft(
    Schema.decodeEither(Token)(Buffer.from(token, "base64url").toString()),
    () => Status.badRequest("continue key is not valid")
  )

const tooOld =
  "The provided continue parameter is too old to display a consistent list result. You can start a new list "
  + "without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. "
  + "Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted "
  + "between the time the first chunk was returned and now may show up in the list."

/** The status for a resourceVersion that the server has not reached. @since 0.1.0 @category constructors  */
export const tooLarge = (requested: number, current: number): Status.Status =>
  Status.timeout(`Too large resource version: ${requested}, current: ${current}`, {
    causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
    retryAfterSeconds: 1
  })

/** The resourceVersion of a query; Left for an invalid one. @since 0.1.0 @category combinators  */
export const revision = (query: Query): Either.Either<number | undefined, string> => {
  const text = query["resourceVersion"] ?? ""
  return text === ""
    ? Either.right(undefined)
    : /^[0-9]+$/.test(text)
    ? Either.right(Number(text))
    : Either.left(
      `resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing `
        + `${JSON.stringify(text)}: invalid syntax`
    )
}

interface Page {
  readonly revision: number
  readonly objects: ReadonlyArray<JsonObject>
  readonly after: string
}

const snapshot = (store: ApiStore, selection: Selection, query: Query): Either.Either<Page, Status.Status> =>
  Either.gen(function*() {
    const resource = Kind.resource(selection.kind)
    const requested = yield* Either.mapLeft(
      revision(query),
      (problem) => Status.badRequest(`invalid resource version: ${problem}`)
    )
    const current = { revision: store.revision, objects: store.list(resource, selection.namespace, selection.having) }
    const past = (at: number) => store.listAt(resource, selection.namespace, at)
    const token = query["continue"] ?? ""
    if (token !== "") {
      if (requested !== undefined && requested !== 0) {
        return yield* Either.left(
          Status.badRequest("specifying resource version is not allowed when using continue")
        )
      }
      const { rv, start } = yield* decode(token)
      if (rv === latest) {
        return { ...current, after: start }
      }
      const objects = past(rv)
      return objects === undefined
        ? yield* Either.left({
          ...Status.expired(tooOld),
          metadata: { continue: encode(latest, start) }
        })
        : { revision: rv, objects, after: start }
    }
    if (requested === undefined || requested === 0) {
      return { ...current, after: "" }
    }
    if (requested > store.revision) {
      return yield* Either.left(tooLarge(requested, store.revision))
    }
    const match = query["resourceVersionMatch"] ?? (query["limit"] === undefined ? "NotOlderThan" : "Exact")
    if (match !== "Exact") {
      return { ...current, after: "" }
    }
    const objects = past(requested)
    return objects === undefined
      ? yield* Either.left(Status.expired("The resourceVersion for the provided list is too old."))
      : { revision: requested, objects, after: "" }
  })

/** @since 0.1.0 @category combinators */
export const list = (
  store: ApiStore,
  selection: Selection,
  query: Query,
  view: ResponseForm
): Either.Either<JsonObject, Status.Status> =>
  Either.flatMap(validate(query), () =>
    Either.map(snapshot(store, selection, query), (page) => {
      const rest = page.objects.filter((object) => path(object) > page.after && selection.selects(object))
      const limit = Number(query["limit"] ?? 0) || rest.length
      const items = rest.slice(0, limit)
      const last = items.at(-1)
      const more = last !== undefined && rest.length > limit
      return view.list(
        Json.make({
          resourceVersion: String(page.revision),
          continue: more ? encode(page.revision, path(last)) : undefined,
          remainingItemCount: more && selection.everything ? rest.length - limit : undefined
        }),
        items
      )
    }))

const validate = (query: Query): Either.Either<void, Status.Status> => {
  const match = query["resourceVersionMatch"]
  const version = query["resourceVersion"] ?? ""
  const refuse = (detail: string) =>
    Either.left(Status.invalid(listOptions, "", [{ type: "Forbidden", field: "resourceVersionMatch", detail }]))
  if (query["sendInitialEvents"] !== undefined) {
    return Either.left(Status.invalid(listOptions, "", [{
      type: "Forbidden",
      field: "sendInitialEvents",
      detail: "sendInitialEvents is forbidden for list"
    }]))
  }
  if (match === undefined) {
    return Either.void
  }
  if (version === "") {
    return refuse("resourceVersionMatch is forbidden unless resourceVersion is provided")
  }
  if ((query["continue"] ?? "") !== "") {
    return refuse("resourceVersionMatch is forbidden when continue is provided")
  }
  return match === "Exact" && version === "0"
    ? refuse(`resourceVersionMatch "exact" is forbidden for resourceVersion "0"`)
    : Either.void
}

/** The subject of errors about the query. @since 0.1.0 @category constants  */
export const listOptions: Status.Named = { group: "meta.k8s.io", plural: "", kind: "ListOptions" }
