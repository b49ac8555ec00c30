/**
 * The `portforward` subresource of pods: a program of the pod listens on the port.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Source } from "../apiserver/Connections.js"
import { type Forward, NoListener, Refused } from "../apiserver/Reply.js"
import * as Status from "../apiserver/Status.js"
import * as PodPhase from "../controllers/Pods.js"
import * as Json from "../Json.js"
import * as Metadata from "../store/Metadata.js"
import { howToGive, type RunningPrograms } from "./RunningPrograms.js"

/** @since 0.1.0 @category constructors */
export const source = (programs: RunningPrograms): Source => (pod) =>
  Effect.suspend(() => {
    const name = Metadata.name(pod)
    if (PodPhase.nodeName(pod) === undefined) {
      return Effect.fail(new Refused({ status: Status.badRequest(`pod ${name} does not have a host assigned`) }))
    }
    const containers = ["initContainers", "containers"].flatMap((list) => Json.objects(pod, "spec", list))
    const forward: Forward = (port, received) => {
      for (const container of containers) {
        const running = programs.of(Metadata.uid(pod), Json.text(container, "name") ?? "")
        const answer = running?.program.ports?.(port, received)
        if (running !== undefined && answer !== undefined) {
          return Stream.merge(answer, Stream.drain(Stream.fromEffect(running.ended)), { haltStrategy: "either" })
        }
      }
      return Stream.fail(
        new NoListener({
          message: `no program of pod ${name} listens on it in the fake cluster: ${howToGive("ports")}`
        })
      )
    }
    return Effect.succeed({ _tag: "PortForward", forward })
  })
