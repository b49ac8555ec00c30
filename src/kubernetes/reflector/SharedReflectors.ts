/**
 * Shares one reflector for each resource and selection of a cluster.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as RcMap from "effect/RcMap"
import * as Scope from "effect/Scope"
import type { Driver } from "../client/Driver.js"
import * as Requests from "../client/Requests.js"
import type { Reflector, Selected } from "../Reflector.js"
import type { Reflectors, Resource } from "../Resource.js"
import * as PagedOnly from "./PagedOnly.js"
import * as ReflectorLoop from "./ReflectorLoop.js"

/** An unused reflector is kept for this time, for the next user. */
const idleTimeToLive = "30 seconds"

export type Reflect = <A>(resource: Resource<A>, selected: Selected) => Effect.Effect<Reflector<A>, never, Scope.Scope>

/** Each reflector lives until its last user's scope is closed and the idle time is over, or this scope is closed. */
export const make = (driver: Driver): Effect.Effect<Reflect, never, Scope.Scope> =>
  Effect.gen(function*() {
    const scope = yield* Effect.scope
    const mutex = yield* Effect.makeSemaphore(1)
    const pagedOnly = PagedOnly.make()
    const owner = {}

    // The map of a resource is stored with the resource: a single map could not hold reflectors of different types.
    const reflectorsOf = <A>(resource: Resource<A>) =>
      Effect.suspend(() => {
        const existing = resource.reflectors.get(owner)
        return existing !== undefined ? Effect.succeed(existing) : RcMap.make({
          idleTimeToLive,
          lookup: (selected: Selected) =>
            ReflectorLoop.make({
              driver,
              resource,
              pagedOnly,
              namespace: selected.namespace,
              call: (verb) => Requests.collection(resource, selected, verb)
            })
        }).pipe(
          Scope.extend(scope),
          Effect.map((map): Reflectors<A> => ({ get: (selected) => RcMap.get(map, Data.struct(selected)) })),
          Effect.tap((map) => Effect.sync(() => resource.reflectors.set(owner, map)))
        )
      }).pipe(mutex.withPermits(1))

    return (resource, selected) => Effect.flatMap(reflectorsOf(resource), ({ get }) => get(selected))
  })
