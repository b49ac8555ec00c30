/**
 * The controllers of a backend, one for each namespace whose builds are followed. Each is started by its first subscriber
 * and closed with its last.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as RcMap from "effect/RcMap"
import * as Scope from "effect/Scope"
import * as Tracer from "effect/Tracer"
import type { BackendError } from "../../core/BuildError.js"
import type * as Resource from "../../kubernetes/Resource.js"
import type { RecordSummary } from "../record/RecordSummary.js"
import * as BuildController from "./BuildController.js"
import type { ControllerContext } from "./ControllerContext.js"
import type * as FollowedBuilds from "./FollowedBuilds.js"

export interface BuildControllers<Child> {
  /** The controller of a namespace, shared with all whose scopes hold it. */
  readonly get: (namespace: string) => Effect.Effect<BuildController.BuildController<Child>, never, Scope.Scope>
}

export const make = <Child extends Resource.Metadata>(
  context: ControllerContext<Child>
): Effect.Effect<BuildControllers<Child>> =>
  Effect.gen(function*() {
    // Its entries live as long as the scopes of their subscribers; a closed cluster fails the informers, and so those.
    const owner = yield* Scope.make()
    const controllers = yield* Scope.extend(
      RcMap.make({
        // The requests of a controller belong to all its subscribers, and not to the span of the first.
        lookup: (namespace: string) =>
          Effect.mapInputContext(BuildController.make(context, namespace), withoutParentSpan)
      }),
      owner
    )
    return { get: (namespace) => RcMap.get(controllers, namespace) }
  })

// Effect 4 has the clock and the like in the context, too: the rest of it stays.
const withoutParentSpan: (context: Context.Context<Scope.Scope>) => Context.Context<Scope.Scope> = Context.omit(
  Tracer.ParentSpan
)

/**
 * What one stream knows of the build that it follows. It takes part in no stream until it is opened, and has to be closed.
 */
export class Subscription<Child> implements FollowedBuilds.Subscriber {
  readonly operation: string
  readonly wantsObjects: boolean
  /** Why there will be no further notification. */
  error: BackendError | undefined
  private readonly controllers: BuildControllers<Child>
  private readonly news = Effect.unsafeMakeLatch(false)
  private scope: Scope.CloseableScope | undefined
  private followed: {
    readonly controller: BuildController.BuildController<Child>
    readonly build: Readonly<FollowedBuilds.FollowedBuild<Child>>
  } | undefined

  constructor(
    controllers: BuildControllers<Child>,
    options: { readonly operation: string; readonly wantsObjects: boolean }
  ) {
    this.controllers = controllers
    this.operation = options.operation
    this.wantsObjects = options.wantsObjects
  }

  /** The latest state of the build; absent before it is opened. */
  get build() {
    return this.followed?.build.state
  }

  /** Waits for a notification after this moment. */
  readonly change: Effect.Effect<void> = Effect.suspend(() => {
    this.news.unsafeClose()
    return this.news.await
  })

  open(record: RecordSummary): Effect.Effect<void> {
    return Effect.uninterruptible(Effect.flatMap(Scope.make(), (scope) => {
      this.scope = scope
      return Effect.map(Scope.extend(this.controllers.get(record.ref.namespace), scope), (controller) => {
        this.followed = { controller, build: controller.follow(record, this) }
      })
    }))
  }

  readonly close: Effect.Effect<void> = Effect.suspend(() => {
    this.followed?.controller.unfollow(this.followed.build, this)
    return this.scope === undefined ? Effect.void : Scope.close(this.scope, Exit.void)
  })

  notify(): void {
    this.news.unsafeOpen()
  }

  fail(error: BackendError): void {
    this.error ??= error
    this.news.unsafeOpen()
  }
}
