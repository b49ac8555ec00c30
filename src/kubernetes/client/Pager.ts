/**
 * Reads a list page by page and decodes each page, so that at most one undecoded page is in memory.
 */
import * as Effect from "effect/Effect"
import { ClusterError } from "../ClusterError.js"
import * as WatchEvent from "../decode/WatchEvent.js"
import type { Resource } from "../Resource.js"
import type { Driver } from "./Driver.js"
import * as Requests from "./Requests.js"

// client-go's pager (tools/pager/pager.go)
const pageSize = 500

/** A list with more pages does not end: etcd cannot store that many objects. */
const maxPages = 10_000

export interface DecodedList<A> {
  readonly items: ReadonlyArray<WatchEvent.DecodedObject<A>>
  readonly resourceVersion: string
}

/**
 * The pages are one consistent snapshot. When the server drops it before the last page (410), the list is read again in one
 * response.
 */
export const list = <A>(
  send: Driver["request"],
  resource: Resource<A>,
  call: Requests.Call,
  sharing?: WatchEvent.Sharing
): Effect.Effect<DecodedList<A>, ClusterError> => {
  const from = (
    items: Array<WatchEvent.DecodedObject<A>>,
    query: { readonly limit?: number; readonly continue?: string },
    pages = 1
  ): Effect.Effect<DecodedList<A>, ClusterError> =>
    Effect.gen(function*() {
      const { request, subject } = Requests.withQuery(call, query)
      const body = yield* send(request, subject)
      const failed = (detail: string) => new ClusterError({ ...subject, reason: "Decode", detail })
      const page = yield* Effect.try({
        try: () => decodePage(resource, body, sharing),
        catch: (cause) => failed(`the response is not a list: ${String(cause)}`)
      })
      if (page === undefined || page.resourceVersion === "") {
        return yield* failed(page === undefined ? "the response is not a list" : "the list has no resourceVersion")
      }
      for (const item of page.items) items.push(item)
      if (page.next !== "" && pages === maxPages) {
        return yield* failed("the list does not end")
      }
      if (page.next !== "") {
        return yield* from(items, { limit: pageSize, continue: page.next }, pages + 1)
      }
      return { items, resourceVersion: page.resourceVersion }
    })
  return Effect.suspend(() => from([], { limit: pageSize })).pipe(
    Effect.catchIf((error) => error.reason === "Expired", () => from([], {}))
  )
}

const decodePage = <A>(resource: Resource<A>, body: unknown, sharing: WatchEvent.Sharing | undefined) => {
  const list = WatchEvent.listOf(body)
  return list === undefined
    ? undefined
    : { ...list, items: list.items.map((item) => WatchEvent.decodeObject(resource, item, sharing)) }
}
