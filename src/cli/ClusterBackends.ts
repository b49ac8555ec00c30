/**
 * The backends on a cluster, with settings from options and the environment.
 *
 * @since 0.1.0
 */
import * as Arr from "effect/Array"
import type { ConfigError } from "effect/ConfigError"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as CustomBuildBackend from "../backends/CustomBuildBackend.js"
import * as OpenShiftBuildBackend from "../backends/OpenShiftBuildBackend.js"
import * as SingleNodeBuildBackend from "../backends/SingleNodeBuildBackend.js"
import type { BuildBackend } from "../core/BuildBackend.js"
import { Cluster } from "../kubernetes/Cluster.js"
import * as BackendSelection from "../selection/BackendSelection.js"
import * as BackendVariables from "../selection/BackendVariables.js"
import * as BuiltInCandidates from "../selection/BuiltInCandidates.js"
import { type Name, names } from "../selection/BuiltInCandidates.js"
import * as Capability from "../selection/Capability.js"
import * as BackendSettings from "./BackendSettings.js"
import * as Checker from "./Checker.js"
import * as Rbac from "./Rbac.js"

export { names } from "../selection/BuiltInCandidates.js"

const settingsOf = (
  { builder, namespace }: BackendSettings.BackendSettings
): Effect.Effect<SingleNodeBuildBackend.Settings, ConfigError> =>
  Effect.map(BackendVariables.clusterConfig, (environment) => ({ ...environment, ...builder, namespace }))

type Candidate = BackendSelection.Candidate<never, Cluster>

/** The candidates of a name; for `auto` all of them, the preferred one first. */
const candidates = (name: "auto" | Name, settings: BackendSettings.BackendSettings) =>
  Effect.map(
    settingsOf(settings),
    (settings): Arr.NonEmptyArray<Candidate> =>
      name === "auto" ? BuiltInCandidates.all(settings) : [BuiltInCandidates.named(name, settings)]
  )

/**
 * @since 0.1.0
 * @category probing
 */
export const probe = (
  settings: BackendSettings.BackendSettings,
  { upload }: { readonly upload: boolean }
): Effect.Effect<BackendSelection.Report, ConfigError, Cluster> =>
  Effect.flatMap(
    candidates("auto", settings),
    (all) => BackendSelection.probe(upload ? Arr.map(all, withUpload(settings)) : all)
  ).pipe(Effect.provide(probeTimeout(settings)))

/** The candidate of builds whose context is uploaded. */
const withUpload = ({ namespace }: BackendSettings.BackendSettings) => (candidate: Candidate): Candidate => ({
  ...candidate,
  probe: takesUploads(candidate.name)
    ? Effect.flatMap(candidate.probe, (verdict) =>
      Capability.isAvailable(verdict)
        ? Effect.map(Capability.uploadsWith({ namespace }), (uploads) =>
          Capability.isAvailable(uploads)
            ? new Capability.Available({ evidence: `${verdict.evidence}; ${uploads.evidence}` })
            : uploads)
        : Effect.succeed(verdict))
    : Effect.succeed(new Capability.Absent({ evidence: `${candidate.name} takes no uploads` }))
})

const takesUploads = (name: string): boolean => name !== "openshift"

/**
 * Whether the cluster permits uploads.
 *
 * @since 0.1.0
 * @category probing
 */
export const uploads = (
  settings: BackendSettings.BackendSettings
): Effect.Effect<Capability.Verdict, BackendSelection.ProbeError, Cluster> =>
  Effect.provide(Capability.uploadsWith({ namespace: settings.namespace }), probeTimeout(settings))

/**
 * @since 0.1.0
 * @category layers
 */
export const layer = (
  name: "auto" | Name,
  settings: BackendSettings.BackendSettings
): Layer.Layer<
  BuildBackend,
  BackendSelection.NoBackendAvailable | BackendSelection.ProbeError | ConfigError,
  Cluster
> =>
  Layer.unwrapEffect(Effect.map(
    candidates(name, settings),
    (candidates) => name === "auto" ? BackendSelection.layerFrom(candidates) : candidates[0].layer
  )).pipe(Layer.provide(probeTimeout(settings)))

const probeTimeout = ({ cluster }: BackendSettings.BackendSettings): Layer.Layer<never> =>
  cluster.requestTimeout === undefined
    ? Layer.empty
    : Layer.succeed(BackendSelection.ProbeTimeout, cluster.requestTimeout)

/**
 * Fails if the cluster does not serve the API of a backend: for OpenShift builds. The others need only Kubernetes.
 *
 * @since 0.1.0
 * @category probing
 */
export const requireApi = (
  name: "auto" | Name,
  settings: BackendSettings.BackendSettings
): Effect.Effect<void, BackendSelection.NoBackendAvailable | ConfigError, Cluster> =>
  name !== "openshift" ? Effect.void : Effect.flatMap(
    Effect.provide(Effect.flatMap(candidates(name, settings), BackendSelection.probe), probeTimeout(settings)),
    (report) =>
      report.rows.some(({ verdict }) => verdict._tag === "Absent")
        ? new BackendSelection.NoBackendAvailable({ report })
        : Effect.void
  )

// Checking an input sends no request.
const noCluster = Layer.mock(Cluster, { defaultNamespace: "default" })

/**
 * @since 0.1.0
 * @category constructors
 */
export const checkers = (
  name: "auto" | Name,
  settings: BackendSettings.BackendSettings,
  asked: Checker.Checker["uploads"]
): Effect.Effect<ReadonlyArray<Checker.Checker>, ConfigError> =>
  Effect.map(
    candidates(name, settings),
    Arr.map(({ layer, name }) => ({
      ...Checker.make(name, Layer.provide(layer, noCluster)),
      ...(takesUploads(name) ? { uploads: asked } : {})
    }))
  )

// -----------------------------------------------------------------------------
// permissions
// -----------------------------------------------------------------------------

const needed: Readonly<Record<Name, (settings: SingleNodeBuildBackend.Settings) => Rbac.Needs>> = {
  "single-node": (settings) => ({
    rules: SingleNodeBuildBackend.rules,
    clusterRules: SingleNodeBuildBackend.clusterRules,
    pods: { serviceAccount: settings.serviceAccount, constraints: [SingleNodeBuildBackend.scc(settings)] }
  }),
  // OpenShift gives the service account of its pods what they need.
  openshift: () => ({ rules: OpenShiftBuildBackend.rules, clusterRules: [], pods: undefined }),
  custom: ({ deliverToNode: _, ...settings }) => ({
    rules: CustomBuildBackend.rules,
    clusterRules: CustomBuildBackend.clusterRules,
    pods: { serviceAccount: settings.serviceAccount, constraints: [CustomBuildBackend.scc(settings)] }
  })
}

/**
 * The additional permissions that an administrator asked for.
 *
 * @since 0.1.0
 * @category models
 */
export interface More {
  readonly git: boolean
  readonly upload: boolean
}

/** Builds in Jobs find the commit of a branch by the permissions that they have; OpenShift takes no uploads. */
const withMore = (name: Name, { git, upload }: More, { clusterRules, pods, rules }: Rbac.Needs): Rbac.Needs => {
  const ofUploads = upload && takesUploads(name) ? CustomBuildBackend.uploadRules : []
  const looksUp = git && name === "openshift"
  return {
    rules: [...rules, ...ofUploads, ...(looksUp ? OpenShiftBuildBackend.gitRules : [])],
    clusterRules: [...clusterRules, ...(looksUp ? OpenShiftBuildBackend.gitClusterRules : [])],
    pods
  }
}

/**
 * The permissions that a backend needs, with those for `more` if it needs them; for `auto` those of all candidates and of the
 * probes.
 *
 * @since 0.1.0
 * @category getters
 */
export const needs = (
  name: "auto" | Name,
  more: More = { git: false, upload: false }
): Effect.Effect<Rbac.Needs, ConfigError> =>
  Effect.map(settingsOf(BackendSettings.none), (settings) =>
    name === "auto"
      ? names.map((name) => withMore(name, more, needed[name](settings))).reduce(Rbac.both, probing)
      : withMore(name, more, needed[name](settings)))

const probing: Rbac.Needs = { rules: [], clusterRules: Capability.rules, pods: undefined }
