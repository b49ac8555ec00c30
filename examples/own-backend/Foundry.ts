// A backend of your own, on "the foundry": an existing build service of some company, with an API of five calls. The backend
// maps the life of a build to those calls; everything else (run, events, selection) is derived.
import { Context, type DateTime, Effect, Layer, Schedule, Stream } from "effect"
import {
  BackendSelection,
  BuildBackend,
  BuildError,
  BuildInput,
  BuildRef,
  BuildStatus,
  Capability
} from "effect-os-builder"

// -----------------------------------------------------------------------------
// the existing service
// -----------------------------------------------------------------------------

export interface Casting {
  readonly id: string
  readonly key: string
  readonly target: string
  readonly orderedAt: DateTime.Utc
  readonly state: "queued" | "casting" | "done" | "spoilt" | "furnace down" | "called off"
  readonly startedAt?: DateTime.Utc
  readonly endedAt?: DateTime.Utc
  readonly digest?: string
  readonly log: ReadonlyArray<string>
}

export class FoundryDown {
  readonly _tag = "FoundryDown"
}

export class Foundry extends Context.Tag("app/Foundry")<Foundry, {
  readonly open: Effect.Effect<boolean, FoundryDown>
  readonly order: (
    order: { readonly key: string; readonly recipe: string; readonly base: string; readonly target: string }
  ) => Effect.Effect<Casting, FoundryDown>
  readonly castings: Effect.Effect<ReadonlyArray<Casting>, FoundryDown>
  readonly callOff: (id: string) => Effect.Effect<void, FoundryDown>
  readonly forget: (id: string) => Effect.Effect<void, FoundryDown>
}>() {}

// -----------------------------------------------------------------------------
// a backend on it
// -----------------------------------------------------------------------------

const name = "foundry"
const namespace = "foundry"

const refOf = ({ id }: Casting) => new BuildRef.BuildRef({ backend: name, namespace, name: `casting-${id}`, uid: id })

/** Maps its states to statuses: a mistake in the recipe is Failed, trouble of the foundry is Errored. */
const statusOf = (casting: Casting): BuildStatus.BuildStatus => {
  const { digest, endedAt, log, orderedAt, startedAt = orderedAt, state, target } = casting
  switch (state) {
    case "queued":
      return new BuildStatus.Pending({})
    case "casting":
      return new BuildStatus.Running({ startedAt, attempt: 1 })
    case "done":
      return digest === undefined || endedAt === undefined
        ? BuildStatus.errored("DigestLost", { message: "the foundry does not say what it made" })
        : new BuildStatus.Succeeded({
          image: BuildStatus.builtImage({ tag: target, digest }),
          startedAt,
          finishedAt: endedAt
        })
    case "spoilt":
      return new BuildStatus.Failed({
        reason: "InstructionFailed",
        message: log.at(-1) ?? "the recipe failed",
        logTail: log.slice(-20)
      })
    case "furnace down":
      return BuildStatus.errored("BackendUnavailable", { message: "the furnace went down", logTail: log.slice(-20) })
    case "called off":
      return new BuildStatus.Cancelled({})
  }
}

/** The fields that the foundry supports. Every other field must be refused, or it would be ignored silently. */
const able = new Set(["dockerfile", "baseImage", "finalImage", "revision"])

const check = (input: BuildInput.BuildInput) => {
  const issues = Object.entries(input)
    .filter(([field, value]) => value !== undefined && !able.has(field))
    .map(([path]) => new BuildError.Issue({ path, message: "the foundry has nothing like it" }))
  return issues.length === 0 ? Effect.void : new BuildError.BuildRejected({ reason: "Unsupported", issues })
}

export const make = Effect.map(Foundry, (foundry): BuildBackend.Service => {
  const asked = <A>(operation: string, effect: Effect.Effect<A, FoundryDown>) =>
    Effect.mapError(
      effect,
      (cause) => new BuildError.BackendError({ backend: name, reason: "Unreachable", operation, cause })
    )

  const find = (ref: BuildRef.BuildRef) =>
    Effect.flatMap(asked(`read ${ref}`, foundry.castings), (castings) => {
      const found = castings.find(({ id }) => id === ref.uid)
      return found === undefined ? new BuildError.BuildNotFound({ ref }) : Effect.succeed(found)
    })

  // The foundry sends no notifications, so it is polled every ten seconds.
  const follow = (ref: BuildRef.BuildRef) =>
    Stream.repeatEffectWithSchedule(find(ref), Schedule.spaced("10 seconds")).pipe(
      Stream.takeUntil((casting) => BuildStatus.isTerminal(statusOf(casting)))
    )

  // Not found means never seen. A build that disappears later was removed, and cancelled before that.
  const statuses = (ref: BuildRef.BuildRef) =>
    Stream.unwrap(Effect.map(find(ref), () =>
      follow(ref).pipe(
        Stream.map(statusOf),
        Stream.catchTag("BuildNotFound", () => Stream.make(new BuildStatus.Cancelled({})))
      )))

  // `BuildBackend.make` adds what all backends share: spans, metrics, and the refusal of other backends' refs.
  return BuildBackend.make({
    name,
    check,
    build: (input, { again = false } = {}) =>
      Effect.gen(function*() {
        yield* check(input)
        const key = BuildInput.fingerprint(input)
        const castings = yield* asked("read what there is", foundry.castings)
        // An equal input adopts its newest build, unless that was Errored or Cancelled; else an older unfinished one.
        const equal = castings.filter((casting) => casting.key === key)
        const newest = equal.slice(-1).find(({ state }) => state !== "furnace down" && state !== "called off")
        const before = newest ?? equal.findLast(({ state }) => state === "queued" || state === "casting")
        if (before !== undefined && !again) {
          return { ref: refOf(before), adopted: true }
        }
        const made = yield* asked(
          `order ${input.finalImage.pullspec}`,
          foundry.order({
            key,
            recipe: input.dockerfile ?? "",
            base: input.baseImage?.pullspec ?? "scratch",
            target: input.finalImage.pullspec
          })
        )
        return { ref: refOf(made), adopted: false }
      }),
    status: (ref) => Effect.map(find(ref), statusOf),
    changes: (ref) => Stream.changesWith(statuses(ref), BuildStatus.equivalence),
    logs: (ref, { follow: stay = false, tailLines } = {}) =>
      Stream.suspend(() => {
        let told: number | undefined
        return Stream.flatMap(stay ? follow(ref) : Stream.fromEffect(find(ref)), ({ log }) => {
          const from = told ?? Math.max(0, log.length - (tailLines ?? log.length))
          told = log.length
          return Stream.fromIterable(log.slice(from))
        })
      }),
    cancel: (ref) => asked(`call off ${ref}`, foundry.callOff(ref.uid)),
    remove: (ref) =>
      Effect.zipRight(
        asked(`call off ${ref}`, foundry.callOff(ref.uid)),
        asked(`forget ${ref}`, foundry.forget(ref.uid))
      ),
    list: ({ fingerprint } = {}) =>
      Effect.map(
        asked("list", foundry.castings),
        (castings) =>
          castings.filter(({ key }) => fingerprint === undefined || key === fingerprint).toReversed().map((casting) =>
            new BuildBackend.BuildSummary({
              ref: refOf(casting),
              fingerprint: casting.key,
              finalImage: casting.target,
              createdAt: casting.orderedAt,
              finishedAt: casting.endedAt,
              status: statusOf(casting)
            })
          )
      )
  })
})

export const layer = Layer.effect(BuildBackend.BuildBackend, make)

// -----------------------------------------------------------------------------
// selection
// -----------------------------------------------------------------------------

/** Three verdicts, and an error if there is none: an outage of the foundry must not select another backend. */
export const probe: Effect.Effect<Capability.Verdict, Capability.ProbeError, Foundry> = Effect.flatMap(
  Foundry,
  (foundry) => foundry.open
).pipe(
  Effect.map((open) =>
    open
      ? new Capability.Available({ evidence: "the foundry takes orders" })
      : new Capability.Forbidden({ evidence: "the foundry takes no orders from us; ask for an account" })
  ),
  Effect.mapError((cause) =>
    new Capability.ProbeError({ probe: name, detail: "the foundry does not answer", retryable: true, cause })
  )
)

export const candidate = BackendSelection.candidate({ name, probe, layer })

/** The foundry if it is open and can honour the input, else the backend of the cluster. */
export const selection = BackendSelection.layerFrom([
  candidate,
  BackendSelection.openShift(),
  BackendSelection.custom()
])
