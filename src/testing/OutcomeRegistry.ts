/**
 * Which build goes how: the outcomes that a test has asked for, and the attempts so far.
 *
 * @since 0.1.0
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as FiberId from "effect/FiberId"
import type { BuildRef } from "../core/BuildRef.js"
import type { ControlPlane, PodBehaviour } from "../fake/ControlPlane.js"
import * as Program from "../fake/kubelet/Program.js"
import type { JsonObject } from "../kubernetes/client/ApiRequest.js"
import * as BuildPods from "./BuildPods.js"
import type { Outcome } from "./Outcome.js"
import * as OutcomePrograms from "./OutcomePrograms.js"

/**
 * The builds that an outcome is for; what is left out matches all. `name` is that of the record, of the Job or the Build,
 * or of the pod.
 *
 * @since 0.1.0
 * @category models
 */
export interface BuildMatch {
  readonly finalImage?: string | undefined
  readonly fingerprint?: string | undefined
  readonly name?: string | undefined
}

interface Entry {
  readonly match: BuildMatch
  readonly outcome: Outcome
}

const isFor = (match: BuildMatch, of: BuildPods.Subject): boolean =>
  (match.finalImage === undefined || match.finalImage === of.finalImage)
  && (match.fingerprint === undefined || match.fingerprint === of.fingerprint)
  && (match.name === undefined || of.names.includes(match.name))

/** @since 0.1.0 @category models */
export class OutcomeRegistry {
  private entries: ReadonlyArray<Entry> = []
  private readonly attempts = new Map<string, number>()
  private readonly released = new Map<string, Deferred.Deferred<Outcome>>()
  private readonly otherwise: Outcome
  private readonly programs: Program.Programs

  /** Builds go as `otherwise` says until a test says more; pods that build nothing run `programs`. */
  constructor(otherwise: Outcome, programs: Program.Programs = Program.byDefault) {
    this.otherwise = otherwise
    this.programs = programs
  }

  /** What is said last comes first. */
  say(outcome: Outcome, match: BuildMatch): void {
    this.entries = [{ match, outcome }, ...this.entries]
  }

  release(ref: BuildRef, outcome: Outcome): Effect.Effect<void> {
    return Effect.asVoid(Deferred.succeed(this.gate(`${ref.namespace}/${ref.name}`), outcome))
  }

  reset(): void {
    this.entries = []
    this.attempts.clear()
    this.released.clear()
  }

  /** What becomes of the pods of a cluster. */
  behaviour(plane: ControlPlane): PodBehaviour {
    return {
      obstacle: (pod) => {
        const outcome = this.outcome(BuildPods.subject(plane.registry, pod))
        return outcome?._tag === "NeverScheduled" ? outcome.message : undefined
      },
      programs: (pod) => Effect.suspend(() => this.program(plane, pod))
    }
  }

  private program(plane: ControlPlane, pod: JsonObject): Effect.Effect<Program.PodProgram> {
    const of = BuildPods.subject(plane.registry, pod)
    const outcome = this.outcome(of)
    if (outcome === undefined) {
      return this.programs(pod)
    }
    const build = `${of.namespace}/${of.record === "" ? of.names[1] : of.record}`
    const attempt = (this.attempts.get(build) ?? 0) + 1
    this.attempts.set(build, attempt)
    const released = Deferred.await(this.gate(build))
    return Effect.succeed(OutcomePrograms.program({ plane, pod, of, outcome, attempt, released }))
  }

  /** How a build goes; undefined for a pod that builds nothing. */
  private outcome(of: BuildPods.Subject): Outcome | undefined {
    return of.runner === "unknown"
      ? undefined
      : this.entries.find((entry) => isFor(entry.match, of))?.outcome ?? this.otherwise
  }

  private gate(build: string): Deferred.Deferred<Outcome> {
    const gate = this.released.get(build) ?? Deferred.unsafeMake<Outcome>(FiberId.none)
    this.released.set(build, gate)
    return gate
  }
}
