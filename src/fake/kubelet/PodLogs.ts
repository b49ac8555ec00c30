/**
 * The `log` subresource of pods, with the messages of k8s.io/kubernetes pkg/registry/core/pod/strategy.go and
 * pkg/kubelet/kubelet_pods.go (v1.37).
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Stream from "effect/Stream"
import * as Pull from "../../effect/Pull.js"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import type { LogSource } from "../apiserver/Connections.js"
import { Refused } from "../apiserver/Reply.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import * as Metadata from "../store/Metadata.js"
import { type Line, type LogStore, Output } from "./LogStore.js"

/** @since 0.1.0 @category models */
export type Query = Readonly<Record<string, string>>

const isTrue = (value: string | undefined): boolean => value === "true" || value === "1"

const containerNames = (pod: JsonObject): ReadonlyArray<string> =>
  ["initContainers", "containers"].flatMap((key) => Json.objects(pod, "spec", key)).map((one) =>
    Json.text(one, "name") ?? ""
  )

const ephemeralNames = (pod: JsonObject): ReadonlyArray<string> =>
  Json.objects(pod, "spec", "ephemeralContainers").map((one) => Json.text(one, "name") ?? "")

/** The container that a query names, or the only one. @since 0.1.0 @category getters  */
export const chooseContainer = (pod: JsonObject, asked: string | undefined): Either.Either<string, string> => {
  const name = Metadata.name(pod)
  const mains = Json.objects(pod, "spec", "containers")
  if (asked !== undefined && asked !== "") {
    return [...containerNames(pod), ...ephemeralNames(pod)].includes(asked)
      ? Either.right(asked)
      : Either.left(`container ${asked} is not valid for pod ${name}`)
  }
  return mains.length === 1
    ? Either.right(Json.text(mains[0], "name") ?? "")
    : Either.left(
      `a container name must be specified for pod ${name}, choose one of: [${containerNames(pod).join(" ")}]`
    )
}

const waitingWords: Readonly<Record<string, string>> = {
  ErrImagePull: "image can't be pulled",
  ImagePullBackOff: "trying and failing to pull image"
}

/** The text that a kubelet returns in place of the log of a container that it has deleted; it has no timestamp. */
const lostOutput = (pod: JsonObject, container: string): Output => {
  const containerID = Json.text(statusOf(pod, container), "containerID") ?? ""
  const lost = new Output()
  lost.append(`unable to retrieve container logs for ${containerID}`, Number.NaN)
  lost.close()
  return lost
}

const statusOf = (pod: JsonObject, container: string): JsonObject | undefined =>
  ["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"].flatMap((key) =>
    Json.objects(pod, "status", key)
  ).find((one) => Json.text(one, "name") === container)

/** The requested output, or the reason why there is none. */
const output = (
  logStore: LogStore,
  pod: JsonObject,
  container: string,
  previous: boolean
): Either.Either<Output, string> => {
  const where = `container "${container}" in pod "${Metadata.name(pod)}"`
  const found = previous
    ? logStore.previous(Metadata.uid(pod), container)
    : logStore.current(Metadata.uid(pod), container)
  if (found !== undefined) {
    return Either.right(logStore.isLost(Metadata.uid(pod)) ? lostOutput(pod, container) : found)
  }
  if (previous) {
    return Either.left(`previous terminated ${where} not found`)
  }
  const status = statusOf(pod, container)
  const reason = Json.text(status, "state", "waiting", "reason")
  return Either.left(
    status === undefined
      ? `${where} is not available`
      : reason === undefined
      ? `${where} is terminated`
      : `${where} is waiting to start: ${waitingWords[reason] ?? reason}`
  )
}

const since = (query: Query, now: number): number => {
  const seconds = query["sinceSeconds"]
  const time = query["sinceTime"]
  return seconds !== undefined
    ? now - Number(seconds) * 1000
    : time === undefined
    ? Number.NEGATIVE_INFINITY
    : Math.floor(Metadata.millis(time) / 1000) * 1000
}

const within = (query: Query, now: number, lines: ReadonlyArray<Line>): number => {
  const from = since(query, now)
  const first = lines.findIndex((line) => line.millis >= from || line.time === "")
  const tail = query["tailLines"]
  const start = first === -1 ? lines.length : first
  return tail === undefined ? start : Math.max(start, lines.length - Number(tail))
}

/** The lines of an output that a query selects. @since 0.1.0 @category constructors  */
export const lines = (output: Output, query: Query, now: number): Stream.Stream<string> => {
  let position = within(query, now, output.lines)
  let room = query["limitBytes"] === undefined ? Number.POSITIVE_INFINITY : Number(query["limitBytes"])
  const follow = isTrue(query["follow"])
  const show = (line: Line): string =>
    isTrue(query["timestamps"]) && line.time !== "" ? `${line.time} ${line.text}` : line.text
  const more = Effect.async<void>((resume) => Effect.sync(output.onNext(() => resume(Effect.void))))
  const pull: Pull.Pull<string, never> = Effect.suspend(() => {
    const next = output.lines.slice(position, position + 1024)
    position += next.length
    const shown = next.map(show).flatMap((text) => {
      const kept = text.slice(0, Math.max(0, room))
      room -= text.length + 1
      return kept === "" && text !== "" ? [] : [kept]
    })
    if (shown.length > 0) {
      return Pull.emit(shown, Pull.end)
    }
    return room <= 0 || next.length > 0 || !follow || output.isClosed
      ? Pull.end
      : Effect.andThen(more, pull)
  })
  return Pull.stream(pull)
}

/** @since 0.1.0 @category constructors */
export const source = (logStore: LogStore): LogSource => (pod, query) =>
  Effect.flatMap(Effect.clock, (clock) =>
    Effect.map(clock.currentTimeMillis, (now) => ({
      now,
      found: Either.flatMap(chooseContainer(pod, query["container"]), (container) =>
        Json.text(pod, "spec", "nodeName") === undefined
          ? Either.right(undefined)
          : output(logStore, pod, container, isTrue(query["previous"])))
    }))).pipe(
      Effect.flatMap(({ found, now }) =>
        Either.match(found, {
          onLeft: (message) => Effect.fail(new Refused({ status: Status.badRequest(message) })),
          onRight: (output) => Effect.succeed(output === undefined ? Stream.empty : lines(output, query, now))
        })
      )
    )
