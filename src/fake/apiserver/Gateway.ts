/**
 * The door of an API server: what every request passes, whichever way it comes. Requests are written down, planned faults
 * befall them, and the server answers.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { ApiRequest } from "../../kubernetes/client/ApiRequest.js"
import type { User } from "./Access.js"
import type { ApiServer } from "./ApiServer.js"
import { type Faults, objectName, resourceName } from "./Faults.js"
import type { Dropped, Refused, Reply } from "./Reply.js"
import * as RequestInfo from "./RequestInfo.js"
import type { Interruption } from "./Watching.js"

/**
 * A request as it came, and what it asked for: `resource` is the plural, with the group where there is one
 * (`jobs.batch`), and the subresource after a slash (`pods/log`); the path of what is no resource.
 *
 * @since 0.1.0
 * @category models
 */
export interface RecordedRequest extends ApiRequest {
  readonly verb: string
  readonly resource: string
  readonly namespace: string
  readonly name: string
  readonly user: string
}

const remembered = 100_000

/** @since 0.1.0 @category models */
export class Gateway {
  private readonly server: ApiServer
  private readonly faults: Faults
  private journal: Array<RecordedRequest> = []
  private cuts = 0
  private readonly watches = new Set<() => void>()

  constructor(server: ApiServer, faults: Faults) {
    this.server = server
    this.faults = faults
  }

  /** The requests so far, the oldest first. */
  get requests(): ReadonlyArray<RecordedRequest> {
    return [...this.journal]
  }

  forget(): void {
    this.journal = []
  }

  handle(request: ApiRequest, user: User): Effect.Effect<Reply, Refused | Dropped> {
    return Effect.suspend(() => {
      const info = RequestInfo.parse(request)
      this.journal.push({
        ...request,
        verb: info.verb,
        resource: resourceName(info),
        namespace: info.resource?.namespace ?? "",
        name: objectName(info, request),
        user: user.name
      })
      if (this.journal.length > remembered) {
        this.journal.shift()
      }
      return this.faults.around(info, request, this.server.handle(request, user, this.interruption()))
    })
  }

  /** Breaks every watch that is open, as a load balancer or a restart does. */
  cut(): void {
    this.cuts += 1
    const woken = [...this.watches]
    this.watches.clear()
    woken.forEach((wake) => wake())
  }

  private interruption(): Interruption {
    const cuts = this.cuts
    return {
      isCut: () => this.cuts !== cuts,
      onCut: (wake) => {
        this.watches.add(wake)
        return () => {
          this.watches.delete(wake)
        }
      }
    }
  }
}
