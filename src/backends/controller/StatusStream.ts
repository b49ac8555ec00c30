/**
 * The statuses of one build.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { BackendError, BuildNotFound } from "../../core/BuildError.js"
import type { BuildRef } from "../../core/BuildRef.js"
import * as BuildStatus from "../../core/BuildStatus.js"
import * as Callback from "../../effect/Callback.js"
import * as Pull from "../../effect/Pull.js"
import type * as Resource from "../../kubernetes/Resource.js"
import { Following, type Shared } from "./BuildControllers.js"
import { follows } from "./BuildState.js"
import type { ControllerContext } from "./ControllerContext.js"
import type * as KnownRecords from "./KnownRecords.js"

type StatusPull = Pull.Pull<BuildStatus.BuildStatus, BuildNotFound | BackendError>

/** Ten thousand of these wait at the same time (`bench/README.md`, load), so a stream is this object, and few effects. */
class Statuses<Child extends Resource.Metadata> extends Following<Child> {
  readonly wantsObjects = false
  private readonly known: KnownRecords.KnownRecords
  private readonly ref: BuildRef
  private last: BuildStatus.BuildStatus | undefined
  /** Whether a notification came since the state was last read: the scheduler may run other fibers before this one waits. */
  private hasNews = false
  /** Resumes the fiber that waits; a stream has one reader. */
  private resume: ((effect: Effect.Effect<void>) => void) | undefined

  constructor(known: KnownRecords.KnownRecords, controllers: Shared<Child>, ref: BuildRef) {
    super(controllers)
    this.known = known
    this.ref = ref
  }

  get operation(): string {
    return `follow ${this.ref}`
  }

  protected wake(): void {
    const { resume } = this
    this.hasNews = true
    this.resume = undefined
    resume?.(Effect.void)
  }

  readonly pull: StatusPull = Effect.suspend(() =>
    this.last === undefined && this.build === undefined ? this.first() : this.next()
  )

  private first(): StatusPull {
    return Effect.flatMap(Pull.mapFailure(this.known.summary(this.ref)), (record) =>
      Option.isSome(record.outcome)
        ? this.emit(record.outcome.value.status)
        : Effect.zipRight(this.open(record), this.pull))
  }

  private next(): StatusPull {
    const { last } = this
    this.hasNews = false
    if (last !== undefined && BuildStatus.isTerminal(last)) return Pull.end
    const reported = this.build?.reported
    if (reported !== undefined && follows(last, reported)) return this.emit(reported)
    if (this.error !== undefined) return Pull.fail(this.error)
    const change = Callback.later<void, never>((resume) => {
      if (this.hasNews) resume(Effect.void)
      else this.resume = resume
    })
    return Effect.zipRight(change, this.pull)
  }

  private emit(status: BuildStatus.BuildStatus): StatusPull {
    this.last = status
    return Pull.of(status)
  }
}

/** Emits the status of a build now and then each change. A slow consumer receives only the latest status. */
export const make = <Child extends Resource.Metadata>(
  { known }: Pick<ControllerContext<Child>, "known">,
  controllers: Shared<Child>
) =>
(ref: BuildRef): Pull.Open<BuildStatus.BuildStatus, BuildNotFound | BackendError> =>
  Effect.suspend(() => {
    const statuses = new Statuses(known, controllers, ref)
    return Effect.as(Effect.addFinalizer(() => statuses.close()), statuses.pull)
  })
