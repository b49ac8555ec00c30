/**
 * One pod on its node: waits for its volumes, runs its containers' programs in order, and reports every change to the API
 * server.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as Metadata from "../store/Metadata.js"
import type { ContainerProgram, Exit, PodProgram, ProbeKind, Step } from "./ContainerProgram.js"
import * as ContainerStates from "./ContainerStates.js"
import * as ContainerStatus from "./ContainerStatus.js"
import type { LogStore, Output } from "./LogStore.js"
import type { NodeApi } from "./NodeApi.js"
import * as PodReferences from "./PodReferences.js"
import * as Probes from "./Probes.js"
import * as Restarts from "./Restarts.js"
import type { RunningPrograms } from "./RunningPrograms.js"
import type { StdinStore } from "./StdinStore.js"
import * as Steps from "./Steps.js"
import * as TerminationMessage from "./TerminationMessage.js"

/** What a node knows of its running containers. @since 0.1.0 @category models  */
export interface Stores {
  readonly logStore: LogStore
  readonly stdinStore: StdinStore
  readonly running: RunningPrograms
}

/** @since 0.1.0 @category models */
export interface PodWorker {
  /** Runs the pod until all containers have terminated. */
  readonly run: Effect.Effect<void>
  /** Stops the running containers after `run` was interrupted, and deletes the pod once they have ended. */
  readonly stop: Effect.Effect<void>
  /** Ends the grace period of `stop`. */
  readonly kill: Effect.Effect<void>
  /** Runs a container that was added to the running pod. */
  readonly debug: (spec: JsonObject) => Effect.Effect<void>
  /** Receives the pod's current state in the API server. */
  readonly update: (pod: JsonObject) => void
}

/** The shortest grace period: kuberuntime_container.go, minimumGracePeriodInSeconds. @since 0.1.0 @category constants  */
export const minimumGraceSeconds = 2

type Terminated = Extract<ContainerStatus.State, { _tag: "Terminated" }>

/** How a run of a container has ended; `isUnhealthy` if one of its probes has ended it. */
interface Ended {
  readonly state: Terminated
  readonly isUnhealthy: boolean
}

const capitalized = (kind: ProbeKind): string => `${kind.slice(0, 1).toUpperCase()}${kind.slice(1)}`

/** @since 0.1.0 @category constructors */
export const make = (
  first: JsonObject,
  program: PodProgram,
  api: NodeApi,
  { logStore, running, stdinStore }: Stores
): Effect.Effect<PodWorker> =>
  Effect.gen(function*() {
    const uid = Metadata.uid(first)
    const policy = Json.text(first, "spec", "restartPolicy") ?? "Always"
    const lock = yield* Effect.makeSemaphore(1)
    const outOfTime = yield* Deferred.make<void>()
    const sidecars = new Map<string, Deferred.Deferred<void>>()
    const disrupted = yield* Deferred.make<Extract<Step, { _tag: "Disrupt" }>>()
    const specs = [
      ...Json.objects(first, "spec", "initContainers").map((spec) => ({ spec, init: true })),
      ...Json.objects(first, "spec", "containers").map((spec) => ({ spec, init: false }))
    ]
    let pod = first
    let progress: ContainerStates.Progress = {
      hasSandbox: false,
      isDeleted: false,
      isTerminal: false,
      disruption: undefined
    }
    const programs = new Map<string, ContainerProgram>()
    let containers = ContainerStates.initial(specs)
    const stopped = yield* Deferred.make<void>()

    const publish = lock.withPermits(1)(Effect.flatMap(Clock.currentTimeMillis, (now) =>
      Effect.suspend(() => {
        const status = ContainerStates.podStatus(pod, containers, progress, now)
        pod = { ...pod, status }
        return api.putStatus(pod, status)
      })))

    const advance = (next: Partial<ContainerStates.Progress>) =>
      Effect.suspend(() => {
        progress = { ...progress, ...next }
        return publish
      })

    const change = (name: string, edit: (container: ContainerStatus.Container) => ContainerStatus.Container) =>
      Effect.andThen(
        Effect.sync(() => {
          containers = containers.map((container) => container.name === name ? edit(container) : container)
        }),
        publish
      )

    const setState = (name: string, state: ContainerStatus.State) =>
      change(name, (container) => ({ ...container, state }))

    const timestamp = Effect.map(Clock.currentTimeMillis, Metadata.timestamp)

    const record = (type: "Normal" | "Warning", reason: string, message: string, container?: string) =>
      Effect.flatMap(
        Clock.currentTimeMillis,
        (now) => api.record(first, { type, reason, message, now, fieldPath: fieldPathOf(container) })
      )

    const fieldPathOf = (container: string | undefined): string | undefined => {
      const one = containers.find(({ name }) => name === container)
      return one === undefined ? undefined : ContainerStates.fieldPath(one)
    }

    /** Runs the steps until the container exits; does not return for a pod that is disrupted. */
    const follow = (steps: Stream.Stream<Step>, output: Output) =>
      Effect.map(
        Steps.follow(steps, output, (step) =>
          // On Effect 4 what waits for it goes on within the call, and interrupts this fiber.
          step._tag === "Disrupt"
            ? Effect.andThen(Effect.forkDaemon(Deferred.succeed(disrupted, step)), Effect.never)
            : api.deletePod(first)),
        Option.getOrElse((): Exit => ({ _tag: "Exit", exitCode: 0 }))
      )

    const after = (seconds: number) => Effect.sleep(`${Math.max(seconds, minimumGraceSeconds)} seconds`)
    const graceSeconds = Json.number(first, "spec", "terminationGracePeriodSeconds") ?? 30

    /** How a container that is stopped ends: by itself, or with 137 once `killed` completes. */
    const ending = (name: string, spec: JsonObject, killed: Effect.Effect<void>) =>
      Steps.stop({ spec, killed, stopped: programs.get(name)?.stopped, output: logStore.current(uid, name) })

    /** Probes a running container until one of its probes ends it. */
    const unhealthy = (name: string, spec: JsonObject, program: ContainerProgram, startedAt: string) =>
      Probes.run({
        spec,
        program,
        report: (health) =>
          Effect.zipRight(
            setState(name, { _tag: "Running", startedAt, ...health }),
            health.isStarted ? begun(name) : Effect.void
          ),
        failed: (kind) =>
          record("Warning", "Unhealthy", `${capitalized(kind)} probe failed: by the program of the pod`, name)
      })

    /** Lets the next init container start once a sidecar has started. */
    const begun = (name: string) =>
      Effect.suspend(() => {
        const sidecar = sidecars.get(name)
        return sidecar === undefined ? Effect.void : Effect.asVoid(Deferred.succeed(sidecar, undefined))
      })

    const stopUnhealthy = (name: string, spec: JsonObject, { graceSeconds: own, kind }: Probes.Failed) =>
      Effect.gen(function*() {
        const again = (Json.text(spec, "restartPolicy") ?? policy) === "Never" ? "" : ", will be restarted"
        yield* record("Normal", "Killing", `Container ${name} failed ${kind} probe${again}`, name)
        return (yield* ending(name, spec, after(own ?? graceSeconds))).end
      })

    const once = (name: string, spec: JsonObject, init: boolean): Effect.Effect<Ended> =>
      Effect.scoped(Effect.gen(function*() {
        yield* PodReferences.configured(first, spec, api, (message) =>
          setState(name, { _tag: "Waiting", reason: "CreateContainerConfigError", message }))
        const one = program(name, { stdin: yield* stdinStore.open(uid, name, spec) })
        programs.set(name, one)
        yield* Stream.runForEach(one.waiting ?? Stream.empty, (why) =>
          setState(name, { _tag: "Waiting", ...why }))
        yield* record(
          "Normal",
          "Pulled",
          `Container image "${
            Json.text(spec, "image") ?? ""
          }" already present on machine and can be accessed by the pod`,
          name
        )
        yield* record("Normal", "Created", "Container created", name)
        yield* record("Normal", "Started", "Container started", name)
        const startedAt = yield* timestamp
        const output = logStore.start(uid, name)
        yield* running.start(uid, name, one)
        const health = Probes.initial(spec)
        yield* setState(name, { _tag: "Running", startedAt, ...health })
        if (health.isStarted) yield* begun(name)
        // Init containers other than sidecars have no probes.
        const ended = yield* init && !Restarts.isSidecar(spec, init) ? follow(one.steps, output) : Effect.raceFirst(
          follow(one.steps, output),
          Effect.map(unhealthy(name, spec, one, startedAt), (failed) => ({ _tag: "Unhealthy" as const, failed }))
        )
        const isUnhealthy = ended._tag === "Unhealthy"
        const exit: ContainerStates.End & { readonly reason?: string | undefined } = isUnhealthy
          ? yield* stopUnhealthy(name, spec, ended.failed)
          : ended
        output.close()
        yield* running.end(uid, name)
        const state: Terminated = {
          _tag: "Terminated",
          exitCode: exit.exitCode,
          reason: exit.reason ?? (exit.exitCode === 0 ? "Completed" : "Error"),
          message: TerminationMessage.of(spec, exit, output),
          startedAt,
          finishedAt: yield* timestamp
        }
        return { state, isUnhealthy }
      }))

    const runContainer = (spec: JsonObject, init: boolean): Effect.Effect<number> =>
      Effect.gen(function*() {
        const name = Json.text(spec, "name") ?? ""
        for (let restarts = 0; true; restarts++) {
          const { isUnhealthy, state: end } = yield* once(name, spec, init)
          if (!Restarts.restarts(spec, init, policy, isUnhealthy ? 137 : end.exitCode)) {
            yield* setState(name, end)
            return end.exitCode
          }
          if (isUnhealthy) {
            // At once, and seen when it runs again.
            containers = containers.map((one) =>
              one.name === name ? { ...one, last: end, restarts: one.restarts + 1 } : one
            )
            continue
          }
          const seconds = Math.min(10 * 2 ** restarts, 300)
          const where = `${Metadata.name(first)}_${Metadata.namespace(first)}(${uid})`
          yield* change(name, (container) => ({
            ...container,
            last: end,
            restarts: container.restarts + 1,
            state: {
              _tag: "Waiting",
              reason: "CrashLoopBackOff",
              message: `back-off ${seconds}s restarting failed container=${name} pod=${where}`
            }
          }))
          yield* Effect.sleep(`${seconds} seconds`)
        }
      })

    /** Runs a container that is added to the pod, once, until the others stop. */
    const debug = (spec: JsonObject) =>
      Effect.gen(function*() {
        containers = [...containers, ContainerStates.ephemeral(spec)]
        const { name } = ContainerStates.ephemeral(spec)
        yield* Effect.raceFirst(
          Effect.flatMap(once(name, spec, true), ({ state }) => setState(name, state)),
          Deferred.await(stopped)
        )
      })

    /** Starts the sidecars and runs the other init containers, in order; returns whether all are done. */
    const initialize = Effect.gen(function*() {
      for (const { init, spec } of specs.filter((one) => one.init)) {
        if (Restarts.isSidecar(spec, init)) {
          const started = yield* Deferred.make<void>()
          sidecars.set(Json.text(spec, "name") ?? "", started)
          yield* Effect.forkScoped(runContainer(spec, init))
          yield* Deferred.await(started)
        } else if ((yield* runContainer(spec, init)) !== 0) {
          return false
        }
      }
      return true
    })

    const all = Effect.scoped(Effect.gen(function*() {
      yield* publish
      yield* PodReferences.mounted(first, api, (message) => record("Warning", "FailedMount", message))
      yield* advance({ hasSandbox: true })
      if (yield* initialize) {
        yield* Effect.forEach(specs.filter((one) => !one.init), ({ init, spec }) => runContainer(spec, init), {
          concurrency: "unbounded",
          discard: true
        })
      }
    }))

    /** Waits until a container has stopped, at most until it is killed. */
    const stopOne = (killed: Effect.Effect<void>, isReported: boolean) => (container: ContainerStatus.Container) =>
      Effect.gen(function*() {
        const { name, spec } = container
        const { end, takesTime } = yield* ending(name, spec, killed)
        const output = logStore.current(uid, name)
        output?.close()
        yield* running.end(uid, name)
        const finishedAt = yield* timestamp
        const message = TerminationMessage.of(spec, end, output)
        const last = { exitCode: end.exitCode, message }
        containers = containers.map((one) => one.name === name ? ContainerStates.ended(one, last, finishedAt) : one)
        if (isReported && (takesTime || ContainerStatus.isSidecar(container))) yield* publish
      })

    /**
     * Stops all that runs: the sidecars after the others, the last one first. Waiting containers never run:
     * pkg/kubelet/status/status_manager.go TerminatePod, kuberuntime_termination_order.go. Of an evicted pod nothing is reported before
     * the end: eviction_manager.go evictPod changes no more than the phase, which is kept back.
     */
    const stopAll = (killed: Effect.Effect<void>, isReported = true) =>
      Effect.gen(function*() {
        yield* Deferred.succeed(stopped, undefined)
        const alive = containers.filter(({ state }) => state._tag === "Running")
        // The final state of the containers is reported with the terminal phase: kubelet.go SyncTerminatingPod, SyncTerminatedPod.
        if (isReported) yield* publish
        yield* Effect.forEach(alive, ({ name }) => record("Normal", "Killing", `Stopping container ${name}`, name))
        yield* Effect.forEach(alive.filter((one) => !ContainerStatus.isSidecar(one)), stopOne(killed, isReported), {
          concurrency: "unbounded",
          discard: true
        })
        yield* Effect.forEach(alive.filter(ContainerStatus.isSidecar).toReversed(), stopOne(killed, isReported), {
          discard: true
        })
        containers = ContainerStates.killed(containers, yield* timestamp)
        logStore.close(uid)
        yield* running.drop(uid)
      })

    const gracePeriod = after(graceSeconds)

    const disrupt = (disruption: Extract<Step, { _tag: "Disrupt" }>) =>
      Effect.gen(function*() {
        const { message = "", reason, vanishes } = disruption
        if (vanishes === true) {
          // The node is gone, and what its kubelet has reported stays: pkg/controller/podgc/gc_controller.go.
          logStore.close(uid)
          yield* running.drop(uid)
          yield* advance({ disruption, isTerminal: true })
          return yield* api.deletePod(first, { gracePeriodSeconds: 0 })
        }
        const isEvicted = reason === "Evicted"
        if (isEvicted || reason === "DeadlineExceeded") yield* record(isEvicted ? "Warning" : "Normal", reason, message)
        progress = { ...progress, disruption }
        yield* stopAll(isEvicted ? after(0) : gracePeriod, !isEvicted)
        if (isEvicted) logStore.lose(uid)
        yield* advance({ isTerminal: true })
      })

    const seconds = Json.number(first, "spec", "activeDeadlineSeconds")
    const deadline = seconds === undefined ? Effect.never : Effect.as(Effect.sleep(`${seconds} seconds`), {
      _tag: "Disrupt" as const,
      reason: "DeadlineExceeded",
      message: "Pod was active on the node longer than the specified deadline"
    })

    return {
      run: Effect.flatMap(
        Effect.raceFirst(Effect.as(all, undefined), Effect.raceFirst(Deferred.await(disrupted), deadline)),
        (step) =>
          step !== undefined
            ? disrupt(step)
            : Effect.andThen(
              sidecars.size === 0 && containers.length === specs.length ? Effect.void : stopAll(gracePeriod),
              advance({ isTerminal: true })
            )
      ),
      stop: Effect.gen(function*() {
        if (!ContainerStates.isOver(containers, policy)) {
          progress = { ...progress, isDeleted: true }
          yield* stopAll(Deferred.await(outOfTime))
        }
        yield* advance({ isTerminal: true })
        yield* api.deletePod(first, { gracePeriodSeconds: 0 })
      }),
      kill: Effect.asVoid(Deferred.succeed(outOfTime, undefined)),
      debug,
      update: (now) => {
        pod = ContainerStates.merged(now, pod)
      }
    }
  })
