/**
 * The status of one container. As in k8s.io/kubernetes pkg/kubelet/kubelet_pods.go (v1.37), convertToAPIContainerStatuses.
 *
 * @since 0.1.0
 */
import { createHash } from "node:crypto"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as Metadata from "../store/Metadata.js"
import * as Restarts from "./Restarts.js"

/** @since 0.1.0 @category models */
export type State =
  | { readonly _tag: "Waiting"; readonly reason: string; readonly message?: string | undefined }
  | { readonly _tag: "Running"; readonly startedAt: string; readonly isStarted: boolean; readonly isReady: boolean }
  | {
    readonly _tag: "Terminated"
    readonly exitCode: number
    readonly reason: string
    readonly message?: string | undefined
    readonly startedAt?: string | undefined
    readonly finishedAt: string
  }

/**
 * A container with the state of its latest run: `last` is its previous termination, `spec` its part of the pod's spec.
 *
 * @since 0.1.0
 * @category models
 */
export interface Container {
  readonly name: string
  readonly spec: JsonObject
  readonly init: boolean
  readonly isEphemeral?: boolean
  readonly state: State
  readonly last: State | undefined
  readonly restarts: number
}

/** @since 0.1.0 @category predicates */
export const isSidecar = ({ init, spec }: Container): boolean => Restarts.isSidecar(spec, init)

const hash = (text: string): string => createHash("sha256").update(text).digest("hex")

/** The id of a run of a container. @since 0.1.0 @category getters  */
export const id = (podUid: string, name: string, restarts: number): string =>
  `containerd://${hash(`${podUid}/${name}/${restarts}`)}`

/** The image of that name on this node. */
const imageId = (image: string): string =>
  image.includes("@") ? image : `${image.replace(/:[^:/]*$/, "")}@sha256:${hash(image)}`

const state = (containerID: string, of: State | undefined): JsonObject => {
  switch (of?._tag) {
    case undefined:
      return {}
    case "Waiting":
      return { waiting: Json.make({ reason: of.reason, message: of.message }) }
    case "Running":
      return { running: { startedAt: of.startedAt } }
    case "Terminated":
      return {
        terminated: Json.make({
          exitCode: of.exitCode,
          reason: of.reason,
          message: of.message,
          startedAt: of.startedAt ?? null,
          finishedAt: of.finishedAt,
          containerID
        })
      }
  }
}

/** The user that the container runs as; an image's own user is not known, and taken for root. */
const user = (pod: JsonObject, spec: JsonObject): JsonObject => {
  const of = (key: string) =>
    Json.number(spec, "securityContext", key) ?? Json.number(pod, "spec", "securityContext", key)
  const gid = of("runAsGroup") ?? 0
  const fsGroup = Json.number(pod, "spec", "securityContext", "fsGroup")
  return { linux: { uid: of("runAsUser") ?? 0, gid, supplementalGroups: Array.from(new Set([gid, fsGroup ?? gid])) } }
}

const volumeMounts = (spec: JsonObject): ReadonlyArray<JsonObject> =>
  Json.objects(spec, "volumeMounts").map((mount) =>
    Json.make({
      name: mount["name"],
      mountPath: mount["mountPath"],
      readOnly: mount["readOnly"] === true ? true : undefined,
      recursiveReadOnly: mount["readOnly"] === true ? "Disabled" : undefined
    })
  )

/** @since 0.1.0 @category constructors */
export const make = (pod: JsonObject, container: Container): JsonObject => {
  const { init, last, name, restarts, spec } = container
  const uid = Metadata.uid(pod)
  const image = Json.text(spec, "image") ?? ""
  const containerID = id(uid, name, restarts)
  const { state: now } = container
  const done = container.state._tag === "Terminated" && container.state.exitCode === 0
  const started = container.state._tag !== "Waiting"
  const resources = Json.object(spec, "resources")
  const mounts = volumeMounts(spec)
  return Json.make({
    name,
    state: state(containerID, container.state),
    lastState: state(id(uid, name, restarts - 1), last),
    // Ephemeral containers are not probed.
    ready: container.isEphemeral === true
      ? false
      : init && !isSidecar(container)
      ? done
      : now._tag === "Running" && now.isReady,
    started: container.isEphemeral === true ? undefined : now._tag === "Running" && now.isStarted,
    restartCount: restarts,
    image,
    imageID: started ? imageId(image) : "",
    containerID: started ? containerID : undefined,
    allocatedResources: started ? resources["requests"] : undefined,
    resources: started ? resources : undefined,
    user: started ? user(pod, spec) : undefined,
    volumeMounts: mounts.length === 0 ? undefined : mounts
  })
}
