/**
 * What makes a Job of a build, and a status of the Job: all that the custom and the single-node backend have in common.
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Issue } from "../../build/BuildError.js"
import * as BuildInput from "../../build/BuildInput.js"
import { BuildRef } from "../../build/BuildRef.js"
import type { Service } from "../../build/BuildService.js"
import type { JsonObject } from "../../cluster/ApiRequest.js"
import { Cluster } from "../../cluster/Cluster.js"
import * as Resource from "../../cluster/Resource.js"
import * as Resources from "../../cluster/Resources.js"
import * as BuildRecord from "../BuildRecord.js"
import * as ClusterBackend from "../ClusterBackend.js"
import type { Surroundings } from "../Definition.js"
import * as Permissions from "../Permissions.js"
import * as BuildJob from "./BuildJob.js"
import * as BuildPod from "./BuildPod.js"
import * as ClusterProxy from "./ClusterProxy.js"
import * as JobOutcome from "./JobOutcome.js"
import * as Packing from "./Packing.js"
import type { Profile } from "./Profile.js"
import * as Unsupported from "./Unsupported.js"

/** The least that whoever builds in Jobs must be allowed, in the namespace of the builds. */
export const rules: ReadonlyArray<Permissions.Rule> = [
  ...Permissions.lifecycle(Resources.Job),
  { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] }
]

/** What they must be allowed everywhere, on OpenShift, so that builds use the cluster's proxy. */
export const clusterRules: ReadonlyArray<Permissions.Rule> = [
  {
    apiGroups: [Resources.Proxy.group],
    resources: [Resources.Proxy.plural],
    resourceNames: ["cluster"],
    verbs: ["get"]
  }
]

/** The security context constraint of OpenShift that admits the pods of a profile. */
export const scc = ({ deliversToNode }: Profile): string => deliversToNode ? "privileged" : "anyuid"

// API servers drop the fields of features that they have not, and say nothing: so we look.
const accepts = ({ settings }: Profile) => ({ spec }: Resources.Job): ReadonlyArray<Issue> =>
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
  profile: Profile,
  surroundings: ClusterBackend.Definition<Resources.Job>["surroundings"]
): ClusterBackend.Definition<Resources.Job> => ({
  name: profile.name,
  child: Resources.Job,
  podSelector: BuildRecord.selector(profile.name),
  recordOf: ({ metadata }) => metadata.labels?.[BuildRecord.label.record],
  check: (input) => Unsupported.objections(input, profile),
  contents: Packing.pack,
  surroundings,
  manifest: (record, attempt, around: Surroundings) => BuildJob.make(profile, record, attempt, around),
  accepts: accepts(profile),
  interpret: JobOutcome.interpret,
  logs: JobOutcome.logs
})

/** The backend of a profile. */
export const backend = (profile: Profile): Effect.Effect<Service, never, Cluster> =>
  Effect.gen(function*() {
    const cluster = yield* Cluster
    const definition = make(profile, yield* ClusterProxy.make(cluster))
    return ClusterBackend.make(definition, {
      cluster,
      namespace: profile.settings.namespace ?? cluster.defaultNamespace
    })
  })

/** A pod such as builds have, for asking a cluster whether it admits them. */
export const samplePod = (profile: Profile): JsonObject => {
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
