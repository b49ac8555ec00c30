/**
 * A whole list, read page by page and projected, so that no more than a page of it is in memory as it came.
 */
import * as Effect from "effect/Effect"
import { ClusterError } from "../ClusterError.js"
import * as WatchEvent from "../decode/WatchEvent.js"
import type { Resource } from "../Resource.js"
import type { Driver } from "./Driver.js"
import * as Requests from "./Requests.js"

// client-go's pager (tools/pager/pager.go)
const pageSize = 500

/** What goes on after that is no list: etcd does not hold as many objects. */
const mostPages = 10_000

export interface Listed<A> {
  readonly items: ReadonlyArray<WatchEvent.Observed<A>>
  readonly resourceVersion: string
}

/**
 * The pages are one consistent snapshot. When the server does not keep it long enough (410 for a page after the first),
 * everything is read once more, in one piece.
 */
export const list = <A>(
  send: Driver["request"],
  resource: Resource<A>,
  call: Requests.Call,
  known?: WatchEvent.Known
): Effect.Effect<Listed<A>, ClusterError> => {
  const from = (
    items: Array<WatchEvent.Observed<A>>,
    query: { readonly limit?: number; readonly continue?: string },
    pages = 1
  ): Effect.Effect<Listed<A>, ClusterError> =>
    Effect.gen(function*() {
      const { request, subject } = Requests.withQuery(call, query)
      const body = yield* send(request, subject)
      const page = WatchEvent.itemsOf(body)
      const resourceVersion = WatchEvent.resourceVersionOf(body)
      if (page === undefined || resourceVersion === "") {
        return yield* new ClusterError({
          ...subject,
          reason: "Decode",
          detail: page === undefined ? "the answer is no list" : "the list has no resourceVersion"
        })
      }
      for (const item of page) {
        items.push(WatchEvent.fromObject(resource, item, known))
      }
      const next = WatchEvent.continueOf(body)
      if (next !== "" && pages === mostPages) {
        return yield* new ClusterError({ ...subject, reason: "Decode", detail: "the list does not end" })
      }
      if (next !== "") {
        return yield* from(items, { limit: pageSize, continue: next }, pages + 1)
      }
      return { items, resourceVersion }
    })
  return Effect.suspend(() => from([], { limit: pageSize })).pipe(
    Effect.catchIf((error) => error.reason === "Expired", () => from([], {}))
  )
}
