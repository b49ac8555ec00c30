/**
 * The cluster of a simulation: the fake, whose builds go by a script, where anything can be struck by a hand from outside.
 */
import { Clock, Deferred, Effect, Either, FiberId, Stream } from "effect"
import { BuildInput } from "effect-os-builder"
import * as Faults from "../../src/fake/apiserver/Faults.js"
import * as ControlPlane from "../../src/fake/ControlPlane.js"
import * as Json from "../../src/fake/Json.js"
import * as CoreKinds from "../../src/fake/kinds/CoreKinds.js"
import * as Kind from "../../src/fake/kinds/Kind.js"
import type * as Program from "../../src/fake/kubelet/Program.js"
import * as Metadata from "../../src/fake/store/Metadata.js"
import * as Seed from "../../src/fake/store/Seed.js"
import type { JsonObject } from "../../src/kubernetes/client/ApiRequest.js"
import * as Outcome from "../../src/testing/Outcome.js"
import { OutcomeRegistry } from "../../src/testing/OutcomeRegistry.js"
import type { Platform } from "./Platform.js"
import type * as Schedule from "./Schedule.js"
import { Truth } from "./Truth.js"

export const namespace = "default"

const outcomes: Readonly<Record<Schedule.Script, Outcome.Outcome>> = {
  "succeeds": Outcome.succeeds(),
  "fails": Outcome.containerfileFails({ exitCode: 3 }),
  "cannot pull": Outcome.pullFails(),
  "cannot pull for a moment": Outcome.pullFails({ transient: true }),
  "cannot push": Outcome.pushFails(),
  "cannot push for a moment": Outcome.pushFails({ transient: true }),
  "runs out of memory": Outcome.oomKilled,
  "is evicted once": Outcome.evicted(),
  "is evicted always": Outcome.evicted({ times: 100 }),
  "fits on no node": Outcome.neverScheduled,
  "has no builder image": Outcome.imagePullBackOff,
  "is deleted while it runs": Outcome.deletedOutside,
  "hangs": Outcome.hangs
}

const secretName = (index: number): string => `secret-${index}`

const buildInput = (input: Schedule.Input, index: number): Effect.Effect<BuildInput.BuildInput> => {
  const secret = input.secret === "none" ? {} : { secretName: secretName(index) }
  return Effect.orDie(BuildInput.make({
    dockerfile: "ARG BASE_IMAGE\nFROM $BASE_IMAGE\nRUN true",
    baseImage: { pullspec: "registry.example.com/base:1", ...secret },
    finalImage: { pullspec: `registry.example.com/os:${index}`, ...secret },
    retries: input.retries,
    pendingTimeout: `${input.pendingTimeout} seconds`,
    timeout: `${input.timeout} seconds`
  }))
}

const strikes = {
  "evict": {
    reasons: ["Evicted"],
    step: {
      _tag: "Disrupt",
      reason: "Evicted",
      message: "The node was low on resource: ephemeral-storage. ",
      condition: "TerminationByKubelet"
    }
  },
  // OpenShift's controller says of a pod that is gone just that.
  "lose its node": {
    reasons: ["NodeLost", "Evicted"],
    step: { _tag: "Disrupt", condition: "DeletionByPodGC", vanishes: true }
  },
  "delete": { reasons: ["Evicted", "NodeLost"], step: { _tag: "Delete" } }
} as const

/** What a container does, and when: its script, unless the pod is struck. */
const played = (
  truth: Truth,
  pod: JsonObject,
  container: string,
  program: Program.ContainerProgram,
  options: { readonly takes: number; readonly strike: Effect.Effect<Program.Step> }
): Program.ContainerProgram => {
  const steps = Effect.sync(() => truth.began(pod)).pipe(
    Effect.zipRight(Effect.sleep(`${options.takes} seconds`)),
    Stream.fromEffect,
    Stream.drain,
    Stream.concat(program.steps)
  )
  return {
    waiting: program.waiting,
    steps: Stream.merge(steps, Stream.fromEffect(options.strike), { haltStrategy: "left" }).pipe(
      Stream.tap((step) =>
        step._tag === "Exit" ? Effect.sync(() => truth.exited(pod, container, step.exitCode)) : Effect.void
      )
    )
  }
}

export const make = (platform: Platform, inputs: ReadonlyArray<Schedule.Input>) =>
  Effect.gen(function*() {
    const clock = yield* Effect.clock
    const playbook = new OutcomeRegistry(Outcome.succeeds())
    const strikesOf = new Map<string, Deferred.Deferred<Program.Step>>()
    const wanted = yield* Effect.forEach(inputs, buildInput)
    const scripts = new Map(wanted.map((input, index) => [BuildInput.fingerprint(input), inputs[index]] as const))
    const byFingerprint = new Map([...scripts].flatMap(([key, input]) => input === undefined ? [] : [[key, input]]))
    wanted.forEach((input, index) =>
      playbook.set(outcomes[inputs[index]?.script ?? "succeeds"], { finalImage: input.finalImage.pullspec })
    )
    let truth: Truth | undefined

    const plane = yield* ControlPlane.make({
      ...platform.topology.options,
      pods: (made) => {
        truth = new Truth(made.store, platform, byFingerprint, () => clock.unsafeCurrentTimeMillis())
        const known = truth
        const { obstacle, programs } = playbook.behaviour(made)
        return {
          obstacle,
          programs: (pod) =>
            Effect.map(programs?.(pod) ?? Effect.die("no program"), (program) => {
              const strike = Deferred.unsafeMake<Program.Step>(FiberId.none)
              strikesOf.set(Metadata.uid(pod), strike)
              const takes = known.ownerOf(Metadata.uid(pod))?.input.takes ?? 0
              return (container, streams) =>
                played(known, pod, container, program(container, streams), { takes, strike: Deferred.await(strike) })
            })
        }
      }
    })
    if (truth === undefined) return yield* Effect.dieMessage("a cluster without pods")
    const seen: Truth = truth
    const { registry, store } = plane
    const seed = (...objects: ReadonlyArray<JsonObject>) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) =>
        Effect.forEach(objects, (object) =>
          Either.match(Seed.put(plane, object, now), {
            onLeft: ({ message }) =>
              Effect.dieMessage(message),
            onRight: () => Effect.void
          }), { discard: true }))
    yield* seed(...platform.topology.objects)

    const putSecret = (index: number, version: number) =>
      seed({
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: secretName(index), namespace },
        type: "kubernetes.io/dockerconfigjson",
        data: { ".dockerconfigjson": Buffer.from(JSON.stringify({ auths: {}, version })).toString("base64") }
      })
    yield* Effect.forEach(inputs, ({ secret }, index) =>
      secret === "there" ? putSecret(index, 1) : Effect.void)

    const remove = (kind: Kind.Kind, name: string) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        registry.delete(kind, namespace, name, { propagationPolicy: "Background" }, { now })
      })
    const isThere = (kind: Kind.Kind, name: string, uid: string): boolean => {
      const found = store.get({ resource: Kind.resource(kind), namespace, name })
      return found !== undefined && Metadata.uid(found) === uid
    }
    const initial = new Set(Seed.all(plane).map(Metadata.uid))

    return {
      plane,
      truth: seen,
      inputs: wanted,
      heal: Effect.sync(() => plane.faults.clear()),
      /** Something is planned to go wrong with requests. */
      plan: ({ kind, resource, seconds, times, verb }: Schedule.Fault) =>
        Effect.sync(() => {
          const of = {
            records: "configmaps",
            children: Kind.resource(platform.child),
            pods: "pods",
            events: "events",
            all: undefined
          }[resource]
          plane.faults.add({ verb, resource: of }, faultOf(kind, seconds), times)
        }),
      outage: (seconds: number) =>
        Effect.map(Clock.currentTimeMillis, (now) => {
          plane.faults.outage(now + seconds * 1_000)
          plane.gateway.cut()
        }),
      cut: Effect.sync(() => plane.gateway.cut()),
      compact: Effect.sync(() => store.compact()),
      strike: (nth: number, how: keyof typeof strikes) =>
        Effect.suspend(() => {
          const running = store.list("pods", namespace).filter((pod) =>
            strikesOf.has(Metadata.uid(pod)) && Json.text(pod, "status", "phase") === "Running"
          )
          const uid = Metadata.uid(running[nth % Math.max(1, running.length)] ?? {})
          const strike = strikesOf.get(uid)
          if (strike === undefined) return Effect.void
          seen.struck(uid, ...strikes[how].reasons)
          return Effect.asVoid(Deferred.succeed(strike, strikes[how].step))
        }),
      deleteRecord: (name: string, uid: string) =>
        Effect.suspend(() => {
          if (!isThere(CoreKinds.configMap, name, uid)) return Effect.void
          seen.byHand(uid)
          return remove(CoreKinds.configMap, name)
        }),
      deleteChild: (name: string, uid: string) =>
        Effect.suspend(() => {
          if (!isThere(platform.child, name, uid)) return Effect.void
          seen.byHand(uid)
          return remove(platform.child, name)
        }),
      cancelChild: (name: string, uid: string) =>
        Effect.map(Clock.currentTimeMillis, (now) => {
          const { cancelled } = platform
          if (cancelled === undefined || !isThere(platform.child, name, uid)) return
          const owner = seen.ownerOf(uid)
          if (owner !== undefined) owner.stopAsked = true
          registry.update(platform.child, namespace, name, "main", (is) => Either.right(cancelled(is)), { now })
        }),
      secret: (index: number, how: "put" | "rotate" | "delete") =>
        Effect.suspend(() => {
          if (inputs[index]?.secret === "absent" || inputs[index]?.secret === "none") return Effect.void
          return how === "delete"
            ? remove(CoreKinds.secret, secretName(index))
            : putSecret(index, how === "put" ? 1 : 2)
        }),
      /** What came since the beginning, but for the events and what was put there by hand. */
      leftovers: Effect.sync(() =>
        Seed.all(plane).filter((object) =>
          !initial.has(Metadata.uid(object)) && !["Event", "Secret"].includes(Json.text(object, "kind") ?? "")
        ).map((object) => `${Json.text(object, "kind")} ${Metadata.name(object)}`)
      )
    }
  })

export type World = Effect.Effect.Success<ReturnType<typeof make>>

const faultOf = (kind: Schedule.Fault["kind"], seconds: number): Faults.Fault => {
  switch (kind) {
    case "409":
      return Faults.status(409, "Conflict", "Operation cannot be fulfilled: the object has been modified")
    case "410":
      return Faults.status(410, "Expired", "too old resource version")
    case "429":
      return Faults.throttled(`${seconds} seconds`)
    case "500":
      return Faults.internalError()
    case "503":
      return Faults.unavailable()
    case "refused":
      return Faults.drop
    case "cut":
      return Faults.loseResponse
    case "too slow":
      return Faults.latency("40 seconds")
    case "events late":
      return Faults.delayEvents(`${seconds} seconds`)
    case "events twice":
      return Faults.repeatEvents
  }
}
