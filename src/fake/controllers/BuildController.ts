/**
 * OpenShift Builds without a BuildConfig: creates a pod for each and derives the phase from it. As
 * openshift/openshift-controller-manager pkg/build/controller/build/build_controller.go does (March 2026).
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Access from "../apiserver/Access.js"
import * as Json from "../Json.js"
import * as BuildDefaults from "../kinds/BuildDefaults.js"
import * as BuildRules from "../kinds/BuildRules.js"
import * as CoreKinds from "../kinds/CoreKinds.js"
import * as OpenShiftKinds from "../kinds/OpenShiftKinds.js"
import * as Metadata from "../store/Metadata.js"
import type { Registry } from "../store/Registry.js"
import * as BuildPod from "./BuildPod.js"
import type { Controller } from "./Controller.js"
import * as Events from "./Events.js"
import * as Pods from "./Pods.js"

/** The user that creates build pods. PodSecurity exempts it. @category constants  */
export const user: Access.User = {
  name: "system:serviceaccount:openshift-infra:build-controller",
  rules: [Access.everything]
}

/** The fields to write to the status of a Build. */
interface Update {
  readonly phase?: string
  readonly reason?: string
  readonly message?: string
  readonly startTimestamp?: string
}

const resource = "builds.build.openshift.io"

const phaseOf = (build: JsonObject): string => Json.text(build, "status", "phase") ?? "New"

const deleted: Update = {
  phase: "Error",
  reason: "BuildPodDeleted",
  message: "The pod for this build was deleted before the build completed."
}

const outOfMemory: Update = {
  phase: "Failed",
  reason: "OutOfMemoryKilled",
  message: "The build pod was killed due to an out of memory condition."
}

const withoutContainers: Update = {
  phase: "Error",
  reason: "NoBuildContainerStatus",
  message: "The pod for this build has no container statuses indicating success or failure."
}

const failedContainer: Update = {
  phase: "Error",
  reason: "FailedContainer",
  message: "The pod for this build has at least one container with a non-zero exit status."
}

const statuses = (pod: JsonObject): ReadonlyArray<JsonObject> => [
  ...Json.objects(pod, "status", "initContainerStatuses"),
  ...Json.objects(pod, "status", "containerStatuses")
]

const isOutOfMemory = (pod: JsonObject | undefined): boolean =>
  pod !== undefined &&
  statuses(pod).some((status) => Json.text(status, "state", "terminated", "reason") === "OOMKilled")

const events: Readonly<Record<string, readonly [string, string]>> = {
  Running: ["BuildStarted", "is now running"],
  Complete: ["BuildCompleted", "completed successfully"],
  Failed: ["BuildFailed", "failed"],
  Error: ["BuildFailed", "failed"],
  Cancelled: ["BuildCancelled", "has been cancelled"]
}

/**
 * How long after the controller last looked at a Build that it cannot start until its informer hands it over again: the period of the
 * resync, which is the longest that it can take (openshift-controller-manager pkg/cmd/controller/interfaces.go).
 */
const resyncMillis = 600_000

/** client-go's rate limiter: 5 milliseconds, doubled each time, for the 15 retries of the controller. */
const maxRetries = 15

const snippetLines = 5

const shorten = (line: string): string => line.length > 120 ? `${line.slice(0, 58)}...${line.slice(-59)}` : line

/** The last log lines of the first container; those of an init container that failed are nowhere in the Build. */
const snippet = (pod: JsonObject | undefined): string | undefined => {
  const output = Json.text(pod, "status", "containerStatuses", 0, "state", "terminated", "message") ?? ""
  return output === "" ? undefined : output.trimEnd().split("\n").slice(-snippetLines).map(shorten).join("\n")
}

/** @since 0.1.0 @category constructors */
export const make = (registry: Registry): Controller => {
  const { store } = registry
  const record = Events.recorder(registry, "build-controller")
  const retries = new Map<string, number>()

  const write = (build: JsonObject, update: Update, pod: JsonObject | undefined, now: number): void => {
    const before = phaseOf(build)
    const phase = update.phase ?? before
    const ends = BuildRules.terminalPhases.includes(phase)
    const podName = pod === undefined ? undefined : Metadata.name(pod)
    const written = registry.update(
      OpenShiftKinds.builds,
      Metadata.namespace(build),
      Metadata.name(build),
      "main",
      (is) => {
        const annotation = ["metadata", "annotations", "openshift.io/build.pod-name"]
        const next = {
          ...Json.set(is, annotation, Json.text(is, ...annotation) ?? podName),
          status: withoutEmpty({ ...Json.object(is, "status"), ...Json.make({ ...update, phase }) })
        }
        return Either.right(ends ? completed(next, pod, now) : next)
      },
      { now }
    )
    const event = events[phase]
    const ended = ends && Json.at(build, "status", "completionTimestamp") === undefined
    if (Either.isRight(written) && event !== undefined && (phase !== before || ended)) {
      const where = `${Metadata.namespace(build)}/${Metadata.name(build)}`
      record(written.right, "Normal", event[0], `Build ${where} ${event[1]}`, now)
    }
  }

  /** The ConfigMaps and Secrets that a Build references and that do not exist. */
  const missing = (build: JsonObject): string | undefined => {
    const isAbsent = (plural: string) => (name: string | undefined): name is string =>
      name !== undefined && store.get({ resource: plural, namespace: Metadata.namespace(build), name }) === undefined
    const volumes = Json.objects(build, "spec", "strategy", "dockerStrategy", "volumes")
    const configMaps = [
      ...Json.objects(build, "spec", "source", "configMaps").map((input) => Json.text(input, "configMap", "name")),
      ...volumes.map((volume) => Json.text(volume, "source", "configMap", "name"))
    ].filter(isAbsent("configmaps"))
    const secrets = [
      ...Json.objects(build, "spec", "source", "secrets").map((input) => Json.text(input, "secret", "name")),
      ...volumes.map((volume) => Json.text(volume, "source", "secret", "secretName"))
    ].filter(isAbsent("secrets"))
    const named = [
      ...(configMaps.length > 0 ? [` ConfigMaps [${configMaps.join(", ")}]`] : []),
      ...(secrets.length > 0 ? [` Secrets [${secrets.join(", ")}]`] : [])
    ].join("")
    return named === "" ? undefined : `These resources do not exist:${named}`
  }

  /** Retries with a growing delay; after the last retry, as after any new object, only the resync or a change of the Build helps. */
  const retry = (build: JsonObject): number => {
    const times = retries.get(Metadata.uid(build)) ?? 0
    if (times >= maxRetries) {
      retries.delete(Metadata.uid(build))
      return resyncMillis
    }
    retries.set(Metadata.uid(build), times + 1)
    return 5 * 2 ** times
  }

  const createPod = (build: JsonObject, now: number): number | undefined => {
    const namespace = Metadata.namespace(build)
    const account = Json.text(build, "spec", "serviceAccount") ?? "builder"
    const strategy = Json.object(build, "spec", "strategy", "dockerStrategy")
    const asksAccount = strategy["pullSecret"] === undefined
      || (Json.at(build, "spec", "output", "pushSecret") === undefined &&
        Json.at(build, "spec", "output", "to") !== undefined)
    if (asksAccount && store.get({ resource: "serviceaccounts", namespace, name: account }) === undefined) {
      const reason = "CannotRetrieveServiceAccount"
      write(build, { reason, message: "Unable to look up the service account secrets for this build." }, undefined, now)
      return retry(build)
    }
    const message = missing(build)
    if (message !== undefined) {
      write(build, { reason: "GenericBuildFailed", message }, undefined, now)
      return resyncMillis
    }
    const created = registry.create(CoreKinds.pod, namespace, BuildPod.make(build), { now, user })
    if (Either.isLeft(created)) {
      const refusal = created.left.message
      record(build, "Warning", "FailedCreate", `Error creating build pod: ${refusal}`, now)
      const reason = "CannotCreateBuildPod"
      write(build, { reason, message: `Failed creating build pod: ${refusal}` }, undefined, now)
      return retry(build)
    }
    for (const name of BuildPod.configMapNames(build)) {
      const metadata = { name, ownerReferences: [BuildPod.ownerReference(created.right)] }
      registry.create(CoreKinds.configMap, namespace, { metadata, data: {} }, { now })
    }
    const output = Json.text(build, "spec", "output", "to", "name")
    registry.update(OpenShiftKinds.builds, namespace, Metadata.name(build), "main", (existing) =>
      Either.right({
        ...existing,
        status: {
          ...Json.omit(Json.object(existing, "status"), "reason", "message"),
          ...Json.make({ outputDockerImageReference: output })
        }
      }), { now })
    write(build, { phase: "Pending" }, created.right, now)
    return undefined
  }

  const follow = (build: JsonObject, pod: JsonObject): Update | undefined => {
    const phase = phaseOf(build)
    switch (Pods.phase(pod)) {
      case "Pending": {
        const secret = Json.text(build, "spec", "output", "pushSecret", "name")
        const lacks = secret !== undefined && Json.text(build, "status", "reason") !== "MissingPushSecret"
          && store.get({ resource: "secrets", namespace: Metadata.namespace(build), name: secret }) === undefined
        return phase !== "Running" && lacks
          ? { phase: "Pending", reason: "MissingPushSecret", message: "Missing push secret." }
          : phase === "New"
          ? { phase: "Pending" }
          : undefined
      }
      case "Running":
        return phase === "Running" ? undefined : Json.make({
          phase: "Running",
          reason: "",
          message: "",
          startTimestamp: Json.at(pod, "status", "startTime")
        })
      case "Succeeded": {
        const containers = Json.objects(pod, "status", "containerStatuses")
        return containers.length === 0
          ? withoutContainers
          : containers.some((one) => (Json.number(one, "state", "terminated", "exitCode") ?? 0) !== 0)
          ? failedContainer
          : { phase: "Complete", reason: "", message: "" }
      }
      default:
        return isOutOfMemory(pod)
          ? outOfMemory
          : Json.text(pod, "status", "reason") === "Evicted"
          ? { phase: "Failed", reason: "BuildPodEvicted", message: Json.text(pod, "status", "message") ?? "" }
          : phase === "Failed"
          ? undefined
          : Metadata.isBeingDeleted(pod)
          ? deleted
          : {
            phase: "Failed",
            reason: "GenericBuildFailed",
            message: "Generic Build failure - check logs for details."
          }
    }
  }

  const advance = (build: JsonObject, now: number): number | undefined => {
    const namespace = Metadata.namespace(build)
    const pod = store.get({ resource: "pods", namespace, name: BuildPod.podName(build) })
    const phase = phaseOf(build)
    const mine = pod !== undefined && Json.text(Metadata.controller(pod), "uid") === Metadata.uid(build)
    if (BuildRules.terminalPhases.includes(phase)) {
      if (isUnfinished(build, pod)) {
        write(build, isOutOfMemory(pod) ? outOfMemory : {}, pod, now)
      }
      return undefined
    }
    if (Json.at(build, "status", "cancelled") === true) {
      registry.delete(CoreKinds.pod, namespace, BuildPod.podName(build), {}, { now })
      const message = "The build was cancelled by the user."
      write(build, { phase: "Cancelled", reason: "CancelledBuild", message }, pod, now)
      return undefined
    }
    if (pod !== undefined && !mine) {
      const message = "The pod for this build already exists and is older than the build."
      const left = Metadata.millis(Json.text(build, "metadata", "creationTimestamp") ?? "") + 120_000 - now
      if (Metadata.owners(pod).length > 0 && left > 0) {
        return left
      }
      write(build, { phase: "Error", reason: "BuildPodExists", message }, undefined, now)
      return undefined
    }
    if (pod === undefined && phase === "New") {
      return createPod(build, now)
    }
    const update = pod === undefined ? deleted : follow(build, pod)
    if (update !== undefined) {
      write(build, update, pod, now)
    }
    return undefined
  }

  return {
    name: "build",
    keys: (written, object) => {
      switch (written) {
        case resource:
          return [keyOf(object)]
        case "pods": {
          const name = Json.text(object, "metadata", "labels", BuildPod.buildLabel)
          return name === undefined ? [] : [`${Metadata.namespace(object)}/${name}`]
        }
        default:
          return []
      }
    },
    reconcile: (key, now) => {
      const [namespace = "", name = ""] = key.split("/")
      const build = store.get({ resource, namespace, name })
      return build === undefined || Metadata.isBeingDeleted(build) ||
          BuildDefaults.strategy(build) === "JenkinsPipeline"
        ? undefined
        : advance(build, now)
    }
  }
}

const withoutEmpty = (status: JsonObject): JsonObject =>
  Json.omit(status, ...["reason", "message"].filter((key) => status[key] === ""))

const keyOf = (build: JsonObject): string => `${Metadata.namespace(build)}/${Metadata.name(build)}`

/** Whether a Build that its builder has finished still needs a status update. */
const isUnfinished = (build: JsonObject, pod: JsonObject | undefined): boolean => {
  const status = Json.object(build, "status")
  return (status["phase"] === "Complete" || status["phase"] === "Failed") && (
    status["completionTimestamp"] === undefined
    || (status["phase"] === "Failed" && status["logSnippet"] === undefined && snippet(pod) !== undefined)
    || (status["phase"] === "Failed" && status["reason"] !== outOfMemory.reason && isOutOfMemory(pod))
  )
}

const completed = (build: JsonObject, pod: JsonObject | undefined, now: number): JsonObject => {
  const status = Json.object(build, "status")
  const startTimestamp = Json.text(status, "startTimestamp") ?? Json.text(pod, "status", "startTime") ??
    Metadata.timestamp(now)
  const completionTimestamp = Json.text(status, "completionTimestamp") ?? Metadata.timestamp(now)
  const bad = status["phase"] === "Failed" || status["phase"] === "Error"
  return {
    ...build,
    status: {
      ...status,
      ...Json.make({ logSnippet: Json.text(status, "logSnippet") ?? (bad ? snippet(pod) : undefined) }),
      startTimestamp,
      completionTimestamp,
      duration: (Metadata.millis(completionTimestamp) - Metadata.millis(startTimestamp)) * 1_000_000
    }
  }
}
