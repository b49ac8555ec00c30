/**
 * A backend in memory that simulates the lifecycle of a build, for tests without a cluster.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as DateTime from "effect/DateTime"
import * as Deferred from "effect/Deferred"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Ref from "effect/Ref"
import * as Stream from "effect/Stream"
import * as SubscriptionRef from "effect/SubscriptionRef"
import { createHash } from "node:crypto"
import { changesOf } from "../../effect/Changes.js"
import * as Fork from "../../effect/Fork.js"
import { BuildNotFound } from "../BuildError.js"
import * as BuildInput from "../BuildInput.js"
import { BuildRef } from "../BuildRef.js"
import * as BuildStatus from "../BuildStatus.js"
import * as Output from "../input/Output.js"
import * as BuildService from "./BuildService.js"
import { isAdopted } from "./BuildSummary.js"
import * as Calls from "./Calls.js"
import { make as makeService } from "./Traced.js"

// -----------------------------------------------------------------------------
// how builds end
// -----------------------------------------------------------------------------

/**
 * The simulated outcome of a build, with an optional duration and log. A `Held` build runs until `release` sets its outcome.
 *
 * @since 0.1.0
 * @category models
 */
export type Outcome =
  | { readonly _tag: "Succeeds" } & Details & { readonly digest?: string | undefined }
  | { readonly _tag: "Fails" } & Details & {
    readonly reason?: BuildStatus.FailedReason | undefined
    readonly message?: string | undefined
    readonly exitCode?: number | undefined
  }
  | { readonly _tag: "Errors" } & Details & {
    readonly reason?: BuildStatus.ErroredReason | undefined
    readonly message?: string | undefined
  }
  | { readonly _tag: "Held" }

interface Details {
  /** By default zero. */
  readonly after?: Duration.DurationInput | undefined
  readonly log?: ReadonlyArray<string> | undefined
}

type Ending = Exclude<Outcome, { readonly _tag: "Held" }>

/**
 * Selects the builds that an outcome applies to; by default all of them.
 *
 * @since 0.1.0
 * @category models
 */
export interface OutcomeMatch {
  readonly finalImage?: string | undefined
  readonly fingerprint?: string | undefined
  readonly name?: string | undefined
}

/**
 * Controls the memory backend in a test.
 *
 * @since 0.1.0
 * @category models
 */
export interface Control {
  /** Sets the outcome of builds that start from now on; the latest matching call applies. By default every build succeeds. */
  readonly outcome: (next: Outcome, match?: OutcomeMatch) => Effect.Effect<void>
  /**
   * Sets the digest that a base image has in its registry from now on, for builds and for `isOutdated`. By default it is derived from
   * the pullspec.
   */
  readonly baseDigest: (pullspec: string, digest: string) => Effect.Effect<void>
  /** Lets a held build finish. */
  readonly release: (
    ref: BuildRef,
    ending: Exclude<Outcome, { readonly _tag: "Held" }>
  ) => Effect.Effect<void, BuildNotFound>
}

/**
 * The control of the backend of {@link layerMemory}.
 *
 * @since 0.1.0
 * @category tags
 */
export class MemoryBackend extends Context.Tag("effect-os-builder/MemoryBackend")<MemoryBackend, Control>() {}

// -----------------------------------------------------------------------------
// the backend
// -----------------------------------------------------------------------------

interface Progress {
  readonly status: BuildStatus.BuildStatus
  readonly log: ReadonlyArray<string>
  readonly finishedAt?: DateTime.Utc
}

interface Build {
  readonly ref: BuildRef
  readonly number: number
  readonly input: BuildInput.BuildInput
  readonly fingerprint: string
  readonly createdAt: DateTime.Utc
  readonly progress: SubscriptionRef.SubscriptionRef<Progress>
  readonly released: Deferred.Deferred<Ending>
}

const name = "memory"
const defaultNamespace = "default"

const sha256 = (text: string): string => `sha256:${createHash("sha256").update(text).digest("hex")}`

const matches = (match: OutcomeMatch, build: Build): boolean =>
  (match.finalImage === undefined || match.finalImage === build.input.finalImage.pullspec) &&
  (match.fingerprint === undefined || match.fingerprint === build.fingerprint) &&
  (match.name === undefined || match.name === build.ref.name)

const make = Effect.gen(function*() {
  const scope = yield* Effect.scope
  const builds = yield* Ref.make<ReadonlyArray<Build>>([])
  const outcomes = yield* Ref.make<ReadonlyArray<readonly [OutcomeMatch, Outcome]>>([])
  const created = yield* Ref.make(0)
  const bases = yield* Ref.make<ReadonlyMap<string, string>>(new Map())
  const digestOfBase = (pullspec: string) => Effect.map(Ref.get(bases), (all) => all.get(pullspec) ?? sha256(pullspec))
  const admission = yield* Effect.makeSemaphore(1)

  const find = (ref: BuildRef) =>
    Effect.flatMap(Ref.get(builds), (all) => {
      const found = all.find((build) => build.ref.uid === ref.uid && build.ref.name === ref.name)
      return found === undefined ? Effect.fail(new BuildNotFound({ ref })) : Effect.succeed(found)
    })

  // A terminal status is final.
  const advance = (build: Build, status: BuildStatus.BuildStatus, log: ReadonlyArray<string> = []) =>
    Effect.flatMap(
      DateTime.now,
      (now) =>
        SubscriptionRef.update(build.progress, (before): Progress =>
          BuildStatus.isTerminal(before.status) ? before : {
            status,
            log: [...before.log, ...log],
            ...(BuildStatus.isTerminal(status) ? { finishedAt: now } : {})
          })
    )

  const end = (build: Build, ending: Ending, startedAt: DateTime.Utc) =>
    Effect.gen(function*() {
      if (ending.after !== undefined) yield* Effect.sleep(ending.after)
      const { pullspec } = build.input.finalImage
      const log = ending.log ?? [`STEP 1/1: FROM ${BuildInput.pulledImages(build.input).base ?? "scratch"}`]
      switch (ending._tag) {
        case "Succeeds": {
          const digest = ending.digest ?? sha256(`${build.fingerprint}/${build.number}`)
          const { base } = BuildInput.pulledImages(build.input)
          const image = BuildStatus.builtImage({
            tag: pullspec,
            ...Output.builtTags(pullspec, build.input),
            digest,
            architecture: build.input.architecture,
            base: base === undefined ? undefined : { pullspec: base, digest: yield* digestOfBase(base) }
          })
          return yield* advance(
            build,
            new BuildStatus.Succeeded({ image, startedAt, finishedAt: yield* DateTime.now }),
            log
          )
        }
        case "Fails":
          return yield* advance(
            build,
            new BuildStatus.Failed({
              reason: ending.reason ?? "InstructionFailed",
              message: ending.message ?? "an instruction failed, as set by the test",
              exitCode: ending.exitCode,
              logTail: log.slice(-20)
            }),
            log
          )
        case "Errors":
          return yield* advance(
            build,
            BuildStatus.errored(ending.reason ?? "Unknown", {
              message: ending.message ?? "an error, as set by the test",
              logTail: log.slice(-20)
            }),
            log
          )
      }
    })

  const execute = (build: Build) =>
    Effect.gen(function*() {
      const all = yield* Ref.get(outcomes)
      const outcome: Outcome = all.find(([match]) => matches(match, build))?.[1] ?? { _tag: "Succeeds" }
      const startedAt = yield* DateTime.now
      yield* advance(build, new BuildStatus.Running({ startedAt, attempt: 1 }))
      const ending = outcome._tag === "Held" ? yield* Deferred.await(build.released) : outcome
      yield* end(build, ending, startedAt)
    })

  const create = (input: BuildInput.BuildInput, fingerprint: string, namespace: string, number: number) =>
    Effect.gen(function*() {
      const serial = yield* Ref.updateAndGet(created, (count) => count + 1)
      const build: Build = {
        ref: new BuildRef({
          backend: name,
          namespace,
          name: `os-build-${fingerprint}-${number}`,
          uid: `00000000-0000-4000-8000-${String(serial).padStart(12, "0")}`
        }),
        number,
        input,
        fingerprint,
        createdAt: yield* DateTime.now,
        progress: yield* SubscriptionRef.make<Progress>({ status: new BuildStatus.Pending({}), log: [] }),
        released: yield* Deferred.make<Ending>()
      }
      yield* Ref.update(builds, (all) => [build, ...all])
      yield* Fork.inScope(execute(build), scope)
      return build
    })

  const service: BuildService.Implementation = {
    name,
    check: () => Effect.void,
    build: (input, options) =>
      Effect.gen(function*() {
        const fingerprint = BuildInput.fingerprint(input)
        const namespace = options?.namespace ?? defaultNamespace
        const all = yield* Ref.get(builds)
        const equal = all.filter((build) => build.fingerprint === fingerprint && build.ref.namespace === namespace)
        const [newest] = equal
        for (const build of options?.again === true ? [] : equal) {
          const { status } = yield* SubscriptionRef.get(build.progress)
          if (isAdopted(status, build === newest)) {
            return { ref: build.ref, adopted: true } satisfies BuildService.Submission
          }
        }
        const build = yield* create(input, fingerprint, namespace, (newest?.number ?? 0) + 1)
        return { ref: build.ref, adopted: false } satisfies BuildService.Submission
      }).pipe(admission.withPermits(1)),
    status: (ref) =>
      find(ref).pipe(
        Effect.flatMap((build) => SubscriptionRef.get(build.progress)),
        Effect.map((progress) => progress.status)
      ),
    changes: (ref) =>
      Stream.unwrap(Effect.map(find(ref), (build) => changesOf(build.progress))).pipe(
        Stream.map((progress) => progress.status),
        Stream.changesWith(BuildStatus.equivalence),
        Stream.takeUntil(BuildStatus.isTerminal)
      ),
    logs: (ref, options) =>
      Stream.unwrap(Effect.gen(function*() {
        const build = yield* find(ref)
        const { log } = yield* SubscriptionRef.get(build.progress)
        const start = options?.tailLines === undefined ? 0 : Math.max(0, log.length - options.tailLines)
        if (options?.follow !== true) return Stream.fromIterable(log.slice(start))
        return changesOf(build.progress).pipe(
          Stream.takeUntil((progress) => BuildStatus.isTerminal(progress.status)),
          Stream.mapAccum(start, (emitted, progress) => [progress.log.length, progress.log.slice(emitted)]),
          Stream.mapConcat((lines) => lines)
        )
      })),
    cancel: (ref) =>
      find(ref).pipe(
        Effect.flatMap((build) => advance(build, new BuildStatus.Cancelled({}))),
        Effect.catchTag("BuildNotFound", () => Effect.void)
      ),
    remove: (ref) =>
      service.cancel(ref).pipe(
        Effect.zipRight(Ref.update(builds, (all) => all.filter((build) => build.ref.uid !== ref.uid)))
      ),
    isOutdated: (ref) =>
      Effect.flatMap(
        service.status(ref),
        (status) => Calls.checkBase(status, ({ base }) => digestOfBase(base?.pullspec ?? ""))
      ),
    list: (options?: BuildService.ListOptions) =>
      Effect.flatMap(Ref.get(builds), (all) =>
        Effect.forEach(
          all.filter((build) =>
            (options?.namespace ?? defaultNamespace) === build.ref.namespace &&
            (options?.fingerprint === undefined || options.fingerprint === build.fingerprint)
          ),
          (build) =>
            Effect.map(SubscriptionRef.get(build.progress), (progress) =>
              new BuildService.BuildSummary({
                ref: build.ref,
                fingerprint: build.fingerprint,
                finalImage: build.input.finalImage.pullspec,
                createdAt: build.createdAt,
                finishedAt: progress.finishedAt,
                status: progress.status,
                metadata: build.input.metadata ?? {}
              }))
        ))
  }

  const control: Control = {
    outcome: (next, match = {}) => Ref.update(outcomes, (all) => [[match, next] as const, ...all]),
    baseDigest: (pullspec, digest) => Ref.update(bases, (all) => new Map(all).set(pullspec, digest)),
    release: (ref, ending) => Effect.flatMap(find(ref), (build) => Deferred.succeed(build.released, ending))
  }

  return { service, control }
})

/**
 * A backend in memory with the {@link MemoryBackend} that controls it. Builds succeed immediately by default; all times come
 * from the Clock.
 *
 * @example
 * ```ts
 * import { BuildBackend } from "effect-os-builder"
 * import { Effect } from "effect"
 *
 * const test = Effect.gen(function*() {
 *   const memory = yield* BuildBackend.MemoryBackend
 *   yield* memory.outcome({ _tag: "Errors", reason: "PushDenied" }, { finalImage: "registry.example.com/os:1" })
 * }).pipe(Effect.provide(BuildBackend.layerMemory))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerMemory: Layer.Layer<BuildService.BuildBackend | MemoryBackend> = Layer.scopedContext(
  Effect.map(
    make,
    ({ control, service }) =>
      Context.make(BuildService.BuildBackend, makeService(service)).pipe(Context.add(MemoryBackend, control))
  )
)
