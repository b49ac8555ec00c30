/**
 * The `log` subresource of OpenShift Builds, as in openshift/openshift-apiserver
 * pkg/build/apiserver/registry/buildlog/rest.go (February 2026): the logs of all containers of the pod in order, once it
 * exists.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import type { LogSource } from "../apiserver/Connections.js"
import { Refused } from "../apiserver/Reply.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import type { LogStore } from "../kubelet/LogStore.js"
import * as PodLogs from "../kubelet/PodLogs.js"
import type { ApiStore } from "../store/ApiStore.js"
import * as Metadata from "../store/Metadata.js"
import * as BuildPod from "./BuildPod.js"
import * as Pods from "./Pods.js"

const patience = "30 seconds"

const noLogs = "No logs are available."

const refuse = (status: Status.Status) => Effect.fail(new Refused({ status }))

const isTrue = (value: string | undefined): boolean => value === "true" || value === "1"

/** @since 0.1.0 @category constructors */
export const source = (store: ApiStore, logStore: LogStore): LogSource => {
  const podLog = PodLogs.source(logStore)

  const changed = (resource: string, namespace: string) =>
    Effect.async<void>((resume) => Effect.sync(store.log(resource, namespace).onNext(() => resume(Effect.void))))

  const current = (build: JsonObject): JsonObject =>
    store.get({
      resource: "builds.build.openshift.io",
      namespace: Metadata.namespace(build),
      name: Metadata.name(build)
    }) ?? build

  const podOf = (build: JsonObject): JsonObject | undefined =>
    store.get({ resource: "pods", namespace: Metadata.namespace(build), name: BuildPod.podName(build) })

  const started = (build: JsonObject): Effect.Effect<JsonObject> =>
    Effect.suspend(() => {
      const now = current(build)
      return ["New", "Pending"].includes(Json.text(now, "status", "phase") ?? "New")
        ? Effect.andThen(changed("builds.build.openshift.io", Metadata.namespace(build)), started(build))
        : Effect.succeed(now)
    })

  /** The log of a container once it has one; None if it will never have one. */
  const containerLog = (
    build: JsonObject,
    container: string,
    query: PodLogs.Query
  ): Stream.Stream<string> => {
    const open: Effect.Effect<Stream.Stream<string>> = Effect.suspend(() => {
      const pod = podOf(build)
      return pod === undefined ? Effect.succeed(Stream.empty) : Effect.catchAll(
        Effect.map(podLog(pod, { ...query, container }), Stream.catchAll(() => Stream.empty)),
        () =>
          !isTrue(query["follow"]) || Pods.isTerminal(pod)
            ? Effect.succeed(Stream.empty)
            : Effect.andThen(changed("pods", Metadata.namespace(build)), open)
      )
    })
    return Stream.unwrap(open)
  }

  const logOf = (build: JsonObject, query: PodLogs.Query) => {
    const name = Metadata.name(build)
    switch (Json.text(build, "status", "phase")) {
      case "Cancelled":
        return refuse(Status.badRequest(`build ${name} was cancelled. ${noLogs}`))
      case "Error":
        return refuse(Status.badRequest(`build ${name} is in an error state. ${noLogs}`))
    }
    const pod = podOf(build)
    if (pod === undefined) {
      return refuse(Status.badRequest(`pod "${BuildPod.podName(build)}" not found`))
    }
    const containers = ["initContainers", "containers"].flatMap((key) => Json.objects(pod, "spec", key)).map((one) =>
      Json.text(one, "name") ?? ""
    )
    return Effect.succeed(
      Stream.flatMap(Stream.fromIterable(containers), (container) => containerLog(build, container, query))
    )
  }

  return (build, query) =>
    ["New", "Pending"].includes(Json.text(build, "status", "phase") ?? "New")
      ? isTrue(query["nowait"])
        ? Effect.succeed(Stream.empty)
        : started(build).pipe(
          Effect.timeoutOption(patience),
          Effect.flatMap((latest) =>
            latest._tag === "Some" ? logOf(latest.value, query) : refuse(Status.timeout(
              `timed out waiting for build ${Metadata.name(build)} to start after 30s`,
              { retryAfterSeconds: 1 }
            ))
          )
        )
      : logOf(build, query)
}
