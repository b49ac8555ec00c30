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
import * as Conditions from "../controllers/Conditions.js"
import * as Json from "../Json.js"
import * as Metadata from "../store/Metadata.js"
import * as ContainerStates from "./ContainerStates.js"
import type * as ContainerStatus from "./ContainerStatus.js"
import type { LogStore, Output } from "./LogStore.js"
import type { NodeApi } from "./NodeApi.js"
import type { ContainerProgram, PodProgram, Step } from "./Program.js"
import type { StdinStore } from "./StdinStore.js"
import * as VolumeReferences from "./VolumeReferences.js"

/** @since 0.1.0 @category models */
export interface PodWorker {
  /** Runs the pod until all containers have terminated. */
  readonly run: Effect.Effect<void>
  /** Kills running containers after `run` was interrupted, and deletes the pod. */
  readonly stop: Effect.Effect<void>
  /** Receives the pod's current state in the API server. */
  readonly update: (pod: JsonObject) => void
}

type Terminated = Extract<ContainerStatus.State, { _tag: "Terminated" }>

// pkg/kubelet/container/runtime.go (v1.37), MaxContainerTerminationMessageLogLength and …LogLines: bytes and lines.
const fallbackBytes = 2048
const fallbackLines = 80

/** The log tail that is the termination message of a failed container without a message of its own. */
const fallback = (output: Output): string =>
  Buffer.from(output.lines.slice(-fallbackLines).map((line) => `${line.text}\n`).join(""))
    .subarray(-fallbackBytes).toString()

/** The termination message of a container that has ended. */
const messageOf = (
  spec: JsonObject,
  { exitCode, message = "" }: ContainerStates.End,
  output: Output
): string | undefined => {
  const falls = exitCode !== 0 && Json.text(spec, "terminationMessagePolicy") === "FallbackToLogsOnError"
  const text = falls && message === "" ? fallback(output) : message
  return text === "" ? undefined : text
}

/** @since 0.1.0 @category constructors */
export const make = (
  first: JsonObject,
  program: PodProgram,
  api: NodeApi,
  { logStore, stdinStore }: { readonly logStore: LogStore; readonly stdinStore: StdinStore }
): Effect.Effect<PodWorker> =>
  Effect.gen(function*() {
    const uid = Metadata.uid(first)
    const policy = Json.text(first, "spec", "restartPolicy") ?? "Always"
    const lock = yield* Effect.makeSemaphore(1)
    const disrupted = yield* Deferred.make<Extract<Step, { _tag: "Disrupt" }>>()
    const specs = [
      ...Json.objects(first, "spec", "initContainers").map((spec) => ({ spec, init: true })),
      ...Json.objects(first, "spec", "containers").map((spec) => ({ spec, init: false }))
    ]
    let pod = first
    let progress: ContainerStates.Progress = { hasSandbox: false, isTerminal: false, disruption: undefined }
    const programs = new Map<string, ContainerProgram>()
    let containers: ReadonlyArray<ContainerStatus.Container> = specs.map(({ init, spec }) => ({
      name: Json.text(spec, "name") ?? "",
      spec,
      init,
      state: {
        _tag: "Waiting",
        reason: specs.some((one) => one.init) ? "PodInitializing" : "ContainerCreating"
      },
      last: undefined,
      restarts: 0
    }))

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
      return one === undefined ? undefined : `spec.${one.init ? "initContainers" : "containers"}{${one.name}}`
    }

    const mount = Effect.forEach(VolumeReferences.volumes(first), ({ name, plural, volume }) =>
      Effect.gen(function*() {
        const namespace = Metadata.namespace(first)
        if (!(yield* api.isThere(plural, namespace, name))) {
          const what = plural === "secrets" ? "secret" : "configmap"
          const message = `MountVolume.SetUp failed for volume "${volume}" : ${what} "${name}" not found`
          yield* record("Warning", "FailedMount", message)
          yield* api.appears(plural, namespace, name)
        }
      }), { discard: true })

    const configure = (name: string, spec: JsonObject) =>
      Effect.forEach(VolumeReferences.environment(spec), (need) =>
        Effect.gen(function*() {
          const namespace = Metadata.namespace(first)
          if (!(yield* api.isThere(need.plural, namespace, need.name))) {
            const what = need.plural === "secrets" ? "secret" : "configmap"
            yield* setState(name, {
              _tag: "Waiting",
              reason: "CreateContainerConfigError",
              message: `${what} "${need.name}" not found`
            })
            yield* api.appears(need.plural, namespace, need.name)
          }
        }), { discard: true })

    /** Runs the steps until the container exits; does not return for a pod that is disrupted. */
    const follow = (steps: Stream.Stream<Step>, output: Output) =>
      steps.pipe(
        Stream.mapEffect((step) => {
          switch (step._tag) {
            case "Log":
              return Effect.as(
                Effect.map(Clock.currentTimeMillis, (now) => output.append(step.line, now)),
                Option.none<Extract<Step, { _tag: "Exit" }>>()
              )
            case "Exit":
              return Effect.succeedSome(step)
            case "Disrupt":
              // On Effect 4 what waits for it goes on within the call, and interrupts this fiber.
              return Effect.andThen(Effect.forkDaemon(Deferred.succeed(disrupted, step)), Effect.never)
            case "Delete":
              return Effect.as(api.deletePod(first), Option.none())
          }
        }),
        Stream.filterMap((exit) => exit),
        Stream.runHead,
        Effect.map(Option.getOrElse((): Extract<Step, { _tag: "Exit" }> => ({ _tag: "Exit", exitCode: 0 })))
      )

    const once = (name: string, spec: JsonObject): Effect.Effect<Terminated> =>
      Effect.scoped(Effect.gen(function*() {
        yield* configure(name, spec)
        const one = program(name, { stdin: yield* stdinStore.open(uid, name, spec) })
        programs.set(name, one)
        yield* Stream.runForEach(one.waiting ?? Stream.empty, (why) => setState(name, { _tag: "Waiting", ...why }))
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
        yield* setState(name, { _tag: "Running", startedAt })
        const exit = yield* follow(one.steps, output)
        output.close()
        return {
          _tag: "Terminated",
          exitCode: exit.exitCode,
          reason: exit.reason ?? (exit.exitCode === 0 ? "Completed" : "Error"),
          message: messageOf(spec, exit, output),
          startedAt,
          finishedAt: yield* timestamp
        }
      }))

    const runContainer = (spec: JsonObject, init: boolean): Effect.Effect<number> =>
      Effect.gen(function*() {
        const name = Json.text(spec, "name") ?? ""
        for (let restarts = 0; true; restarts++) {
          const end = yield* once(name, spec)
          const restart = policy === "Never" ? false : end.exitCode !== 0 || (policy === "Always" && !init)
          if (!restart) {
            yield* setState(name, end)
            return end.exitCode
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

    const all = Effect.gen(function*() {
      yield* publish
      yield* mount
      yield* advance({ hasSandbox: true })
      for (const { init, spec } of specs.filter((one) => one.init)) {
        if ((yield* runContainer(spec, init)) !== 0) {
          return
        }
      }
      yield* Effect.forEach(specs.filter((one) => !one.init), ({ init, spec }) => runContainer(spec, init), {
        concurrency: "unbounded",
        discard: true
      })
    })

    const stopped = ({ name, spec }: ContainerStatus.Container): ContainerStates.End => {
      const end = programs.get(name)?.stopped ?? { exitCode: 143 }
      const output = logStore.current(uid, name)
      return { exitCode: end.exitCode, message: output === undefined ? end.message : messageOf(spec, end, output) }
    }

    /** Running containers are told to stop, waiting ones never run: pkg/kubelet/status/status_manager.go TerminatePod. */
    const kill = Effect.gen(function*() {
      const running = containers.filter(({ state }) => state._tag === "Running")
      yield* Effect.forEach(running, ({ name }) => record("Normal", "Killing", `Stopping container ${name}`, name))
      containers = ContainerStates.killed(containers, stopped, yield* timestamp)
      logStore.close(uid)
      yield* publish
    })

    const disrupt = (disruption: Extract<Step, { _tag: "Disrupt" }>) =>
      Effect.gen(function*() {
        const { message = "", reason, vanishes } = disruption
        if (vanishes === true) {
          // The node is gone, and what its kubelet has reported stays: pkg/controller/podgc/gc_controller.go.
          logStore.close(uid)
          yield* advance({ disruption, isTerminal: true })
          return yield* api.deletePod(first, { gracePeriodSeconds: 0 })
        }
        if (reason === "Evicted") yield* record("Warning", reason, message)
        progress = { ...progress, disruption }
        yield* kill
        if (reason === "Evicted") logStore.lose(uid)
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
        (step) => step === undefined ? advance({ isTerminal: true }) : disrupt(step)
      ),
      stop: Effect.gen(function*() {
        if (!ContainerStates.isOver(containers, policy)) {
          progress = { ...progress, disruption: progress.disruption ?? {} }
          yield* kill
        }
        yield* advance({ isTerminal: true })
        yield* api.deletePod(first, { gracePeriodSeconds: 0 })
      }),
      update: (now) => {
        pod = {
          ...now,
          status: Json.objects(now, "status", "conditions").reduce(
            (status, condition) =>
              Conditions.find(status, Json.text(condition, "type") ?? "") === undefined
                ? { ...status, conditions: [...Json.objects(status, "conditions"), condition] }
                : status,
            Json.object(pod, "status")
          )
        }
      }
    }
  })
