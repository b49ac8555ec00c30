/** Jobs in cases of the ClusterSuite, whose pods are moved by hand. */
import { Effect } from "effect"
import * as Resources from "../../src/kubernetes/Resources.js"
import { absent, type Place, podSpec, reached } from "./ClusterCase.js"
import { type Job, type JobSpec, type Manifest, manifest, type PodStatus } from "./Manifest.js"

export const job = (name: string, spec: Partial<Manifest<JobSpec>> = {}) =>
  manifest<Job>({ metadata: { name }, spec: { backoffLimit: 0, template: { spec: podSpec }, ...spec } })

/** Creates a Job and follows its conditions (as `Type: reason`) and its pods. */
export const start = ({ cluster, namespace }: Place, object: Manifest<Job>) =>
  Effect.gen(function*() {
    const made = yield* cluster.create(Resources.Job, object, { namespace })
    const { name, uid } = made.metadata
    const jobs = yield* cluster.reflect(Resources.Job, { namespace })
    const pods = yield* cluster.reflect(Resources.Pod, {
      namespace,
      labelSelector: `batch.kubernetes.io/job-name=${name}`
    })
    const has = (type: string) => (job: Resources.Job) =>
      job.status?.conditions?.some((condition) => condition.type === type && condition.status === "True") ?? false
    return {
      uid,
      /** The Job once it is as wanted. */
      is: (wanted: (job: Resources.Job) => boolean) =>
        Effect.map(
          reached(jobs, ({ _tag, object }) => _tag === "Updated" && object.metadata.name === name && wanted(object)),
          ({ object }) => object
        ),
      has,
      gone: absent(jobs, ({ metadata }) => metadata.uid === uid),
      /** A pod of it, other than those that are known, that is not being deleted. */
      pod: (...known: ReadonlyArray<Resources.Pod>) =>
        Effect.map(
          reached(pods, ({ _tag, object }) =>
            _tag === "Updated" && object.metadata.deletionTimestamp === undefined &&
            !known.some(({ metadata }) => metadata.uid === object.metadata.uid)),
          ({ object }) => object
        ),
      podGone: (gone: Resources.Pod) => absent(pods, ({ metadata }) => metadata.uid === gone.metadata.uid),
      /** Writes the status of a pod, as a kubelet does. */
      move: (pod: Resources.Pod, status: Manifest<PodStatus>) =>
        cluster.patch(Resources.Pod, pod.metadata.name, { merge: { status } }, { namespace, subresource: "status" })
    }
  })

export const running = manifest<PodStatus>({ phase: "Running" })

export const succeeded = manifest<PodStatus>({ phase: "Succeeded" })

export const failed = (exitCode: number, more: Manifest<PodStatus> = {}) =>
  manifest<PodStatus>({
    phase: "Failed",
    containerStatuses: [{
      name: "main",
      image: "registry.example.com/image:1",
      imageID: "",
      ready: false,
      restartCount: 0,
      state: { terminated: { exitCode, reason: "Error" } }
    }],
    ...more
  })

export const reasonOf = (job: Resources.Job, type: string) =>
  job.status?.conditions?.find((one) => one.type === type)?.reason

export const messageOf = (job: Resources.Job, type: string) =>
  job.status?.conditions?.find((one) => one.type === type)?.message
