/**
 * What streams of one build do with news that comes between a look at the build and the wait for a change: a fiber may be made to
 * yield there.
 */
import { assert, describe, it } from "@effect/vitest"
import { Chunk, Effect, Stream } from "effect"
import { BuildStatus } from "effect-os-builder"
import { type Shared, Subscription } from "../../../src/backends/controller/BuildControllers.js"
import * as FollowedBuilds from "../../../src/backends/controller/FollowedBuilds.js"
import * as StatusStream from "../../../src/backends/controller/StatusStream.js"
import * as Pull from "../../../src/effect/Pull.js"
import type { Craft } from "../../support/ControllerWorld.js"
import * as Records from "../../support/Records.js"

const record = Records.record(Records.input(), [], "craft")

const pending = new BuildStatus.Pending({})
const cancelled = new BuildStatus.Cancelled({})

/** A build that is cancelled while its status is read. */
const changing = () => {
  const build = FollowedBuilds.add(new FollowedBuilds.Slots<Craft>().get(record.ref.name), {
    metadata: record,
    record,
    presence: "present"
  })
  let reads = 0
  let changed = false
  return (subscriber: FollowedBuilds.Subscriber) => ({
    ...build,
    get state() {
      return {
        ...build.state,
        get reported() {
          if (changed) return cancelled
          changed = ++reads > 1
          if (changed) subscriber.notify()
          return pending
        }
      }
    }
  })
}

const controllers = (): Shared<Craft> => {
  const build = changing()
  return {
    hold: () =>
      Effect.succeed({
        follow: (_, subscriber) => build(subscriber),
        unfollow: () => {},
        watch: () => {},
        unwatch: () => {}
      }),
    release: () => Effect.void
  }
}

describe("news between a look and a wait", () => {
  it.live("changes: reports it", () =>
    Effect.gen(function*() {
      const known = { remember: () => Effect.void, summary: () => Effect.succeed(record) }
      const open = StatusStream.make({ known }, controllers())(record.ref)
      const statuses = yield* Stream.runCollect(Pull.scopedStream(open)).pipe(Effect.timeout("5 seconds"))
      assert.deepStrictEqual(Chunk.toReadonlyArray(statuses), [pending, cancelled])
    }))

  it.live("a subscription: completes its wait", () =>
    Effect.gen(function*() {
      const subscription = new Subscription(controllers(), "follow")
      const change = subscription.change()
      subscription.notify()
      yield* Effect.timeout(change, "5 seconds")
    }))
})
