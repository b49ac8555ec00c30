/**
 * Assembles a fake cluster: the control plane of a topology, the outcomes of its builds, and its client.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Access from "../fake/apiserver/Access.js"
import * as FakeApiServer from "../fake/apiserver/FakeApiServer.js"
import * as FakeDriver from "../fake/apiserver/FakeDriver.js"
import * as ControlPlane from "../fake/ControlPlane.js"
import * as OwnKind from "../fake/kinds/OwnKind.js"
import type * as PodProgram from "../fake/kubelet/Program.js"
import * as Cluster from "../kubernetes/Cluster.js"
import * as FakeClusterService from "./FakeClusterService.js"
import * as Outcome from "./Outcome.js"
import { OutcomeRegistry } from "./OutcomeRegistry.js"
import * as Presets from "./Presets.js"

/**
 * The options of a fake cluster:
 *
 * - `openShift`: the topology and capabilities of OpenShift; default: false, a cluster without OpenShift.
 * - `namespace`: the default namespace of clients; default: `default`.
 * - `permissions`: the RBAC rules of clients; default: everything. They apply to requests and access reviews.
 * - `outcome`: the outcome of builds; default: success at once.
 * - `programs`: the programs of pods that are not builds; default: containers that are restarted whenever they end run until
 *   they are stopped, all others succeed at once. One that throws or dies ends its container, with the error as its message.
 * - `kinds`: kinds of your own, which are stored without validation; default: none.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  readonly openShift?: false | Presets.OpenShift | undefined
  readonly namespace?: string | undefined
  readonly permissions?: ReadonlyArray<Access.UserRule> | undefined
  readonly outcome?: Outcome.Outcome | undefined
  readonly programs?: PodProgram.Programs | undefined
  readonly kinds?: ReadonlyArray<OwnKind.OwnKind> | undefined
}

/**
 * The options of a cluster that is served over HTTPS.
 *
 * @since 0.1.0
 * @category models
 */
export interface ServedOptions extends Options {
  /** Default: any free port. */
  readonly port?: number | undefined
}

/**
 * The result of {@link make}.
 *
 * @since 0.1.0
 * @category models
 */
export interface Made {
  readonly cluster: Cluster.Service
  readonly control: FakeClusterService.Service
  /** The control plane, to serve or inspect it. */
  readonly plane: ControlPlane.ControlPlane
}

/**
 * Makes a fake cluster without a layer, for tests with more than one.
 *
 * @example
 * ```ts
 * import { Resources } from "effect-os-builder"
 * import * as FakeCluster from "effect-os-builder/FakeCluster"
 * import { Effect } from "effect"
 *
 * const test = Effect.scoped(Effect.gen(function*() {
 *   const east = yield* FakeCluster.make()
 *   const west = yield* FakeCluster.make({ openShift: {} })
 *   yield* west.control.outage("1 minute")
 *   return yield* east.cluster.list(Resources.Node)
 * }))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (options: Options = {}): Effect.Effect<Made, never, Scope.Scope> =>
  Effect.gen(function*() {
    const { namespace = "default", openShift: shift = false } = options
    const preset = shift === false ? Presets.vanilla : Presets.openShift(shift)
    const registry = new OutcomeRegistry(options.outcome ?? Outcome.succeeds(), options.programs)
    const plane = yield* ControlPlane.make({
      ...preset.options,
      kinds: [...preset.options.kinds ?? [], ...(options.kinds ?? []).map(OwnKind.make)],
      namespaces: namespace === "default" ? [] : [namespace],
      pods: (plane) => registry.behaviour(plane)
    })
    yield* FakeClusterService.seed(plane, preset.objects)
    const driver = FakeDriver.make((request) => plane.gateway.handle(request, clientUser(options)), namespace)
    return { cluster: yield* Cluster.make(driver), control: FakeClusterService.make(plane, registry), plane }
  })

const clientUser = (options: Options): Access.User => ({
  name: "client",
  rules: options.permissions ?? [Access.everything]
})

/**
 * Makes a fake cluster and serves it over HTTPS on loopback.
 *
 * @since 0.1.0
 * @category constructors
 */
export const makeServed = (
  options: ServedOptions
): Effect.Effect<
  Pick<Made, "cluster" | "control"> & { readonly served: FakeApiServer.Service },
  FakeApiServer.NotListening,
  Scope.Scope
> =>
  Effect.gen(function*() {
    const { cluster, control, plane } = yield* make(options)
    const served = yield* FakeApiServer.serve(plane, {
      user: clientUser(options),
      namespace: options.namespace,
      port: options.port
    })
    return { cluster, control, served }
  })
