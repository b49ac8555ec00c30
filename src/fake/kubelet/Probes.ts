/**
 * The startup, readiness and liveness probes of one run of a container. As in k8s.io/kubernetes pkg/kubelet/prober/worker.go
 * (v1.37); what a probe finds is up to the program of the container.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import type { ContainerProgram, ProbeKind } from "./ContainerProgram.js"

/**
 * What the kubelet knows of a running container: whether its startup probe has succeeded, and whether it is ready.
 *
 * @since 0.1.0
 * @category models
 */
export interface Health {
  readonly isStarted: boolean
  readonly isReady: boolean
}

/** A probe whose failure ends the container, with its own grace period if it has one. @since 0.1.0 @category models  */
export interface Failed {
  readonly kind: "startup" | "liveness"
  readonly graceSeconds: number | undefined
}

/** @since 0.1.0 @category models */
export interface Options {
  readonly spec: JsonObject
  readonly program: ContainerProgram
  /** Called for each change. */
  readonly report: (health: Health) => Effect.Effect<void>
  /** Called for each failure of a probe. */
  readonly failed: (kind: ProbeKind) => Effect.Effect<void>
}

const of = (spec: JsonObject, kind: ProbeKind): JsonObject | undefined =>
  spec[`${kind}Probe`] === undefined ? undefined : Json.object(spec, `${kind}Probe`)

/** The health of a container that has just started. @since 0.1.0 @category constructors  */
export const initial = (spec: JsonObject): Health => {
  const isStarted = of(spec, "startup") === undefined
  return { isStarted, isReady: isStarted && of(spec, "readiness") === undefined }
}

/** Probes until `crossed` returns true, which is called for each result that its threshold has been reached with. */
const loop = (
  { failed, program }: Options,
  kind: ProbeKind,
  probe: JsonObject,
  crossed: (isSuccess: boolean) => Effect.Effect<boolean>
): Effect.Effect<void> =>
  Effect.gen(function*() {
    const seconds = (name: string, otherwise: number) =>
      Effect.sleep(`${Json.number(probe, name) ?? otherwise} seconds`)
    const threshold = (isSuccess: boolean) =>
      isSuccess ? Json.number(probe, "successThreshold") ?? 1 : Json.number(probe, "failureThreshold") ?? 3
    let latest: boolean | undefined
    let times = 0
    yield* seconds("initialDelaySeconds", 0)
    while (true) {
      const isSuccess = program.probe === undefined || (yield* Effect.raceFirst(
        program.probe({ kind, probe }),
        Effect.as(seconds("timeoutSeconds", 1), false)
      ))
      if (!isSuccess) yield* failed(kind)
      times = isSuccess === latest ? times + 1 : 1
      latest = isSuccess
      if (times >= threshold(isSuccess) && (yield* crossed(isSuccess))) return
      yield* seconds("periodSeconds", 10)
    }
  })

/**
 * Probes until the container is to be killed; never returns for one without probes that fail.
 *
 * @since 0.1.0
 * @category combinators
 */
export const run = (options: Options): Effect.Effect<Failed> =>
  Effect.gen(function*() {
    const { program, report, spec } = options
    let health = initial(spec)

    const set = (next: Health) =>
      Effect.suspend(() => {
        if (next.isStarted === health.isStarted && next.isReady === health.isReady) return Effect.void
        health = next
        return report(next)
      })

    /** Completes with the failure of a probe, or with undefined once it has succeeded. */
    const decided = (kind: "startup" | "liveness", probe: JsonObject, endsWithSuccess: boolean) =>
      Effect.gen(function*() {
        let hasFailed = false
        yield* loop(options, kind, probe, (isSuccess) => {
          hasFailed = !isSuccess
          return Effect.succeed(hasFailed || endsWithSuccess)
        })
        return hasFailed ? { kind, graceSeconds: Json.number(probe, "terminationGracePeriodSeconds") } : undefined
      })

    const startup = of(spec, "startup")
    const readiness = of(spec, "readiness")
    const liveness = of(spec, "liveness")
    const failure = startup === undefined ? undefined : yield* decided("startup", startup, true)
    if (failure !== undefined) return failure
    yield* set({ isStarted: true, isReady: readiness === undefined })
    // Nothing that a program does not answer ever changes.
    const isConstant = program.probe === undefined
    const watching = readiness === undefined ? Effect.never : Effect.zipRight(
      loop(
        options,
        "readiness",
        readiness,
        (isReady) => Effect.as(set({ isStarted: true, isReady }), isConstant)
      ),
      Effect.never
    )
    const living = liveness === undefined || isConstant ? Effect.never : decided("liveness", liveness, false)
    return yield* Effect.flatMap(
      Effect.raceFirst(living, watching),
      (failed) => failed === undefined ? Effect.never : Effect.succeed(failed)
    )
  })
