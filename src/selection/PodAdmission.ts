/**
 * Whether the cluster would admit the pod of a build. Quota, PodSecurity and SCC act on pods, not on the Job that creates them, so the
 * pod itself is sent to the server in a dry run.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { isObject, type JsonObject } from "../kubernetes/client/ApiRequest.js"
import * as Cluster from "../kubernetes/Cluster.js"
import type { ClusterError } from "../kubernetes/ClusterError.js"
import { RbacRule } from "../kubernetes/RbacRule.js"
import * as Resource from "../kubernetes/Resource.js"
import * as Resources from "../kubernetes/Resources.js"
import { isUncounted } from "./Probe.js"
import { Absent, Available, Forbidden, type Verdict } from "./Verdict.js"

export interface BuildPod {
  /** The whole pod, as the Job would create it. */
  readonly manifest: JsonObject
  readonly namespace: string
  /** The security context constraint that admits the pod, on clusters that have them. */
  readonly scc: string
}

const Names = Schema.optionalWith(Schema.Array(Schema.String), { default: () => [] })

const SecurityContext = Schema.Struct({
  privileged: Schema.optional(Schema.Boolean),
  allowPrivilegeEscalation: Schema.optional(Schema.Boolean),
  capabilities: Schema.optional(Schema.Struct({ add: Names, drop: Names }))
})

const Containers = Schema.optionalWith(
  Schema.Array(Schema.Struct({ name: Schema.String, securityContext: Schema.optional(SecurityContext) })),
  { default: () => [] }
)

const PodFields = Schema.Struct({
  metadata: Schema.optional(Schema.Struct({
    annotations: Schema.optional(Schema.Record({ key: Schema.String, value: Schema.String }))
  })),
  spec: Schema.Struct({
    hostUsers: Schema.optional(Schema.Boolean),
    serviceAccountName: Schema.optionalWith(Schema.String, { default: () => "default" }),
    initContainers: Containers,
    containers: Containers
  })
})

const fieldsOf = (pod: JsonObject) =>
  Option.getOrElse(
    Schema.decodeUnknownOption(PodFields)(pod),
    () => PodFields.make({ spec: { serviceAccountName: "default", initContainers: [], containers: [] } })
  )

// -----------------------------------------------------------------------------
// the server tries the pod
// -----------------------------------------------------------------------------

export const dryRun = (pod: BuildPod): Effect.Effect<Verdict, ClusterError, Cluster.Cluster> =>
  Cluster.create(Resource.raw(Resources.Pod), pod.manifest, { namespace: pod.namespace, dryRun: true }).pipe(
    Effect.map((admitted) =>
      // A server that does not know user namespaces drops the field, and would run the pod without one.
      fieldsOf(pod.manifest).spec.hostUsers === false && fieldsOf(admitted).spec.hostUsers !== false
        ? new Absent({ evidence: "the cluster has no user namespaces for pods (it drops hostUsers: false)" })
        : unprivileged(admitted, pod) ??
          new Available({ evidence: `a build pod is admitted to namespace ${pod.namespace}` })
    ),
    Effect.catchIf(isRefusal, (error) => Effect.succeed(judge(error, pod)))
  )

/** The capabilities that newuidmap and newgidmap need. Without these programs buildah has only one user id, and no RUN starts. */
const neededCapabilities = ["SETUID", "SETGID"]

/** The privilege that an admission plugin such as the SCC nonroot-v2 took from a container; undefined if a build can do without it. */
const taken = ({ allowPrivilegeEscalation, capabilities, privileged }: typeof SecurityContext.Type) => {
  const { add = [], drop = [] } = capabilities ?? {}
  const dropped = neededCapabilities.filter((name) =>
    !add.includes(name) && !add.includes("ALL") && (drop.includes(name) || drop.includes("ALL"))
  )
  return privileged === true
    ? []
    : [
      ...(allowPrivilegeEscalation === false ? ["has allowPrivilegeEscalation: false"] : []),
      ...(dropped.length > 0
        ? [`lacks the ${dropped.length > 1 ? "capabilities" : "capability"} ${dropped.join(" and ")}`]
        : [])
    ]
}

/** The verdict on a pod that is admitted with less than a build needs. */
const unprivileged = (admitted: JsonObject, { scc }: BuildPod, by?: string): Absent | undefined => {
  const { metadata, spec } = fieldsOf(admitted)
  const allowedBy = by ?? metadata?.annotations?.["openshift.io/scc"]
  for (const { name, securityContext = {} } of [...spec.initContainers, ...spec.containers]) {
    const missing = taken(securityContext)
    if (missing.length > 0) {
      const how = allowedBy === undefined ? "" : ` by SCC ${allowedBy}`
      const advice = allowedBy === undefined ? "" : `; allow the service account of the build pods to use SCC ${scc}`
      return new Absent({
        evidence:
          `a build pod is admitted${how}, but cannot build: its container ${name} ${missing.join(" and ")}, so ` +
          `that buildah has only one user id${advice}`
      })
    }
  }
  return undefined
}

/** A refusal that stands; a quota that is not counted yet says nothing. */
const isRefusal = (error: ClusterError): boolean =>
  (error.reason === "Forbidden" || error.reason === "Invalid" || error.reason === "NotFound") && !isUncounted(error)

const refused = (message: string, advice: string, rule?: RbacRule): Verdict =>
  new Forbidden({ evidence: `the cluster refuses a build pod: ${message}${advice}`, rule })

/** The meaning of a refusal, by its message; the first row that matches counts. */
const refusals: ReadonlyArray<readonly [RegExp, (message: string, pod: BuildPod) => Verdict]> = [
  // apiserver pkg/endpoints/handlers/responsewriters/errors.go. Only the Job controller has to create pods.
  [
    /is forbidden: User .* cannot create resource "pods"/,
    () => new Available({ evidence: "a build pod could not be tried, as only the Job controller may create pods" })
  ],
  // apiserver pkg/admission/plugin/namespace/lifecycle/admission.go
  [/^namespaces .* not found/, (message) => new Absent({ evidence: message })],
  [/because it is being terminated/, (message) => new Absent({ evidence: message })],
  // apiserver pkg/admission/plugin/resourcequota/controller.go
  [
    /exceeded quota: /,
    (message) =>
      neverFits(message)
        ? refused(message, "; raise the quota, or ask for less")
        : new Available({ evidence: `builds wait for room in the quota: ${message}` })
  ],
  // pod-security-admission admission/admission.go
  [
    /violates PodSecurity/,
    (message, { namespace }) =>
      refused(message, `; label namespace ${namespace} pod-security.kubernetes.io/enforce with a level that admits it`)
  ],
  // openshift/apiserver-library-go pkg/securitycontextconstraints/sccadmission/admission.go
  [/unable to validate against any security context constraint/, (message, pod) => refused(message, "", useOfScc(pod))]
]

const judge = (error: ClusterError, pod: BuildPod): Verdict => {
  const message = error.status?.message ?? error.message
  const row = refusals.find(([pattern]) => pattern.test(message))
  return row === undefined ? refused(message, "") : row[1](message, pod)
}

const useOfScc = ({ namespace, scc }: BuildPod) =>
  new RbacRule({
    apiGroups: ["security.openshift.io"],
    resources: ["securitycontextconstraints"],
    resourceNames: [scc],
    verbs: ["use"],
    namespace
  })

// --- quota: `exceeded quota: compute, requested: memory=2Gi, used: memory=0, limited: memory=1Gi` ---

const neverFits = (message: string): boolean => {
  const [, requested = "", limited = ""] = /requested: (.*), used: .*, limited: (.*)$/.exec(message) ?? []
  const limits = amounts(limited)
  return [...amounts(requested)].some(([name, amount]) => amount > (limits.get(name) ?? Infinity))
}

const amounts = (list: string): ReadonlyMap<string, number> =>
  new Map(
    list.split(",").map((item) => {
      const [name = "", amount = ""] = item.split("=")
      return [name, amountOf(amount)]
    })
  )

/** k8s.io/apimachinery pkg/api/resource: the grammar of quantities. */
const amountOf = (text: string): number => {
  const [, digits, unit = ""] = /^([0-9.]+(?:[eE][+-]?[0-9]+)?)([numkMGTPE]?i?)$/.exec(text) ?? []
  const [letter = "", binary] = unit
  const power = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"].indexOf(letter.replace("K", "k")) - 3
  return Number(digits) * (binary === undefined ? 1000 : 1024) ** power
}

// -----------------------------------------------------------------------------
// the Job controller would create it, for the pod's service account
// -----------------------------------------------------------------------------

// The server answers neither metadata nor, in a dry run, a resourceVersion: so both are read whole.
const Review = Resource.raw(Resource.metadataOnly({
  group: "security.openshift.io",
  version: "v1",
  plural: "podsecuritypolicysubjectreviews",
  kind: "PodSecurityPolicySubjectReview"
}))

const Reviewed = Schema.Struct({
  status: Schema.Struct({
    allowedBy: Schema.optional(Schema.Struct({ name: Schema.String })),
    template: Schema.optional(Schema.Unknown)
  })
})

/**
 * OpenShift's own word on whether the pod's service account, and not we who may be administrators, may use an SCC that
 * admits the pod (openshift/openshift-apiserver pkg/security/apiserver/registry/podsecuritypolicysubjectreview/rest.go).
 * Where that cannot be asked, the dry run has to do.
 */
export const review = (pod: BuildPod): Effect.Effect<Verdict, ClusterError, Cluster.Cluster> => {
  const { metadata = {}, spec } = pod.manifest
  const { serviceAccountName } = fieldsOf(pod.manifest).spec
  const question = Resource.object(Review, {
    spec: {
      // The Job controller creates the pod, and is no more than authenticated.
      groups: ["system:authenticated"],
      template: { metadata, spec: { ...(isObject(spec) ? spec : {}), serviceAccountName } }
    }
  })
  return Cluster.create(Review, question, { namespace: pod.namespace }).pipe(
    Effect.map((answer) => {
      const { allowedBy, template } = statusOf(answer)
      return allowedBy === undefined
        ? new Forbidden({
          evidence: `service account ${serviceAccountName} may use no SCC that admits a build pod`,
          rule: useOfScc(pod)
        })
        // The template is what that SCC would make of the pod.
        : unprivileged(isObject(template) ? template : {}, pod, allowedBy.name) ??
          new Available({ evidence: `service account ${serviceAccountName} may use SCC ${allowedBy.name}` })
    }),
    Effect.catchIf(isRefusal, () =>
      Effect.succeed(
        new Available({
          evidence:
            `it is not known which SCC service account ${serviceAccountName} may use: the cluster refused the review`
        })
      ))
  )
}

const statusOf = (answer: JsonObject) =>
  Option.getOrElse(Schema.decodeUnknownOption(Reviewed)(answer), () => Reviewed.make({ status: {} })).status
