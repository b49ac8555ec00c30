/**
 * The entry point of every request: records it, applies faults, and passes it to the API server.
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
 * A recorded request. `resource` is the plural, with its group if it has one (`jobs.batch`) and the subresource after a
 * slash (`pods/log`); the path for requests without a resource.
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

const maxRecorded = 100_000

/** @since 0.1.0 @category models */
export class Gateway {
  private readonly server: ApiServer
  private readonly faults: Faults
  private recorded: Array<RecordedRequest> = []
  private count = 0
  private cuts = 0
  private readonly watches = new Set<() => void>()

  constructor(server: ApiServer, faults: Faults) {
    this.server = server
    this.faults = faults
  }

  /** The recorded requests, oldest first. */
  get requests(): ReadonlyArray<RecordedRequest> {
    return [...this.recorded]
  }

  /** The number of requests so far, which {@link clearRequests} does not reset. */
  get handled(): number {
    return this.count
  }

  clearRequests(): void {
    this.recorded = []
  }

  handle(request: ApiRequest, user: User): Effect.Effect<Reply, Refused | Dropped> {
    return Effect.suspend(() => {
      const info = RequestInfo.parse(request)
      this.count += 1
      this.recorded.push({
        ...request,
        verb: info.verb,
        resource: resourceName(info),
        namespace: info.resource?.namespace ?? "",
        name: objectName(info, request),
        user: user.name
      })
      if (this.recorded.length > maxRecorded) {
        this.recorded.shift()
      }
      return this.faults.around(info, request, this.server.handle(request, user, this.interruption()))
    })
  }

  /** Cuts every open watch, as a load balancer or a restart does. */
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
