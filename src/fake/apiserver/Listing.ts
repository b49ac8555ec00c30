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

/** The index of the byte at which a text is no longer base64 without padding; undefined for a valid one. */
const misencoded = (token: string): number | undefined => {
  const wrong = token.search(/[^A-Za-z0-9_-]/)
  return wrong !== -1 ? wrong : token.length % 4 === 1 ? token.length - 1 : undefined
}

const decode = (token: string): Either.Either<typeof Token.Type, Status.Status> => {
  const refuse = (why: string) => Status.badRequest(`invalid continue token: continue key is not valid: ${why}`)
  const at = misencoded(token)
  return at !== undefined
    ? Either.left(refuse(`illegal base64 data at input byte ${at}`))
    : Either.mapLeft(
      Schema.decodeEither(Token)(Buffer.from(token, "base64url").toString()),
      () => refuse("invalid character in the token")
    )
}

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
  /** Those that may be selected. */
  readonly objects: ReadonlyArray<JsonObject>
  /** Those that are not selected too. */
  readonly all: () => ReadonlyArray<JsonObject>
  readonly after: string
}

const snapshot = (store: ApiStore, selection: Selection, query: Query): Either.Either<Page, Status.Status> =>
  Either.gen(function*() {
    const resource = Kind.resource(selection.kind)
    const current = {
      revision: store.revision,
      objects: store.list(resource, selection.namespace, selection.having),
      all: () => store.list(resource, selection.namespace, [])
    }
    const past = (at: number) => store.listAt(resource, selection.namespace, at)
    const token = query["continue"] ?? ""
    if (token !== "") {
      const { rv, start } = yield* decode(token)
      if (!["", "0"].includes(query["resourceVersion"] ?? "")) {
        return yield* Either.left(
          Status.badRequest("specifying resource version is not allowed when using continue")
        )
      }
      if (rv === latest) {
        return { ...current, after: start }
      }
      const objects = past(rv)
      return objects === undefined
        ? yield* Either.left({
          ...Status.expired(tooOld),
          metadata: { continue: encode(latest, start) }
        })
        : { revision: rv, objects, all: () => objects, after: start }
    }
    const requested = yield* Either.mapLeft(
      revision(query),
      (problem) => Status.badRequest(`invalid resource version: ${problem}`)
    )
    if (requested === undefined || requested === 0) {
      return { ...current, after: "" }
    }
    if (requested > store.revision) {
      return yield* Either.left(tooLarge(requested, store.revision))
    }
    const match = query["resourceVersionMatch"] ??
      (limitOf(selection, query) === Number.POSITIVE_INFINITY ? "NotOlderThan" : "Exact")
    if (match !== "Exact") {
      return { ...current, after: "" }
    }
    const objects = past(requested)
    return objects === undefined
      ? yield* Either.left(Status.expired("The resourceVersion for the provided list is too old."))
      : { revision: requested, objects, all: () => objects, after: "" }
  })

/** The limit of a list, which one from the cache ignores, and one of a single name. */
const limitOf = (selection: Selection, query: Query): number => {
  const isSingle = selection.single && (query["continue"] ?? "") === ""
  const limit = query["resourceVersion"] === "0" || isSingle ? 0 : Number(query["limit"] ?? 0)
  return limit > 0 ? limit : Number.POSITIVE_INFINITY
}

/** @since 0.1.0 @category combinators */
export const list = (
  store: ApiStore,
  selection: Selection,
  query: Query,
  view: ResponseForm
): Either.Either<JsonObject, Status.Status> =>
  Either.map(snapshot(store, selection, query), (page) => {
    const limit = limitOf(selection, query)
    const selected = page.objects.filter((object) => path(object) > page.after && selection.selects(object))
    const items = selected.slice(0, limit)
    const end = items.length === limit ? path(items.at(-1) ?? {}) : undefined
    // A server does not know yet whether those after a full page are selected.
    const rest = end === undefined ? 0 : page.all().filter((object) => path(object) > end).length
    return view.list(
      Json.make({
        resourceVersion: String(page.revision),
        continue: end !== undefined && rest > 0 ? encode(page.revision, end) : undefined,
        remainingItemCount: rest > 0 && selection.everything ? rest : undefined
      }),
      items
    )
  })

const match = "resourceVersionMatch"

/** Checks the options of a list. @since 0.1.0 @category rules  */
export const validate = (query: Query): Either.Either<void, Status.Status> => {
  const wanted = query[match] ?? ""
  const errors = [
    ...(wanted === "" ? [] : [
      ...((query["resourceVersion"] ?? "") === ""
        ? [Status.forbiddenField(match, "resourceVersionMatch is forbidden unless resourceVersion is provided")]
        : []),
      ...((query["continue"] ?? "") === ""
        ? []
        : [Status.forbiddenField(match, "resourceVersionMatch is forbidden when continue is provided")]),
      ...(["Exact", "NotOlderThan"].includes(wanted)
        ? []
        : [Status.unsupportedValue(match, wanted, ["Exact", "NotOlderThan", ""])]),
      ...(wanted === "Exact" && query["resourceVersion"] === "0"
        ? [Status.forbiddenField(match, `resourceVersionMatch "exact" is forbidden for resourceVersion "0"`)]
        : [])
    ]),
    ...(query["sendInitialEvents"] === undefined
      ? []
      : [Status.forbiddenField("sendInitialEvents", "sendInitialEvents is forbidden for list")])
  ]
  return invalidOptions(errors)
}

/** Checks the options of a watch. @since 0.1.0 @category rules  */
export const validateWatch = (query: Query): Either.Either<void, Status.Status> => {
  const initial = query["sendInitialEvents"]
  const wanted = query[match] ?? ""
  return invalidOptions([
    ...(initial !== undefined && wanted !== "NotOlderThan"
      ? [Status.forbiddenField(match, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan")]
      : []),
    ...(wanted === "" ? [] : [
      ...(initial === undefined
        ? [
          Status.forbiddenField(
            match,
            "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"
          )
        ]
        : []),
      ...(wanted === "NotOlderThan" ? [] : [Status.unsupportedValue(match, wanted, ["NotOlderThan"])]),
      ...((query["continue"] ?? "") === ""
        ? []
        : [Status.forbiddenField(match, "resourceVersionMatch is forbidden when continue is provided")])
    ])
  ])
}

const invalidOptions = (errors: Status.FieldErrors): Either.Either<void, Status.Status> =>
  errors.length === 0 ? Either.void : Either.left(Status.invalid(listOptions, "", errors))

const listOptions: Status.Named = { group: "meta.k8s.io", plural: "", kind: "ListOptions" }
