/**
 * What makes a Job of a build, and a status of the Job: all that the custom and the single-node backend have in common.
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Issue } from "../../core/BuildError.js"
import * as BuildInput from "../../core/BuildInput.js"
import { BuildRef } from "../../core/BuildRef.js"
import type { Service } from "../../core/service/BuildService.js"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import { Cluster } from "../../kubernetes/Cluster.js"
import * as Resource from "../../kubernetes/Resource.js"
import * as Resources from "../../kubernetes/Resources.js"
import * as ClusterBackend from "../controller/ClusterBackend.js"
import type { ClusterDefaults } from "../controller/Definition.js"
import * as Permissions from "../controller/Permissions.js"
import type * as BuildRecord from "../record/BuildRecord.js"
import * as ConfigMapLayout from "../record/ConfigMapLayout.js"
import * as RecordMetadata from "../record/RecordMetadata.js"
import * as BuildJob from "./BuildJob.js"
import * as BuildPod from "./BuildPod.js"
import * as ClusterProxy from "./ClusterProxy.js"
import * as JobOutcome from "./JobOutcome.js"
import type { JobProfile } from "./JobProfile.js"
import * as JobUnsupported from "./JobUnsupported.js"

/** The least that whoever builds in Jobs must be allowed, in the namespace of the builds. */
export const rules: ReadonlyArray<Permissions.RbacRule> = [
  ...Permissions.lifecycle(Resources.Job),
  { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] }
]

/** What they must be allowed everywhere, on OpenShift, so that builds use the cluster's proxy. */
export const clusterRules: ReadonlyArray<Permissions.RbacRule> = [
  {
    apiGroups: [Resources.Proxy.group],
    resources: [Resources.Proxy.plural],
    resourceNames: ["cluster"],
    verbs: ["get"]
  }
]

/** The security context constraint of OpenShift that admits the pods of a profile. */
export const scc = ({ deliversToNode }: JobProfile): string => deliversToNode ? "privileged" : "anyuid"

// API servers drop the fields of features that they have not, and say nothing: so we look.
const accepts = ({ settings }: JobProfile) => ({ spec }: Resources.Job): ReadonlyArray<Issue> =>
  settings.security === "userns" && spec?.template?.spec?.hostUsers !== false
    ? [
      new Issue({
        path: "",
        message: "this cluster has no user namespaces for pods (the feature UserNamespacesSupport), and the setting " +
          "security asks for one; use anyuid, or a cluster that has them"
      })
    ]
    : []

export const make = (
  profile: JobProfile,
  surroundings: ClusterBackend.Definition<Resources.Job>["clusterDefaults"]
): ClusterBackend.Definition<Resources.Job> => ({
  name: profile.name,
  child: Resources.Job,
  podSelector: RecordMetadata.selector(profile.name),
  recordOf: ({ metadata }) => metadata.labels?.[RecordMetadata.label.record],
  check: (input) => JobUnsupported.issues(input, profile),
  contents: ConfigMapLayout.pack,
  clusterDefaults: surroundings,
  manifest: (record, attempt, around: ClusterDefaults) => BuildJob.make(profile, record, attempt, around),
  verifyCreated: accepts(profile),
  interpret: JobOutcome.interpret,
  logs: JobOutcome.logs
})

/** The backend of a profile. */
export const backend = (profile: JobProfile): Effect.Effect<Service, never, Cluster> =>
  Effect.gen(function*() {
    const cluster = yield* Cluster
    const definition = make(profile, ClusterProxy.of(cluster))
    return ClusterBackend.make(definition, {
      cluster,
      namespace: profile.settings.namespace ?? cluster.defaultNamespace
    })
  })

/** A pod such as builds have, for asking a cluster whether it admits them. */
export const samplePod = (profile: JobProfile): JsonObject => {
  const name = "os-builder-probe"
  const input = new BuildInput.BuildInput({
    dockerfile: "FROM scratch",
    baseImage: new BuildInput.ImageInfo({ pullspec: "registry.example.com/base:1" }),
    finalImage: new BuildInput.ImageInfo({ pullspec: "registry.example.com/final:1" })
  })
  const record: BuildRecord.BuildRecord = {
    ref: new BuildRef({ backend: profile.name, namespace: profile.settings.namespace ?? name, name, uid: name }),
    number: 1,
    fingerprint: BuildInput.fingerprint(input),
    finalImage: input.finalImage.pullspec,
    createdAt: DateTime.unsafeMake(0),
    resourceVersion: "",
    stop: Option.none(),
    outcome: Option.none(),
    input,
    parts: []
  }
  const { metadata, spec } = BuildPod.template(profile, record, {})
  return Resource.object(Resources.Pod, { metadata: { ...metadata, generateName: `${name}-` }, spec })
}
