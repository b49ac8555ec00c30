/**
 * The checks of the probes, each made once: the discovery of the API groups, then all other requests concurrently, so a check
 * takes two round trips. `Probe` waits for a cluster that does not answer.
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import { skipValidation } from "../effect/Codec.js"
import type { JsonObject } from "../kubernetes/client/ApiRequest.js"
import * as Cluster from "../kubernetes/Cluster.js"
import type { ClusterError } from "../kubernetes/ClusterError.js"
import { RbacRule } from "../kubernetes/RbacRule.js"
import * as Resources from "../kubernetes/Resources.js"
import * as PodAdmission from "./PodAdmission.js"
import { Absent, Available, Forbidden, isAvailable, type Verdict } from "./Verdict.js"

export type Check = Effect.Effect<Verdict, ClusterError, Cluster.Cluster>

/** The API groups of the cluster, with their versions. */
export type Groups = ReadonlyMap<string, ReadonlyArray<string>>

/**
 * The namespace of the builds; by default the cluster's default namespace.
 *
 * @since 0.1.0
 * @category models
 */
export interface BuildsOptions {
  readonly namespace?: string | undefined
}

/**
 * `pod` is the manifest of the pod that a Job would create; without it, no pod is tried. `scc` names the security context
 * constraint to grant where an OpenShift cluster does not admit the pod, by default `anyuid`.
 *
 * @since 0.1.0
 * @category models
 */
export interface JobsOptions extends BuildsOptions {
  readonly pod?: JsonObject | undefined
  readonly scc?: string | undefined
}

// -----------------------------------------------------------------------------
// discovery
// -----------------------------------------------------------------------------

export const discovered = (ask: (groups: Groups) => Check): Check =>
  Effect.matchEffect(Cluster.groups, { onFailure: lacking(discovery), onSuccess: ask })

const discovery = new RbacRule({
  apiGroups: [],
  resources: [],
  nonResourceURLs: ["/api", "/api/*", "/apis", "/apis/*"],
  verbs: ["get"]
}, skipValidation)

/** A forbidden request is a verdict too, with the missing rule. */
const lacking = (rule: RbacRule) => (error: ClusterError): Check =>
  error.reason === "Forbidden" ? Effect.succeed(new Forbidden({ rule, evidence: error.message })) : Effect.fail(error)

/**
 * The first verdict that is not Available, else all the evidence. The checks run concurrently and are judged in order, so an
 * error of a check after a negative verdict does not matter.
 */
const every = (questions: ReadonlyArray<Check>): Check =>
  Effect.scoped(Effect.gen(function*() {
    const asked = yield* Effect.forEach(questions, (question) => Effect.forkScoped(question))
    const evidence: Array<string> = []
    for (const fiber of asked) {
      const verdict = yield* Fiber.join(fiber)
      if (!isAvailable(verdict)) {
        return verdict
      }
      evidence.push(verdict.evidence)
    }
    return new Available({ evidence: evidence.join("; ") })
  }))

// -----------------------------------------------------------------------------
// permissions
// -----------------------------------------------------------------------------

interface Thing {
  readonly group: string
  readonly resource: string
  readonly subresource?: string
}

const configMaps: Thing = { group: "", resource: "configmaps" }
const jobs: Thing = { group: "batch", resource: "jobs" }
const builds: Thing = { group: "build.openshift.io", resource: "builds" }
// openshift/openshift-apiserver pkg/build/apiserver/admission/strategyrestrictions: asks this of who creates a Build
const dockerBuilds: Thing = { ...builds, subresource: "docker" }

const attach: Thing = { group: "", resource: "pods", subresource: "attach" }

const nameOf = ({ resource, subresource }: Thing) => subresource === undefined ? resource : `${resource}/${subresource}`

const distinct = <A>(values: ReadonlyArray<A>): ReadonlyArray<A> => Array.from(new Set(values))

interface Deed {
  readonly verb: string
  readonly thing: Thing
}

const ruleOf = (deeds: ReadonlyArray<Deed>, namespace: string) =>
  new RbacRule({
    apiGroups: distinct(deeds.map(({ thing }) => thing.group)),
    resources: distinct(deeds.map(({ thing }) => nameOf(thing))),
    verbs: distinct(deeds.map(({ verb }) => verb)),
    namespace
  })

const may = (deeds: ReadonlyArray<Deed>, namespace: string): Check =>
  Effect.forEach(
    deeds,
    ({ thing, verb }) =>
      Effect.map(
        Cluster.canI({ verb, namespace, ...thing }),
        ({ allowed, reason = "" }) => ({ thing, verb, allowed, reason })
      ),
    { concurrency: "unbounded" }
  ).pipe(
    Effect.map((answers) => {
      const denied = answers.filter(({ allowed }) => !allowed)
      if (denied.length === 0) {
        return new Available({ evidence: `may ${ruleOf(deeds, namespace)}` })
      }
      const rule = ruleOf(denied, namespace)
      const reasons = distinct(denied.map(({ reason }) => reason)).filter((reason) => reason !== "")
      return new Forbidden({ rule, evidence: [`may not ${rule}`, ...reasons].join(": ") })
    }),
    Effect.catchAll(lacking(
      new RbacRule({
        apiGroups: ["authorization.k8s.io"],
        resources: ["selfsubjectaccessreviews"],
        verbs: ["create"]
      })
    ))
  )

const mayCreate = (things: ReadonlyArray<Thing>, namespace: string): Check =>
  may(things.map((thing) => ({ verb: "create", thing })), namespace)

const inNamespace = (options: BuildsOptions, ask: (namespace: string) => Check): Check =>
  Effect.flatMap(Cluster.Cluster, (cluster) => ask(options.namespace ?? cluster.defaultNamespace))

// -----------------------------------------------------------------------------
// the cluster's configuration
// -----------------------------------------------------------------------------

const config = "config.openshift.io"

const toRead = (resource: string, name: string) =>
  new RbacRule(
    { apiGroups: [config], resources: [resource], resourceNames: [name], verbs: ["get"] },
    skipValidation
  )

const toReadInfrastructure = toRead("infrastructures", "cluster")

/** The permissions beyond those of every authenticated user. */
export const rules: ReadonlyArray<RbacRule> = [toReadInfrastructure, toRead("clusterversions", "version")]

// -----------------------------------------------------------------------------
// single node
// -----------------------------------------------------------------------------

// openshift/api config/v1/types_infrastructure.go
export const singleNode = (groups: Groups): Check =>
  groups.has(config)
    ? Cluster.get(Resources.Infrastructure, "cluster").pipe(
      Effect.map(({ status }) => {
        const evidence = `controlPlaneTopology is ${status?.controlPlaneTopology ?? "not set"}`
        return status?.controlPlaneTopology === "SingleReplica" ? new Available({ evidence }) : new Absent({ evidence })
      }),
      Effect.catchIf(
        (error) => error.reason === "NotFound",
        () =>
          Effect.succeed(
            new Absent({ evidence: "there is no Infrastructure cluster to report the control plane topology" })
          )
      ),
      Effect.catchAll(lacking(toReadInfrastructure))
    )
    : Effect.succeed(new Absent({ evidence: `there is no API group ${config} to report the control plane topology` }))

// -----------------------------------------------------------------------------
// OpenShift builds
// -----------------------------------------------------------------------------

export const openShiftBuilds = (groups: Groups, options: BuildsOptions): Check =>
  groups.has(builds.group)
    ? inNamespace(options, (namespace) =>
      every([buildsServed, buildCapability(groups), mayCreate([configMaps, builds, dockerBuilds], namespace)]))
    : Effect.succeed(new Absent({ evidence: `no API group ${builds.group}` }))

const buildsServed: Check = Cluster.resources(builds.group, "v1").pipe(
  Effect.map((served) => {
    const api = `${builds.group}/v1`
    return Option.exists(served, (resources) => resources.some(({ name }) => name === builds.resource))
      ? new Available({ evidence: `${api} serves builds` })
      : new Absent({ evidence: `${api} serves no builds` })
  }),
  Effect.catchAll(lacking(discovery))
)

/** Where it cannot be read, the served API alone decides. */
const buildCapability = (groups: Groups): Check =>
  groups.has(config)
    ? Cluster.get(Resources.ClusterVersion, "version").pipe(
      Effect.map(({ status }) =>
        offersBuild(status?.capabilities)
          ? new Available({ evidence: "the cluster version does not leave out the capability Build" })
          : new Absent({ evidence: "the capability Build is not enabled in the cluster version" })
      ),
      Effect.catchIf(
        (error) => error.reason === "NotFound" || error.reason === "Forbidden",
        () => Effect.succeed(unknownCapability)
      )
    )
    : Effect.succeed(unknownCapability)

const unknownCapability = new Available(
  { evidence: "whether the capability Build is enabled is not known" },
  skipValidation
)

/** As in openshift/machine-config-operator test/extended-priv/util/client.go: older clusters lack the capability. */
const offersBuild = (
  capabilities: {
    readonly knownCapabilities?: ReadonlyArray<string> | undefined
    readonly enabledCapabilities?: ReadonlyArray<string> | undefined
  } = {}
): boolean =>
  capabilities.knownCapabilities?.includes("Build") !== true ||
  capabilities.enabledCapabilities?.includes("Build") === true

// -----------------------------------------------------------------------------
// Jobs
// -----------------------------------------------------------------------------

export const buildJobs = (groups: Groups, options: JobsOptions): Check =>
  groups.has(jobs.group)
    ? inNamespace(options, (namespace) => {
      const may = mayCreate([configMaps, jobs], namespace)
      if (options.pod === undefined) {
        return may
      }
      const pod = { manifest: options.pod, namespace, scc: options.scc ?? "anyuid" }
      return every([
        may,
        PodAdmission.dryRun(pod),
        ...(groups.has("security.openshift.io") ? [PodAdmission.review(pod)] : [])
      ])
    })
    : Effect.succeed(new Absent({ evidence: `no API group ${jobs.group}` }))

export const singleNodeJobs = (groups: Groups, options: JobsOptions): Check =>
  groups.has(config) ? every([singleNode(groups), buildJobs(groups, options)]) : singleNode(groups)

// -----------------------------------------------------------------------------
// uploads
// -----------------------------------------------------------------------------

// A WebSocket is opened by GET, and since Kubernetes 1.35 needs the permission to create as well.
export const uploads = (options: BuildsOptions): Check =>
  inNamespace(options, (namespace) => may(["create", "get"].map((verb) => ({ verb, thing: attach })), namespace))
