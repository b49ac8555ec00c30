/**
 * The outcomes that a test has set, and the attempts of each build so far.
 *
 * @since 0.1.0
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as FiberId from "effect/FiberId"
import type { BuildRef } from "../core/BuildRef.js"
import type { ControlPlane, PodBehaviour } from "../fake/ControlPlane.js"
import * as Program from "../fake/kubelet/Program.js"
import * as ProgramDefects from "../fake/kubelet/ProgramDefects.js"
import type { JsonObject } from "../kubernetes/client/ApiRequest.js"
import * as BuildPods from "./BuildPods.js"
import * as GitPods from "./GitPods.js"
import type { Outcome } from "./Outcome.js"
import * as OutcomePrograms from "./OutcomePrograms.js"

/**
 * Selects the builds that get an outcome; an absent field matches all. `name` is that of the record, of the Job or Build, or
 * of the pod.
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

const matches = (match: BuildMatch, of: BuildPods.Subject): boolean =>
  (match.finalImage === undefined || match.finalImage === of.finalImage)
  && (match.fingerprint === undefined || match.fingerprint === of.fingerprint)
  && (match.name === undefined || of.names.includes(match.name))

/** @since 0.1.0 @category models */
export class OutcomeRegistry {
  private entries: ReadonlyArray<Entry> = []
  private readonly attempts = new Map<string, number>()
  private readonly released = new Map<string, Deferred.Deferred<Outcome>>()
  private readonly bases = new Map<string, string>()
  private readonly defaultOutcome: Outcome
  private readonly programs: Program.Programs

  /** Builds get the outcome `defaultOutcome` unless a test sets another; other pods run `programs`. */
  constructor(defaultOutcome: Outcome, programs?: Program.Programs) {
    this.defaultOutcome = defaultOutcome
    this.programs = programs === undefined ? Program.byDefault : ProgramDefects.contain(programs)
  }

  /** The latest call comes first. */
  set(outcome: Outcome, match: BuildMatch): void {
    this.entries = [{ match, outcome }, ...this.entries]
  }

  setBase(pullspec: string, digest: string): void {
    this.bases.set(pullspec, digest)
  }

  release(ref: BuildRef, outcome: Outcome): Effect.Effect<void> {
    return Effect.asVoid(Deferred.succeed(this.held(`${ref.namespace}/${ref.name}`), outcome))
  }

  reset(): void {
    this.entries = []
    this.bases.clear()
    this.attempts.clear()
    this.released.clear()
  }

  /** The pod behaviour of a cluster. */
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
    const digestOfBase = (pullspec: string) => this.bases.get(pullspec) ?? OutcomePrograms.baseDigest(pullspec)
    if (of.looksUp !== undefined) return Effect.succeed(OutcomePrograms.lookup(digestOfBase(of.looksUp)))
    const outcome = this.outcome(of)
    if (outcome === undefined) {
      const resolve = GitPods.resolve(pod)
      return resolve === undefined ? this.programs(pod) : Effect.succeed(resolve)
    }
    const build = `${of.namespace}/${of.record === "" ? of.names[1] : of.record}`
    const attempt = (this.attempts.get(build) ?? 0) + 1
    this.attempts.set(build, attempt)
    const released = Deferred.await(this.held(build))
    return Effect.succeed(OutcomePrograms.program({ plane, pod, of, outcome, attempt, released, digestOfBase }))
  }

  /** The outcome of a pod's build; undefined for a pod that is not a build. */
  private outcome(of: BuildPods.Subject): Outcome | undefined {
    return of.runner === "unknown"
      ? undefined
      : this.entries.find((entry) => matches(entry.match, of))?.outcome ?? this.defaultOutcome
  }

  private held(build: string): Deferred.Deferred<Outcome> {
    const held = this.released.get(build) ?? Deferred.unsafeMake<Outcome>(FiberId.none)
    this.released.set(build, held)
    return held
  }
}
