/**
 * The objects of a build on a cluster: the child of each attempt, its pods, and the events about them.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { ownedBy } from "../backends/controller/BuildState.js"
import { backendError } from "../backends/controller/ErrorMapping.js"
import * as PodBlocked from "../backends/pod/PodBlocked.js"
import * as RecordMetadata from "../backends/record/RecordMetadata.js"
import type { BackendError } from "../core/BuildError.js"
import type { BuildRef } from "../core/BuildRef.js"
import * as Cluster from "../kubernetes/Cluster.js"
import type { ClusterError } from "../kubernetes/ClusterError.js"
import * as Resources from "../kubernetes/Resources.js"
import type { Child, Container, Event, Objects } from "./Description.js"

/** The label of every build pod of OpenShift: openshift/api build/v1/consts.go, BuildLabel. */
const buildName = "openshift.io/build.name"

/**
 * Reads them. Events that the service account may not read are left out.
 *
 * @since 0.1.0
 * @category constructors
 */
export const read = (ref: BuildRef): Effect.Effect<Objects, BackendError, Cluster.Cluster> =>
  Effect.gen(function*() {
    const selection = { namespace: ref.namespace, labelSelector: `${RecordMetadata.label.record}=${ref.name}` }
    const children = (yield* childrenOf(ref, selection)).filter(({ object }) => ownedBy(object, ref.uid))
    const uids = new Set(children.map(({ object }) => object.metadata.uid))
    const pods = (yield* Cluster.list(Resources.Pod, {
      ...selection,
      // OpenShift makes the pods of its builds, without our labels.
      ...(ref.backend === "openshift" ? { labelSelector: buildName } : {})
    })).items.filter((pod) => pod.metadata.ownerReferences?.some(({ uid }) => uids.has(uid)) ?? false).sort((
      one,
      other
    ) => created(one).localeCompare(created(other)))
    const events = yield* Effect.forEach(
      [...uids, ...pods.map(({ metadata }) => metadata.uid)],
      (uid) => eventsAbout(ref.namespace, uid),
      { concurrency: 5 }
    )
    return {
      children: children.map(({ child }) => child).sort((one, other) => one.attempt - other.attempt),
      pods: pods.map(({ metadata, status = {} }) => ({
        name: metadata.name,
        createdAt: metadata.creationTimestamp,
        phase: [status.phase ?? "Unknown", ...present(status.reason)].join(", "),
        conditions: (status.conditions ?? []).flatMap((condition) =>
          condition.status === "False" && condition.message !== undefined
            ? [`${condition.type} is False${reasonOf(condition)}: ${condition.message}`]
            : []
        ),
        containers: [...status.initContainerStatuses ?? [], ...status.containerStatuses ?? []].map(container)
      })),
      events: events.flat().sort((one, other) => (one.lastSeen ?? "").localeCompare(other.lastSeen ?? ""))
    }
  }).pipe(Effect.mapError(backendError(ref.backend, `read the objects of ${ref}`)))

const created = ({ metadata }: Resources.Pod): string => metadata.creationTimestamp ?? ""

const present = (text: string | undefined): ReadonlyArray<string> => text === undefined ? [] : [text]

const reasonOf = ({ reason }: { readonly reason?: string | undefined }): string =>
  reason === undefined ? "" : ` (${reason})`

interface Selection {
  readonly namespace: string
  readonly labelSelector: string
}

interface Found {
  readonly object: Resources.Build | Resources.Job
  readonly child: Child
}

const childrenOf = (
  ref: BuildRef,
  selection: Selection
): Effect.Effect<ReadonlyArray<Found>, ClusterError, Cluster.Cluster> => {
  const found = (kind: string, object: Found["object"], state: string): Found => ({
    object,
    child: {
      kind,
      name: object.metadata.name,
      attempt: RecordMetadata.attemptOf(object),
      createdAt: object.metadata.creationTimestamp,
      state
    }
  })
  return ref.backend === "openshift"
    ? Effect.map(
      Cluster.list(Resources.Build, selection),
      ({ items }) => items.map((build) => found("Build", build, buildState(build)))
    )
    : Effect.map(
      Cluster.list(Resources.Job, selection),
      ({ items }) => items.map((job) => found("Job", job, jobState(job)))
    )
}

const buildState = ({ status: { message, phase = "New", reason } = {} }: Resources.Build): string =>
  `${phase}${reasonOf({ reason })}${message === undefined ? "" : `: ${message}`}`

const jobState = ({ spec, status = {} }: Resources.Job): string => {
  const condition = status.conditions?.findLast(({ status, type }) =>
    status === "True" && ["Complete", "Failed", "Suspended"].includes(type)
  )
  const pods = `${status.active ?? 0} active, ${status.failed ?? 0} failed, ${status.succeeded ?? 0} succeeded pods`
  return condition === undefined
    ? `${spec?.suspend === true ? "Suspended" : "Running"} (${pods})`
    : `${condition.type}${reasonOf(condition)}${
      condition.message === undefined ? "" : `: ${condition.message}`
    } (${pods})`
}

const container = ({ name, state: { running, terminated, waiting } = {} }: Resources.ContainerStatus): Container => ({
  name,
  state: terminated !== undefined
    ? `terminated with exit code ${terminated.exitCode}${reasonOf(terminated)}`
    : running !== undefined
    ? "running"
    : waiting !== undefined
    ? `waiting${reasonOf(waiting)}${waiting.message === undefined ? "" : `: ${waiting.message}`}`
    : "unknown"
})

/** Some events have microseconds, and sort among the others only without them. */
const wholeSeconds = (time: string | undefined): string | undefined => time?.replace(/\.\d+Z$/, "Z")

const eventsAbout = (
  namespace: string,
  uid: string
): Effect.Effect<ReadonlyArray<Event>, ClusterError, Cluster.Cluster> =>
  Cluster.list(Resources.Event, { namespace, fieldSelector: `involvedObject.uid=${uid}` }).pipe(
    Effect.map(({ items }) =>
      items.map((event) => ({
        lastSeen: wholeSeconds(PodBlocked.lastSeen(event)),
        type: event.type ?? "Normal",
        reason: event.reason ?? "",
        object: `${event.involvedObject?.kind ?? ""}/${event.involvedObject?.name ?? ""}`,
        message: event.message ?? "",
        count: event.series?.count ?? event.count ?? 1
      }))
    ),
    Effect.catchIf(({ reason }) => reason === "Forbidden", () => Effect.succeed([]))
  )
