/**
 * The definition of a backend that builds in Jobs: the Job of a build, and the status of a build from its Job.
 */
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import { Issue } from "../../core/BuildError.js"
import * as BuildInput from "../../core/BuildInput.js"
import { BuildRef } from "../../core/BuildRef.js"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import type { RbacRule } from "../../kubernetes/RbacRule.js"
import * as Resource from "../../kubernetes/Resource.js"
import * as Resources from "../../kubernetes/Resources.js"
import * as ClusterProxy from "../controller/ClusterProxy.js"
import type { ClusterDefaults, Definition } from "../controller/Definition.js"
import * as Permissions from "../controller/Permissions.js"
import type * as BuildRecord from "../record/BuildRecord.js"
import * as ConfigMapLayout from "../record/ConfigMapLayout.js"
import * as RecordMetadata from "../record/RecordMetadata.js"
import * as BuildJob from "./BuildJob.js"
import * as BuildPod from "./BuildPod.js"
import * as JobOutcome from "./JobOutcome.js"
import type { JobProfile } from "./JobSettings.js"
import * as JobUnsupported from "./JobUnsupported.js"

/** The least permissions for builds in Jobs, in the namespace of the builds. */
export const rules: ReadonlyArray<RbacRule> = [
  ...Permissions.lifecycle(Resources.Job),
  { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] }
]

/** In addition, for builds whose context is uploaded: attaching to pods is as much as reading and writing their streams. */
export const uploadRules: ReadonlyArray<RbacRule> = [
  { apiGroups: [""], resources: ["pods/attach"], verbs: ["create", "get"] }
]

/** The permissions on the whole cluster, on OpenShift, for builds that use the cluster's proxy. */
export const clusterRules: ReadonlyArray<RbacRule> = ClusterProxy.rules

/** The security context constraint of OpenShift that admits the pods of a profile. */
export const scc = ({ deliversToNode }: JobProfile): string => deliversToNode ? "privileged" : "anyuid"

// An API server drops the fields of a feature that it lacks without an error, so the created Job is checked.
const verifyCreated = ({ settings }: JobProfile) => ({ spec }: Resources.Job): ReadonlyArray<Issue> =>
  settings.security === "userns" && spec?.template?.spec?.hostUsers !== false
    ? [
      new Issue({
        path: "",
        message:
          "the setting security: userns requires user namespaces for pods (the feature UserNamespacesSupport), which this " +
          "cluster does not have; use anyuid, or another cluster"
      })
    ]
    : []

export const make = (
  profile: JobProfile,
  clusterDefaults: Definition<Resources.Job>["clusterDefaults"]
): Definition<Resources.Job> => ({
  name: profile.name,
  child: Resources.Job,
  podSelector: RecordMetadata.selector(profile.name),
  labelsPods: true,
  recordOf: ({ metadata }) => metadata.labels?.[RecordMetadata.label.record],
  check: (input) => JobUnsupported.issues(input, profile),
  contents: ConfigMapLayout.pack,
  clusterDefaults,
  manifest: (record, attempt, defaults: ClusterDefaults) => BuildJob.make(profile, record, attempt, defaults),
  verifyCreated: verifyCreated(profile),
  uploadContainer: "upload",
  interpret: JobOutcome.interpret,
  runs: { by: "pod", test: JobOutcome.isRunning, ended: JobOutcome.hasEnded },
  logs: JobOutcome.logs
})

/** A sample build pod, to find out whether a cluster admits such pods. */
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
    callerMetadata: {},
    outcome: Option.none(),
    input,
    parts: []
  }
  const { metadata, spec } = BuildPod.template(profile, record, {})
  return Resource.object(Resources.Pod, { metadata: { ...metadata, generateName: `${name}-` }, spec })
}
