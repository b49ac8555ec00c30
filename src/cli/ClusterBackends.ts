/**
 * The backends on a cluster.
 *
 * @since 0.1.0
 */
import * as Arr from "effect/Array"
import type * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as OpenShiftBuildBackend from "../backends/OpenShiftBuildBackend.js"
import type { BuildBackend } from "../build/BuildBackend.js"
import { Cluster } from "../cluster/Cluster.js"
import * as BackendSelection from "../selection/BackendSelection.js"
import * as Capability from "../selection/Capability.js"
import { type Name, names } from "../selection/Ready.js"
import * as Checker from "./Checker.js"
import type * as Rbac from "./Rbac.js"

export { names } from "../selection/Ready.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface Settings {
  readonly namespace: string | undefined
}

const candidate: Readonly<Record<Name, (settings: Settings) => BackendSelection.Candidate<never, Cluster>>> = {
  openshift: BackendSelection.openShift
}

/**
 * What `auto` chooses between, in the order in which it prefers them.
 *
 * @since 0.1.0
 * @category constructors
 */
export const candidates = ({ namespace }: Settings): Arr.NonEmptyArray<
  BackendSelection.Candidate<never, Cluster>
> => Arr.map(names, (name) => candidate[name]({ namespace }))

const rules: Readonly<Record<Name, Rbac.Needs["rules"]>> = {
  openshift: OpenShiftBuildBackend.rules
}

const isName = (name: string): name is Name => Object.hasOwn(rules, name)

/**
 * What a backend has to be allowed; `auto`, all that it may choose, and the probes. Undefined for what is on no cluster.
 *
 * @since 0.1.0
 * @category getters
 */
export const needs = (name: string): Rbac.Needs | undefined =>
  name === "auto"
    ? { rules: names.flatMap((name) => rules[name]), clusterRules: Capability.rules }
    : isName(name)
    ? { rules: rules[name], clusterRules: [] }
    : undefined

/**
 * @since 0.1.0
 * @category probing
 */
export const probe = (settings: Settings): Effect.Effect<BackendSelection.Report, never, Cluster> =>
  BackendSelection.probe(candidates(settings))

/**
 * @since 0.1.0
 * @category layers
 */
export const layer = (
  name: "auto" | Name,
  { namespace }: Settings
): Layer.Layer<
  BuildBackend,
  BackendSelection.NoBackendAvailable | BackendSelection.ProbeError,
  Cluster
> => name === "auto" ? BackendSelection.layerFrom(candidates({ namespace })) : candidate[name]({ namespace }).layer

// What is asked offline never asks a cluster.
const nowhere = Layer.mock(Cluster, { defaultNamespace: "default" })

/**
 * @since 0.1.0
 * @category constructors
 */
export const checkers = (name: "auto" | Name, settings: Settings): ReadonlyArray<Checker.Checker> =>
  (name === "auto" ? candidates(settings) : [candidate[name](settings)]).map(({ layer, name }) =>
    Checker.make(name, Layer.provide(layer, nowhere))
  )
