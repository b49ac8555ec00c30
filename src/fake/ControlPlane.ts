/**
 * A whole Kubernetes cluster in memory: an API server, what it stores, the controllers that work on that, and nodes that run
 * pod programs.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { JsonObject } from "../kubernetes/client/ApiRequest.js"
import type { Plugin } from "./admission/Admission.js"
import { buildByStrategy } from "./admission/BuildByStrategy.js"
import { namespaceLifecycle } from "./admission/NamespaceLifecycle.js"
import { podSecurity } from "./admission/PodSecurity.js"
import { resourceQuotas } from "./admission/ResourceQuotas.js"
import { serviceAccounts } from "./admission/ServiceAccounts.js"
import * as Access from "./apiserver/Access.js"
import { ApiServer } from "./apiserver/ApiServer.js"
import * as FakeDriver from "./apiserver/FakeDriver.js"
import { Faults } from "./apiserver/Faults.js"
import { Gateway } from "./apiserver/Gateway.js"
import { uninterrupted } from "./apiserver/Watching.js"
import * as BuildController from "./controllers/BuildController.js"
import * as BuildLogs from "./controllers/BuildLogs.js"
import * as ClaimController from "./controllers/ClaimController.js"
import * as Controller from "./controllers/Controller.js"
import * as GarbageCollector from "./controllers/GarbageCollector.js"
import * as JobController from "./controllers/JobController.js"
import * as NamespaceController from "./controllers/NamespaceController.js"
import * as QuotaController from "./controllers/QuotaController.js"
import * as Scheduler from "./controllers/Scheduler.js"
import * as TtlController from "./controllers/TtlController.js"
import * as BatchKinds from "./kinds/BatchKinds.js"
import { Catalog } from "./kinds/Catalog.js"
import * as CoreKinds from "./kinds/CoreKinds.js"
import type { Kind } from "./kinds/Kind.js"
import * as Kubelet from "./kubelet/Kubelet.js"
import { LogStore } from "./kubelet/LogStore.js"
import * as Node from "./kubelet/Node.js"
import * as PodLogs from "./kubelet/PodLogs.js"
import * as Program from "./kubelet/Program.js"
import { ApiStore } from "./store/ApiStore.js"
import { Registry } from "./store/Registry.js"

/**
 * - `programs`: what pods do; by default those that are started again for ever run on, and all others complete.
 * - `obstacle`: why a pod fits on no node, in the words of the scheduler; by default that follows from the nodes.
 *
 * @since 0.1.0
 * @category models
 */
export interface PodBehaviour {
  readonly programs?: Program.Programs | undefined
  readonly obstacle?: ((pod: JsonObject) => string | undefined) | undefined
}

/**
 * - `version`: what the server says it is; by default `v1.37.1`, the release that it is modelled on.
 * - `kinds`: what it serves beside the kinds that every cluster has.
 * - `nodes`: by default one, `node-1`.
 * - `namespaces`: what is there from the start, beside `default` and `kube-system`.
 * - `accounts`: the service accounts of every namespace; by default just `default`.
 * - `configMaps`: what the cluster publishes in every namespace, by name; by default just `kube-root-ca.crt`.
 * - `pods`: what becomes of pods, in the cluster that they are in.
 * - `jobBackoff`: how many milliseconds a Job waits after so many failures in a row; by default it does not.
 * - `history`: how many changes of each resource are remembered; by default 10,000.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  readonly version?: string | undefined
  readonly kinds?: ReadonlyArray<Kind> | undefined
  readonly nodes?: ReadonlyArray<Node.Options> | undefined
  readonly namespaces?: ReadonlyArray<string> | undefined
  readonly accounts?: ReadonlyArray<string> | undefined
  readonly configMaps?: Readonly<Record<string, Readonly<Record<string, string>>>> | undefined
  readonly pods?: ((plane: ControlPlane) => PodBehaviour) | undefined
  readonly jobBackoff?: ((failures: number) => number) | undefined
  readonly history?: number | undefined
}

/** @since 0.1.0 @category models */
export interface ControlPlane {
  readonly catalog: Catalog
  readonly store: ApiStore
  readonly registry: Registry
  readonly faults: Faults
  /** Where clients come in. */
  readonly gateway: Gateway
}

const plugins: ReadonlyArray<Plugin> = [
  namespaceLifecycle,
  serviceAccounts,
  buildByStrategy,
  podSecurity([BuildController.user.name]),
  resourceQuotas
]

const kubelet: Access.User = { name: "system:node", rules: [Access.everything] }

interface Parts extends ControlPlane {
  readonly server: ApiServer
  readonly book: LogStore
  readonly version: string
}

const assemble = (options: Options): Parts => {
  const version = options.version ?? "v1.37.1"
  const catalog = new Catalog([
    ...CoreKinds.kinds,
    ...BatchKinds.kinds,
    ...CoreKinds.reviewKinds,
    ...options.kinds ?? []
  ])
  const store = new ApiStore({ history: options.history ?? 10_000 })
  const registry = new Registry(store, plugins)
  const book = new LogStore()
  const logs = new Map([
    ["pods", PodLogs.source(book)],
    ["builds.build.openshift.io", BuildLogs.source(store, book)]
  ])
  const server = new ApiServer({ catalog, registry, logs, version })
  const faults = new Faults()
  return { catalog, store, registry, faults, gateway: new Gateway(server, faults), server, book, version }
}

/** An API server alone: nothing happens in it but what is asked of it. @since 0.1.0 @category constructors */
export const makeServer = (options: Options = {}): Effect.Effect<ControlPlane> => Effect.sync(() => assemble(options))

/** Runs a cluster until the scope closes. @since 0.1.0 @category constructors */
export const make = (options: Options = {}): Effect.Effect<ControlPlane, never, Scope.Scope> =>
  Effect.gen(function*() {
    const parts = assemble(options)
    const { book, catalog, registry, server, store, version } = parts
    const { obstacle = () => undefined, programs = Program.byDefault } = options.pods?.(parts) ?? {}
    const now = yield* Clock.currentTimeMillis
    const settle = yield* Controller.run(store, [
      NamespaceController.make(registry, catalog, {
        accounts: options.accounts ?? ["default"],
        configMaps: options.configMaps ?? { "kube-root-ca.crt": { "ca.crt": "" } }
      }),
      GarbageCollector.make(registry, catalog),
      JobController.make(registry, { backoff: options.jobBackoff ?? (() => 0) }),
      TtlController.make(registry),
      ClaimController.make(registry),
      QuotaController.make(registry, catalog),
      BuildController.make(registry),
      Scheduler.make(registry, obstacle)
    ])
    for (const name of ["default", "kube-system", ...options.namespaces ?? []]) {
      registry.create(CoreKinds.namespace, "", { metadata: { name } }, { now })
    }
    const driver = FakeDriver.make((request) => server.handle(request, kubelet, uninterrupted), "default")
    for (const node of options.nodes ?? [{ name: "node-1" }]) {
      yield* Kubelet.run({
        driver,
        book,
        node: Node.make(node, version, now),
        programs
      })
    }
    yield* settle
    return parts
  })
