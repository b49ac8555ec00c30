/**
 * The `attach` subresource of pods, with the messages of k8s.io/kubernetes pkg/kubelet/kubelet_pods.go (v1.37).
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Stream from "effect/Stream"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import type { AttachOutput } from "../../kubernetes/client/Driver.js"
import type { Source } from "../apiserver/Connections.js"
import { type Connect, Refused, type Reply } from "../apiserver/Reply.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import * as Metadata from "../store/Metadata.js"
import type { LogStore, Output } from "./LogStore.js"
import * as PodLogs from "./PodLogs.js"
import type { Stdin, StdinStore } from "./StdinStore.js"

const encoder = new TextEncoder()

/** What the container writes from now on. */
const outputOf = (output: Output): Stream.Stream<AttachOutput> =>
  Stream.unwrap(Effect.map(Clock.currentTimeMillis, (now) =>
    Stream.map(
      PodLogs.lines(output, { follow: "true", tailLines: "0" }, now),
      (line): AttachOutput => ({ _tag: "Stdout", bytes: encoder.encode(`${line}\n`) })
    )))

/**
 * Connects a client to a running container.
 *
 * @since 0.1.0
 * @category constructors
 */
export const connect = (output: Output, stdin: Stdin | undefined): Connect => (given) =>
  Stream.merge(
    outputOf(output),
    stdin === undefined
      ? Stream.drain(given)
      : Stream.drain(Stream.fromEffect(Effect.ensuring(Stream.runForEach(given, stdin.write), stdin.detach))),
    { haltStrategy: "left" }
  )

/** The running container that a client means. @since 0.1.0 @category getters  */
export const locate = (pod: JsonObject, wanted: string | undefined, logStore: LogStore) =>
  Effect.suspend(() => {
    const refuse = (status: Status.Status) => Effect.fail(new Refused({ status }))
    const chosen = PodLogs.chooseContainer(pod, wanted)
    if (Either.isLeft(chosen)) return refuse(Status.badRequest(chosen.left))
    if (Json.text(pod, "spec", "nodeName") === undefined) {
      return refuse(Status.badRequest(`pod ${Metadata.name(pod)} does not have a host assigned`))
    }
    const uid = Metadata.uid(pod)
    const output = logStore.current(uid, chosen.right)
    return output === undefined || output.isClosed
      ? refuse(Status.make(500, "InternalError", `container not found ("${chosen.right}")`))
      : Effect.succeed({ container: chosen.right, uid, output })
  })

/** @since 0.1.0 @category constructors */
export const source = (logStore: LogStore, stdinStore: StdinStore): Source => (pod, { query }) =>
  Effect.map(
    locate(pod, query["container"], logStore),
    ({ container, output, uid }): Reply => ({
      _tag: "Attach",
      connect: connect(output, query["stdin"] === "true" ? stdinStore.of(uid, container) : undefined)
    })
  )
