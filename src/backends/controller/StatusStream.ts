/**
 * The statuses of one build.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { BackendError, BuildNotFound } from "../../core/BuildError.js"
import type { BuildRef } from "../../core/BuildRef.js"
import * as BuildStatus from "../../core/BuildStatus.js"
import * as Pull from "../../effect/Pull.js"
import type * as Resource from "../../kubernetes/Resource.js"
import { type BuildControllers, Subscription } from "./BuildControllers.js"
import { follows } from "./BuildState.js"
import type { ControllerContext } from "./ControllerContext.js"

type StatusPull = Pull.Pull<BuildStatus.BuildStatus, BuildNotFound | BackendError>

/**
 * Emits the status of a build now and then each change. A slow consumer receives only the latest status.
 *
 * Ten thousand of these wait at the same time (`bench/README.md`, load), so each is a pull without a stream.
 */
export const make = <Child extends Resource.Metadata>(
  { known }: ControllerContext<Child>,
  controllers: BuildControllers<Child>
) =>
(ref: BuildRef): Pull.Open<BuildStatus.BuildStatus, BuildNotFound | BackendError> =>
  Effect.suspend(() => {
    const subscription = new Subscription(controllers, { operation: `follow ${ref}`, wantsObjects: false })
    let last: BuildStatus.BuildStatus | undefined

    const emit = (status: BuildStatus.BuildStatus) => {
      last = status
      return Pull.of(status)
    }

    const following: StatusPull = Effect.suspend(() => {
      if (last !== undefined && BuildStatus.isTerminal(last)) return Pull.end
      const reported = subscription.build?.reported
      if (reported !== undefined && follows(last, reported)) return emit(reported)
      return subscription.error === undefined ? waiting : Pull.fail(subscription.error)
    })
    const waiting: StatusPull = Effect.zipRight(subscription.change, following)

    const first: StatusPull = Effect.flatMap(Pull.mapFailure(known.summary(ref)), (record) => {
      pull = following
      return Option.isSome(record.outcome)
        ? emit(record.outcome.value.status)
        : Effect.zipRight(subscription.open(record), following)
    })

    let pull = first
    return Effect.as(Effect.addFinalizer(() => subscription.close), Effect.suspend(() => pull))
  })
