/**
 * One reflector for each kind and selection of a cluster, for all who ask.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as RcMap from "effect/RcMap"
import * as Scope from "effect/Scope"
import type { Driver } from "../client/Driver.js"
import * as Requests from "../client/Requests.js"
import type { Reflector, Selected } from "../Reflector.js"
import type { Resource } from "../Resource.js"
import * as ReflectorLoop from "./ReflectorLoop.js"

/** How long a reflector that nobody uses is kept, for the next one who asks. */
const idle = "30 seconds"

export type Reflect = <A>(resource: Resource<A>, selected: Selected) => Effect.Effect<Reflector<A>, never, Scope.Scope>

/** The reflectors live in this scope, and each of them no longer than somebody's scope holds it, plus a little. */
export const make = (driver: Driver): Effect.Effect<Reflect, never, Scope.Scope> =>
  Effect.gen(function*() {
    const scope = yield* Effect.scope
    const mutex = yield* Effect.makeSemaphore(1)
    const pagedOnly = new Set<string>()
    const owner = {}

    // The typed map of a resource is kept with the resource, since no one map could hold reflectors of every type.
    const reflectorsOf = <A>(resource: Resource<A>) =>
      Effect.suspend(() => {
        const known = resource.reflectors.get(owner)
        return known !== undefined ? Effect.succeed(known) : RcMap.make({
          idleTimeToLive: idle,
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
          Effect.tap((map) => Effect.sync(() => resource.reflectors.set(owner, map)))
        )
      }).pipe(mutex.withPermits(1))

    return (resource, selected) =>
      Effect.flatMap(reflectorsOf(resource), (reflectors) => RcMap.get(reflectors, Data.struct(selected)))
  })
