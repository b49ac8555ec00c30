/**
 * The controllers of a backend, one for each namespace whose builds are followed. Each is started by its first subscriber
 * and closed with its last.
 */
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import * as Tracer from "effect/Tracer"
import type { BackendError } from "../../core/BuildError.js"
import type * as Resource from "../../kubernetes/Resource.js"
import type { RecordSummary } from "../record/RecordSummary.js"
import * as BuildController from "./BuildController.js"
import type { ControllerContext } from "./ControllerContext.js"
import type * as FollowedBuilds from "./FollowedBuilds.js"

/** A controller and the number of its holders. A count takes less memory than a finalizer for each holder. */
interface Held<Child> {
  holders: number
  readonly scope: Scope.CloseableScope
  readonly controller: Deferred.Deferred<BuildController.BuildController<Child>>
}

export class BuildControllers<Child extends Resource.Metadata> {
  private readonly context: ControllerContext<Child>
  private readonly held = new Map<string, Held<Child>>()

  constructor(context: ControllerContext<Child>) {
    this.context = context
  }

  /** The controller of a namespace, which the caller must release once. Cannot be interrupted. */
  hold(namespace: string): Effect.Effect<BuildController.BuildController<Child>> {
    return Effect.uninterruptible(Effect.suspend(() => {
      const known = this.held.get(namespace)
      if (known === undefined) return this.open(namespace)
      known.holders++
      return Deferred.await(known.controller)
    }))
  }

  release(namespace: string): Effect.Effect<void> {
    return Effect.suspend(() => {
      const known = this.held.get(namespace)
      if (known === undefined || --known.holders > 0) return Effect.void
      this.held.delete(namespace)
      return Scope.close(known.scope, Exit.void)
    })
  }

  /** The controller of a namespace, shared by all scopes that hold it. */
  get(namespace: string): Effect.Effect<BuildController.BuildController<Child>, never, Scope.Scope> {
    return Effect.acquireRelease(this.hold(namespace), () => this.release(namespace))
  }

  // It lives as long as its holders. When the cluster's scope closes, the informers fail, and with them the holders.
  private open(namespace: string): Effect.Effect<BuildController.BuildController<Child>> {
    const parts = [Scope.make(), Deferred.make<BuildController.BuildController<Child>>()] as const
    return Effect.flatMap(Effect.all(parts), ([scope, controller]) => {
      // Another fiber may have opened it meanwhile.
      if (this.held.has(namespace)) return this.hold(namespace)
      this.held.set(namespace, { holders: 1, scope, controller })
      // The requests of a controller belong to all its subscribers, and not to the span of the first.
      return BuildController.make(this.context, namespace).pipe(
        Effect.mapInputContext(withoutParentSpan),
        Scope.extend(scope),
        Effect.onExit((exit) => Deferred.done(controller, exit))
      )
    })
  }
}

/** The part of {@link BuildControllers} that streams use. */
export type Shared<Child extends Resource.Metadata> = Pick<BuildControllers<Child>, "hold" | "release">

// On Effect 4 the context also has services such as the clock, which stay.
const withoutParentSpan: (context: Context.Context<Scope.Scope>) => Context.Context<Scope.Scope> = Context.omit(
  Tracer.ParentSpan
)

/** A stream's subscription to one build. It is notified from `open` on, and must be closed. */
export abstract class Following<Child extends Resource.Metadata> implements FollowedBuilds.Subscriber {
  abstract readonly operation: string
  abstract readonly wantsObjects: boolean
  /** Why there will be no further notification. */
  error: BackendError | undefined
  private readonly controllers: Shared<Child>
  private namespace: string | undefined
  private controller: BuildController.BuildController<Child> | undefined
  private followed: Readonly<FollowedBuilds.FollowedBuild<Child>> | undefined

  constructor(controllers: Shared<Child>) {
    this.controllers = controllers
  }

  /** Is called after each change, and after an error. */
  protected abstract wake(): void

  /** The latest state of the build; absent before it is opened. */
  get build() {
    return this.followed?.state
  }

  open(record: RecordSummary): Effect.Effect<void> {
    return Effect.uninterruptible(Effect.suspend(() => {
      const { namespace } = record.ref
      return Effect.map(this.controllers.hold(namespace), (controller) => {
        this.namespace = namespace
        this.controller = controller
        this.followed = controller.follow(record, this)
      })
    }))
  }

  close(): Effect.Effect<void> {
    return Effect.suspend(() => {
      const { controller, followed, namespace } = this
      if (followed !== undefined) controller?.unfollow(followed, this)
      return namespace === undefined ? Effect.void : this.controllers.release(namespace)
    })
  }

  notify(): void {
    this.wake()
  }

  fail(error: BackendError): void {
    this.error ??= error
    this.wake()
  }
}

/** A subscription for which any number of fibers wait. */
export class Subscription<Child extends Resource.Metadata> extends Following<Child> {
  readonly operation: string
  readonly wantsObjects = true
  private readonly changed = Effect.unsafeMakeLatch(false)

  constructor(controllers: Shared<Child>, operation: string) {
    super(controllers)
    this.operation = operation
  }

  /** Waits for a notification after this call, also one that comes before the effect runs: the scheduler may run other fibers first. */
  change(): Effect.Effect<void> {
    this.changed.unsafeClose()
    return this.changed.await
  }

  protected wake(): void {
    this.changed.unsafeOpen()
  }
}
