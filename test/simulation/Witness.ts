/**
 * What clients are told, held against the truth and against what was told before.
 */
import { Cause, Clock, Effect, Exit, Option, Stream } from "effect"
import {
  type BuildBackend,
  BuildBackend as Backend,
  type BuildError,
  BuildInput,
  type BuildRef,
  BuildStatus
} from "effect-os-builder"
import type { Client } from "./Client.js"
import type { RecordTruth, Truth } from "./Truth.js"

/** What was said of one build by the server's own word, and so must not be taken back. */
interface Said {
  terminal: { readonly status: BuildStatus.Terminal; readonly at: number } | undefined
  rank: number
  rankAt: number
}

const rank = (status: BuildStatus.BuildStatus): number => {
  switch (status._tag) {
    case "Pending":
      return 0
    case "Running":
      return status.attempt
    default:
      return Number.POSITIVE_INFINITY
  }
}

const show = (status: BuildStatus.BuildStatus): string =>
  [status._tag, "attempt" in status ? status.attempt : "", "reason" in status ? status.reason : ""].join(" ").trim()

export class Witness {
  private readonly said = new Map<string, Said>()
  /** The runs that cancel what they have begun, once they are interrupted. */
  private readonly cancelling = new Map<object, readonly [Client, fingerprint: string]>()
  private readonly truth: Truth
  /** What happened, in words, for finding the cause. */
  readonly journal: Array<string> = []
  private readonly now: () => number
  private readonly start: number

  constructor(truth: Truth, now: () => number) {
    this.truth = truth
    this.now = now
    this.start = now()
  }

  note(what: string): void {
    this.journal.push(`${((this.now() - this.start) / 1000).toFixed(3).padStart(10)} s  ${what}`)
  }

  /** A status that was asked for at `since`: `seen` by a view, or `read` from the server. */
  private told(
    ref: BuildRef.BuildRef,
    status: BuildStatus.BuildStatus,
    since: number,
    how: string,
    isRead: boolean
  ): void {
    this.note(`${how} says ${show(status)} of ${ref}`)
    const violate = (why: string) => this.truth.violate(`${how} says ${show(status)} of ${ref}: ${why}`)
    const record = this.truth.record(ref)
    if (record === undefined) return violate("there never was such a build")
    const lie = this.truth.lie(record, status)
    if (lie !== undefined) violate(lie)
    const before: Said = this.said.get(ref.uid) ?? { terminal: undefined, rank: -1, rankAt: 0 }
    this.said.set(ref.uid, before)
    const isGone = status._tag === "Errored" && status.reason === "Deleted" && record.gone !== "no"
    if (before.terminal !== undefined && before.terminal.at <= since && !isGone) {
      if (!BuildStatus.equivalence(before.terminal.status, status)) {
        violate(`before it was ${show(before.terminal.status)}`)
      }
    }
    if (BuildStatus.isTerminal(status)) {
      if (!isGone) {
        before.terminal ??= { status, at: this.now() }
        // Of one that was being stopped, and whose record somebody deleted meanwhile, its mark is the last word.
        const isMarked = record.gone !== "no" && record.outcome === undefined && record.mark?.includes(status._tag)
        if (isMarked !== true && (record.outcome === undefined || !BuildStatus.equivalence(record.outcome, status))) {
          violate(`what is kept is ${record.outcome === undefined ? "nothing" : show(record.outcome)}`)
        }
      }
    } else if (isRead) {
      // Once its child is gone, nobody knows how far it was.
      const isLost = record.children.some(({ gone }) => gone === "by hand")
      if (before.rankAt <= since && rank(status) < before.rank && !isLost) violate("it was further before")
      if (rank(status) > before.rank) {
        before.rank = rank(status)
        before.rankAt = this.now()
      }
    }
  }

  private missing(ref: BuildRef.BuildRef, how: string): void {
    const record = this.truth.record(ref)
    if (record?.gone === "no") this.truth.violate(`${how} does not find ${ref}, which is there`)
  }

  private failed(error: BuildError.BuildError, ref: BuildRef.BuildRef | undefined, how: string): void {
    this.note(`${how} fails: ${error.message}`)
    switch (error._tag) {
      case "BuildNotFound":
        return this.missing(error.ref, how)
      case "BuildRejected":
        return this.truth.violate(`${how} is refused: ${error.message}`)
      case "BackendError":
        return error.reason === "UnknownBackend" ? this.truth.violate(`${how}: ${error.message}`) : undefined
      case "BuildFailed":
      case "BuildErrored":
        return this.told(error.ref, error.status, this.now(), how, false)
      case "BuildCancelled":
        return this.told(ref ?? error.ref, new BuildStatus.Cancelled({}), this.now(), how, false)
    }
  }

  /** Everything that is asked ends in an answer or a typed error. */
  private asked<A>(
    how: string,
    ref: BuildRef.BuildRef | undefined,
    effect: Effect.Effect<A, BuildError.BuildError>,
    answered: (answer: A, since: number) => void
  ): Effect.Effect<void> {
    return Effect.gen(this, function*() {
      const since = yield* Clock.currentTimeMillis
      this.note(`${how}${ref === undefined ? "" : ` of ${ref}`}`)
      const exit = yield* Effect.exit(effect)
      if (Exit.isSuccess(exit)) return answered(exit.value, since)
      const failure = Cause.failureOption(exit.cause)
      if (Option.isSome(failure)) return this.failed(failure.value, ref, how)
      if (!Cause.isInterruptedOnly(exit.cause)) this.truth.violate(`${how} dies: ${Cause.pretty(exit.cause)}`)
    })
  }

  build(client: Client, input: BuildInput.BuildInput, again: boolean): Effect.Effect<void> {
    return this.submitting(
      `${client.name} build${again ? " again" : ""}`,
      input,
      again,
      (options) => client.backend.build(input, options),
      ({ adopted, ref }, since, before) => {
        const record = this.truth.record(ref)
        if (record === undefined) return this.truth.violate(`${client.name} is given ${ref}, which never was`)
        if (adopted ? record.createdAt > this.now() : record.createdAt < since) {
          this.truth.violate(`${client.name} is told of ${ref} that it made it, and it was there before`)
        }
        const stale = before.get(ref.uid)
        if (again && before.has(ref.uid)) {
          this.truth.violate(`${client.name} asked for another build, and is given ${ref}`)
        }
        if (stale?._tag === "Errored" || stale?._tag === "Cancelled") {
          this.truth.violate(`${client.name} is given ${ref}, which had ended as ${stale._tag}`)
        }
      }
    )
  }

  private submitting<A>(
    how: string,
    input: BuildInput.BuildInput,
    again: boolean,
    submit: (options: BuildBackend.BuildOptions) => Effect.Effect<A, BuildError.BuildError>,
    answered: (answer: A, since: number, before: ReadonlyMap<string, BuildStatus.Terminal | undefined>) => void
  ): Effect.Effect<void> {
    const fingerprint = BuildInput.fingerprint(input)
    return Effect.suspend(() => {
      const before = new Map([...this.truth.records.values()].map(({ outcome, ref }) => [ref.uid, outcome]))
      if (again) this.truth.mayAgain(fingerprint, "open")
      return this.asked(how, undefined, submit({ again }), (answer, since) => answered(answer, since, before)).pipe(
        Effect.ensuring(Effect.sync(() => again ? this.truth.mayAgain(fingerprint, "now") : undefined))
      )
    })
  }

  run(
    client: Client,
    input: BuildInput.BuildInput,
    again: boolean,
    onInterrupt: "cancel" | "detach"
  ): Effect.Effect<void> {
    const fingerprint = BuildInput.fingerprint(input)
    const running = this.submitting(
      `${client.name} run`,
      input,
      again,
      (options) =>
        Effect.provideService(Backend.run(input, { ...options, onInterrupt }), Backend.BuildBackend, client.backend),
      (image) => {
        const owner = [...this.truth.records.values()].find(({ outcome }) =>
          outcome?._tag === "Succeeded" && outcome.image.digest === image.digest
        )
        if (owner === undefined) this.truth.violate(`${client.name} run answers ${image.pullspec}, which nobody built`)
      }
    )
    return onInterrupt === "detach" ? running : Effect.acquireUseRelease(
      Effect.sync(() => this.cancelling.set(running, [client, fingerprint])),
      () => running,
      () => Effect.sync(() => this.cancelling.delete(running))
    )
  }

  /** Whatever a client runs is interrupted. */
  interrupted(client: Client): void {
    for (const [owner, fingerprint] of this.cancelling.values()) {
      if (owner === client) this.truth.interrupt(fingerprint)
    }
  }

  watch(client: Client, ref: BuildRef.BuildRef): Effect.Effect<void> {
    const how = `${client.name} changes`
    return Effect.suspend(() => {
      let last: BuildStatus.BuildStatus | undefined
      const since = this.now()
      const drained = client.backend.changes(ref).pipe(
        Stream.tap((status) =>
          Effect.sync(() => {
            const violate = (why: string) => this.truth.violate(`${how} of ${ref} says ${show(status)}: ${why}`)
            if (last !== undefined && BuildStatus.isTerminal(last)) violate("it had ended")
            if (last !== undefined && rank(status) < rank(last)) violate(`it said ${show(last)} before`)
            if (last !== undefined && BuildStatus.equivalence(last, status)) violate("it says the same twice")
            // What comes later may be told later.
            this.told(ref, status, last === undefined ? since : -1, how, false)
            last = status
          })
        ),
        Stream.runDrain,
        Effect.tapError((error) =>
          Effect.sync(() => {
            if (last !== undefined && client.isAlive()) {
              this.truth.violate(`${how} of ${ref} breaks off: ${error.message}`)
            }
          })
        )
      )
      return this.asked(how, ref, drained, () => {
        if (last === undefined || !BuildStatus.isTerminal(last)) {
          this.truth.violate(`${how} of ${ref} ends before it does`)
        }
      })
    })
  }

  /** What one who watches all builds in one stream was told last of each. */
  private readonly onlooked = new Map<string, BuildStatus.BuildStatus>()

  /** Watches all builds, until it is interrupted. */
  onlook(client: Client): Effect.Effect<void> {
    const how = `${client.name} watch`
    const watched = client.backend.watch().pipe(
      Stream.runForEach(({ ref, status }) =>
        Effect.sync(() => {
          const violate = (why: string) => this.truth.violate(`${how} says ${show(status)} of ${ref}: ${why}`)
          const last = this.onlooked.get(ref.uid)
          if (last !== undefined && BuildStatus.isTerminal(last)) violate("it had ended")
          if (last !== undefined && rank(status) < rank(last)) violate(`it said ${show(last)} before`)
          if (last !== undefined && BuildStatus.equivalence(last, status)) violate("it says the same twice")
          this.told(ref, status, -1, how, false)
          this.onlooked.set(ref.uid, status)
        })
      )
    )
    return this.asked(how, undefined, watched, () => this.truth.violate(`${how} ends`))
  }

  /** Who watched all builds knows of each that is there how it has ended. */
  onlooker(client: Client): void {
    for (const { outcome, ref } of this.present()) {
      const last = this.onlooked.get(ref.uid)
      if (last === undefined || outcome === undefined || !BuildStatus.equivalence(last, outcome)) {
        this.truth.violate(
          `${client.name} watch was told ${last === undefined ? "nothing" : show(last)} of ${ref} at last`
        )
      }
    }
  }

  status(client: Client, ref: BuildRef.BuildRef): Effect.Effect<void> {
    const how = `${client.name} status`
    return this.asked(how, ref, client.backend.status(ref), (status, since) => this.told(ref, status, since, how, true))
  }

  logs(client: Client, ref: BuildRef.BuildRef): Effect.Effect<void> {
    return this.asked(`${client.name} logs`, ref, Stream.runDrain(client.backend.logs(ref, { follow: true })), () => {})
  }

  list(client: Client): Effect.Effect<void> {
    const how = `${client.name} list`
    return Effect.suspend(() => {
      const before = this.present()
      return this.asked(how, undefined, client.backend.list(), (all, since) => {
        for (const { ref, status } of all) this.told(ref, status, since, how, true)
        const listed = new Set(all.map(({ ref }) => ref.uid))
        const omitted = this.present().find((record) => before.includes(record) && !listed.has(record.ref.uid))
        if (omitted !== undefined) this.truth.violate(`${how} leaves out ${omitted.ref}`)
      })
    })
  }

  private present(): ReadonlyArray<RecordTruth> {
    return [...this.truth.records.values()].filter(({ gone }) => gone === "no")
  }

  private stopping(ref: BuildRef.BuildRef): void {
    const record = this.truth.record(ref)
    if (record !== undefined) record.stopAsked = true
  }

  cancel(client: Client, ref: BuildRef.BuildRef): Effect.Effect<void> {
    const how = `${client.name} cancel`
    return Effect.suspend(() => {
      this.stopping(ref)
      return this.asked(how, ref, client.backend.cancel(ref), () => {
        const record = this.truth.record(ref)
        if (record?.gone === "no" && record.outcome === undefined) this.truth.violate(`${how}: ${ref} has not ended`)
      })
    })
  }

  remove(client: Client, ref: BuildRef.BuildRef): Effect.Effect<void> {
    const how = `${client.name} remove`
    return Effect.suspend(() => {
      this.stopping(ref)
      return this.asked(how, ref, client.backend.remove(ref), () => {
        if (this.truth.record(ref)?.gone === "no") this.truth.violate(`${how}: ${ref} is still there`)
      })
    })
  }

  prune(client: Client, olderThan: number, keep: number): Effect.Effect<void> {
    const how = `${client.name} prune`
    return this.asked(
      how,
      undefined,
      Effect.provideService(
        Backend.prune({ olderThan: `${olderThan} seconds`, keep }),
        Backend.BuildBackend,
        client.backend
      ),
      (removed) => {
        for (const ref of removed) {
          const record = this.truth.record(ref)
          if (record?.gone === "no") this.truth.violate(`${how}: ${ref} is still there`)
          if (record?.outcome === undefined && record?.gone !== "by hand") {
            this.truth.violate(`${how}: ${ref} had not ended`)
          }
        }
      }
    )
  }
}
