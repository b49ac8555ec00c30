/**
 * A Kubernetes cluster in memory: an API server, its store, controllers, and nodes that run pod programs.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { JsonObject } from "../kubernetes/client/ApiRequest.js"
import type { Plugin } from "./admission/Admission.js"
import { buildByStrategy } from "./admission/BuildByStrategy.js"
import { limitRanger } from "./admission/LimitRanger.js"
import { namespaceLifecycle } from "./admission/NamespaceLifecycle.js"
import { podPriority, podTolerations } from "./admission/PodScheduling.js"
import { podSecurity } from "./admission/PodSecurity.js"
import { resourceQuotas } from "./admission/ResourceQuotas.js"
import { runtimeClasses } from "./admission/RuntimeClasses.js"
import { serviceAccounts } from "./admission/ServiceAccounts.js"
import * as Access from "./apiserver/Access.js"
import { ApiServer } from "./apiserver/ApiServer.js"
import * as FakeDriver from "./apiserver/FakeDriver.js"
import { Faults } from "./apiserver/Faults.js"
import { Gateway } from "./apiserver/Gateway.js"
import * as KubeletProxy from "./apiserver/KubeletProxy.js"
import { ServiceAccountTokens } from "./apiserver/ServiceAccountTokens.js"
import { uninterrupted } from "./apiserver/Watching.js"
import * as BuildController from "./controllers/BuildController.js"
import * as BuildLogs from "./controllers/BuildLogs.js"
import * as ClaimController from "./controllers/ClaimController.js"
import * as Controller from "./controllers/Controller.js"
import * as CronJobController from "./controllers/CronJobController.js"
import * as DaemonSetController from "./controllers/DaemonSetController.js"
import * as DeploymentController from "./controllers/DeploymentController.js"
import * as DisruptionController from "./controllers/DisruptionController.js"
import * as GarbageCollector from "./controllers/GarbageCollector.js"
import * as JobController from "./controllers/JobController.js"
import * as NamespaceController from "./controllers/NamespaceController.js"
import * as QuotaController from "./controllers/QuotaController.js"
import * as ReplicaSetController from "./controllers/ReplicaSetController.js"
import * as Scheduler from "./controllers/Scheduler.js"
import * as StatefulSetController from "./controllers/StatefulSetController.js"
import * as TtlController from "./controllers/TtlController.js"
import * as CustomKind from "./custom/CustomKind.js"
import * as Definition from "./custom/Definition.js"
import * as Establishing from "./custom/Establishing.js"
import * as AppsKinds from "./kinds/AppsKinds.js"
import * as BatchKinds from "./kinds/BatchKinds.js"
import { Catalog } from "./kinds/Catalog.js"
import * as CoreKinds from "./kinds/CoreKinds.js"
import * as CronJobs from "./kinds/CronJobs.js"
import * as DefaultRoles from "./kinds/DefaultRoles.js"
import * as EventKinds from "./kinds/EventKinds.js"
import * as Kind from "./kinds/Kind.js"
import * as LimitRanges from "./kinds/LimitRanges.js"
import * as NetworkKinds from "./kinds/NetworkKinds.js"
import * as PersistentVolumes from "./kinds/PersistentVolumes.js"
import * as PodTemplates from "./kinds/PodTemplates.js"
import * as PolicyKinds from "./kinds/PolicyKinds.js"
import * as RbacKinds from "./kinds/RbacKinds.js"
import * as ReplicationControllers from "./kinds/ReplicationControllers.js"
import * as ReviewKinds from "./kinds/ReviewKinds.js"
import * as Kubelet from "./kubelet/Kubelet.js"
import { LogStore } from "./kubelet/LogStore.js"
import * as Node from "./kubelet/Node.js"
import * as PodAttach from "./kubelet/PodAttach.js"
import * as PodExec from "./kubelet/PodExec.js"
import * as PodForward from "./kubelet/PodForward.js"
import * as PodLogs from "./kubelet/PodLogs.js"
import * as Program from "./kubelet/Program.js"
import { RunningPrograms } from "./kubelet/RunningPrograms.js"
import { StdinStore } from "./kubelet/StdinStore.js"
import { ApiStore } from "./store/ApiStore.js"
import { Registry } from "./store/Registry.js"

/**
 * - `programs`: the programs of pods; default: containers that are restarted whenever they end run until they are stopped,
 *   all others complete.
 * - `obstacle`: the scheduler's message for a pod that fits on no node; default: computed from the nodes.
 *
 * @since 0.1.0
 * @category models
 */
export interface PodBehaviour {
  readonly programs?: Program.Programs | undefined
  readonly obstacle?: ((pod: JsonObject) => string | undefined) | undefined
}

/**
 * - `version`: the server's version; default `v1.37.1`, the release that the fake is modelled on.
 * - `kinds`: further kinds, beside those that every cluster has.
 * - `nodes`: default: one, `node-1`.
 * - `namespaces`: initial namespaces, beside `default`, `kube-system`, `kube-public` and `kube-node-lease`.
 * - `accounts`: the service accounts of every namespace; default: `default` only.
 * - `configMaps`: the ConfigMaps of every namespace, by name; default: `kube-root-ca.crt` only.
 * - `pods`: the behaviour of pods; it receives the cluster.
 * - `jobBackoff`: a Job's delay in milliseconds after a number of consecutive failures; default: none.
 * - `without`: the controllers that do not run, by their short names in kube-controller-manager, such as `statefulset`.
 * - `history`: the number of changes kept for each resource; default: 10,000.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  readonly version?: string | undefined
  readonly kinds?: ReadonlyArray<Kind.Kind> | undefined
  readonly nodes?: ReadonlyArray<Node.Options> | undefined
  readonly namespaces?: ReadonlyArray<string> | undefined
  readonly accounts?: ReadonlyArray<string> | undefined
  readonly configMaps?: Readonly<Record<string, Readonly<Record<string, string>>>> | undefined
  readonly pods?: ((plane: ControlPlane) => PodBehaviour) | undefined
  readonly jobBackoff?: ((failures: number) => number) | undefined
  readonly without?: ReadonlyArray<string> | undefined
  readonly history?: number | undefined
}

/** @since 0.1.0 @category models */
export interface ControlPlane {
  readonly catalog: Catalog
  readonly store: ApiStore
  readonly registry: Registry
  readonly faults: Faults
  /** The tokens of clients. */
  readonly tokens: ServiceAccountTokens
  /** Handles the requests of clients. */
  readonly gateway: Gateway
}

const plugins: ReadonlyArray<Plugin> = [
  namespaceLifecycle,
  limitRanger,
  serviceAccounts,
  podPriority,
  podTolerations,
  runtimeClasses,
  buildByStrategy,
  podSecurity([BuildController.user.name]),
  resourceQuotas
]

const kubelet: Access.User = { name: "system:node", rules: [Access.everything] }

interface Parts extends ControlPlane {
  readonly server: ApiServer
  readonly logStore: LogStore
  readonly stdinStore: StdinStore
  readonly running: RunningPrograms
  readonly version: string
}

const assemble = (options: Options): Parts => {
  const version = options.version ?? "v1.37.1"
  const store = new ApiStore({ history: options.history ?? 10_000 })
  const catalog = new Catalog([
    ...CoreKinds.kinds,
    ...EventKinds.kinds,
    ...NetworkKinds.kinds,
    LimitRanges.limitRange,
    PersistentVolumes.persistentVolume,
    PodTemplates.podTemplate,
    ReplicationControllers.replicationController,
    ...AppsKinds.kinds,
    ...BatchKinds.kinds,
    ...CronJobs.kinds,
    ...PolicyKinds.kinds,
    ...RbacKinds.kinds,
    ...ReviewKinds.kinds,
    Definition.kind,
    ...options.kinds ?? []
  ], () => store.list(Kind.resource(Definition.kind), "").flatMap(CustomKind.of))
  const registry = new Registry(store, plugins)
  const logStore = new LogStore()
  const logs = new Map([
    ["pods", PodLogs.source(logStore)],
    ["builds.build.openshift.io", BuildLogs.source(store, logStore)]
  ])
  const stdinStore = new StdinStore()
  const running = new RunningPrograms()
  const connections = new Map([
    ["pods/attach", PodAttach.source(logStore, stdinStore)],
    ["pods/exec", PodExec.source(logStore, running)],
    ["pods/portforward", PodForward.source(running)]
  ])
  const tokens = new ServiceAccountTokens(store)
  const server = new ApiServer({
    catalog,
    registry,
    tokens,
    logs,
    connections,
    kubelets: KubeletProxy.make(store),
    version
  })
  const faults = new Faults()
  return {
    catalog,
    store,
    registry,
    faults,
    tokens,
    gateway: new Gateway(server, faults),
    server,
    logStore,
    stdinStore,
    running,
    version
  }
}

/** Makes an API server without controllers and nodes. @since 0.1.0 @category constructors  */
export const makeServer = (options: Options = {}): Effect.Effect<ControlPlane> => Effect.sync(() => assemble(options))

/** Runs a cluster until the scope is closed. @since 0.1.0 @category constructors  */
export const make = (options: Options = {}): Effect.Effect<ControlPlane, never, Scope.Scope> =>
  Effect.gen(function*() {
    const parts = assemble(options)
    const { logStore, catalog, registry, running, server, stdinStore, store, version } = parts
    const { obstacle = () => undefined, programs = Program.byDefault } = options.pods?.(parts) ?? {}
    const now = yield* Clock.currentTimeMillis
    const controllers = [
      Establishing.make(registry),
      NamespaceController.make(registry, catalog, {
        accounts: options.accounts ?? ["default"],
        configMaps: options.configMaps ?? { "kube-root-ca.crt": { "ca.crt": "" } }
      }),
      GarbageCollector.make(registry, catalog),
      DeploymentController.make(registry),
      ReplicaSetController.make(registry, ReplicaSetController.replicaSets),
      ReplicaSetController.make(registry, ReplicaSetController.replicationControllers),
      StatefulSetController.make(registry),
      DaemonSetController.make(registry),
      DisruptionController.make(registry),
      JobController.make(registry, { backoff: options.jobBackoff ?? (() => 0) }),
      CronJobController.make(registry),
      TtlController.make(registry),
      ClaimController.make(registry),
      QuotaController.make(registry, catalog),
      BuildController.make(registry),
      Scheduler.make(registry, obstacle)
    ].filter(({ name }) => options.without?.includes(name) !== true)
    const reconcileDue = yield* Controller.run(store, controllers)
    for (const name of ["default", "kube-node-lease", "kube-public", "kube-system", ...options.namespaces ?? []]) {
      registry.create(CoreKinds.namespace, "", { metadata: { name } }, { now })
    }
    for (const [kind, object] of DefaultRoles.objects) {
      registry.create(kind, "", object, { now })
    }
    const driver = FakeDriver.make((request) => server.handle(request, kubelet, uninterrupted), "default")
    for (const node of options.nodes ?? [{ name: "node-1" }]) {
      yield* Kubelet.run({
        driver,
        logStore,
        stdinStore,
        running,
        node: Node.make(node, version, now),
        programs
      })
    }
    yield* reconcileDue
    return parts
  })
