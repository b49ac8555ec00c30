/**
 * The Job of a build.
 */
import * as BuildInput from "../../core/BuildInput.js"
import * as BuildContext from "../../core/input/BuildContext.js"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Resource from "../../kubernetes/Resource.js"
import * as Resources from "../../kubernetes/Resources.js"
import type { ClusterDefaults } from "../controller/Definition.js"
import type { BuildRecord } from "../record/BuildRecord.js"
import { retryable } from "../script/ExitCode.js"
import * as BuildPod from "./BuildPod.js"
import type { JobProfile } from "./JobSettings.js"
import * as PodVolumes from "./PodVolumes.js"

/** The label of Jobs that Kueue manages: kueue.sigs.k8s.io docs/tasks/run/jobs. */
const queueLabel = "kueue.x-k8s.io/queue-name"

/**
 * An attempt that the platform disrupted counts and is retried, with any exit codes. A permanent exit code fails the Job,
 * and so does any code that is not the script's. Everything else, such as a pod that a node refused, counts.
 */
const podFailurePolicy = (containers: ReadonlyArray<string>): JsonObject => ({
  rules: [
    { action: "Count", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
    ...containers.map((containerName) => ({
      action: "FailJob",
      onExitCodes: { containerName, operator: "NotIn", values: retryable }
    }))
  ]
})

/** The Job whose first attempt is the attempt of the build with this number. */
export const make = (
  profile: JobProfile,
  record: BuildRecord,
  attempt: number,
  clusterDefaults: ClusterDefaults
): JsonObject => {
  const { queueName, retries = BuildInput.defaults.retries } = record.input
  return Resource.object(Resources.Job, {
    metadata: queueName === undefined ? {} : { labels: { [queueLabel]: queueName } },
    spec: {
      completions: 1,
      parallelism: 1,
      backoffLimit: Math.max(0, retries + 1 - attempt),
      podFailurePolicy: podFailurePolicy([
        ...(BuildContext.isGit(record.input.context) ? ["context"] : []),
        ...PodVolumes.verbsOf(record.input)
      ]),
      // Kueue resumes it once it is admitted.
      ...(queueName === undefined ? {} : { suspend: true }),
      template: BuildPod.template(profile, record, clusterDefaults)
    }
  })
}
