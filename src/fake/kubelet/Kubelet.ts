/**
 * A node: registers itself and runs the pod programs of the pods assigned to it.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as FiberMap from "effect/FiberMap"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import type { Driver } from "../../kubernetes/client/Driver.js"
import * as Pods from "../controllers/Pods.js"
import * as Json from "../Json.js"
import * as Metadata from "../store/Metadata.js"
import type { LogStore } from "./LogStore.js"
import * as NodeApi from "./NodeApi.js"
import * as PodWorker from "./PodWorker.js"
import type { Programs } from "./Program.js"
import type { RunningPrograms } from "./RunningPrograms.js"
import type { StdinStore } from "./StdinStore.js"

/** @since 0.1.0 @category models */
export interface Options {
  readonly driver: Driver
  readonly node: JsonObject
  readonly programs: Programs
  readonly logStore: LogStore
  readonly stdinStore: StdinStore
  readonly running: RunningPrograms
}

/** Runs a node until the scope is closed. @since 0.1.0 @category constructors  */
export const run = (
  { logStore, driver, node, programs, running, stdinStore }: Options
): Effect.Effect<void, never, Scope.Scope> =>
  Effect.gen(function*() {
    const api = NodeApi.make(driver)
    const workers = new Map<string, PodWorker.PodWorker>()
    const graces = new Map<string, number>()
    const debugged = new Map<string, ReadonlyArray<string>>()
    const fibers = yield* FiberMap.make<string>()

    /** Runs the containers that were added to a pod since it was seen last. */
    const debug = (pod: JsonObject, uid: string, worker: PodWorker.PodWorker) => {
      const known = debugged.get(uid) ?? []
      const added = Json.objects(pod, "spec", "ephemeralContainers").filter((spec) =>
        !known.includes(Json.text(spec, "name") ?? "")
      )
      const names = added.map((spec) => Json.text(spec, "name") ?? "")
      if (added.length > 0) debugged.set(uid, [...known, ...names])
      return Effect.forEach(
        added,
        (spec) => FiberMap.run(fibers, `${uid} ${Json.text(spec, "name") ?? ""}`, worker.debug(spec)),
        { discard: true }
      )
    }

    const applied = (pod: JsonObject) =>
      Effect.gen(function*() {
        const uid = Metadata.uid(pod)
        const worker = workers.get(uid)
        worker?.update(pod)
        if (Metadata.isBeingDeleted(pod)) {
          const grace = Json.number(pod, "metadata", "deletionGracePeriodSeconds") ?? 0
          const before = graces.get(uid)
          graces.set(uid, grace)
          if (before === undefined) {
            yield* FiberMap.run(fibers, uid, worker?.stop ?? api.deletePod(pod, { gracePeriodSeconds: 0 }))
          }
          if (worker !== undefined && before !== grace) {
            const time = Effect.sleep(`${Math.max(grace, PodWorker.minimumGraceSeconds)} seconds`)
            yield* FiberMap.run(fibers, `${uid} grace`, Effect.andThen(time, worker.kill))
          }
        } else if (worker === undefined && !Pods.isTerminal(pod)) {
          const started = yield* PodWorker.make(pod, yield* programs(pod), api, { logStore, stdinStore, running })
          workers.set(uid, started)
          yield* FiberMap.run(fibers, uid, started.run)
          yield* debug(pod, uid, started)
        } else if (worker !== undefined) {
          yield* debug(pod, uid, worker)
        }
      })

    const deleted = (uid: string) =>
      Effect.gen(function*() {
        workers.delete(uid)
        for (const name of debugged.get(uid) ?? []) yield* FiberMap.remove(fibers, `${uid} ${name}`)
        debugged.delete(uid)
        graces.delete(uid)
        logStore.drop(uid)
        yield* running.drop(uid)
        yield* FiberMap.remove(fibers, uid)
        yield* FiberMap.remove(fibers, `${uid} grace`)
      })

    yield* api.register(node)
    yield* Effect.forkScoped(Stream.runForEach(
      api.pods(Metadata.name(node)),
      (event) => event._tag === "Applied" ? applied(event.pod) : deleted(event.uid)
    ))
  })
