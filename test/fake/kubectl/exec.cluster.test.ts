/** kubectl against the served fake: commands in containers, answered by their programs. */
import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import * as Program from "../../../src/fake/kubelet/Program.js"
import { serve } from "../../support/Kubectl.js"
import { hasEnded } from "../../support/Quiescence.js"

const decoder = new TextDecoder()

const shell: Program.PodProgram = (container) => ({
  steps: Stream.never,
  stopped: container === "main"
    ? { exitCode: 0, steps: Stream.concat(Program.log("stopping"), Stream.never) }
    : undefined,
  exec: container === "mute" ? undefined : ({ command: [program = "", ...args], stdin }) => {
    switch (program) {
      case "echo":
        return Program.stdout(args.join(" "))
      case "cat":
        return Stream.map(stdin, (bytes): Program.ExecStep => ({ _tag: "Stdout", bytes }))
      case "count":
        return Stream.unwrap(
          Effect.map(
            Stream.runFold(stdin, 0, (sum, bytes) => sum + decoder.decode(bytes).length),
            (sum) => Program.stdout(String(sum))
          )
        )
      case "sleep":
        return Stream.never
      default:
        return Stream.concat(Program.stderr(`${program}: not found`), Program.exit(127))
    }
  }
})

const pod = JSON.stringify({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "p" },
  spec: { containers: ["main", "mute"].map((name) => ({ name, image: "i" })) }
})

const place = Effect.gen(function*() {
  const kubectl = yield* serve({ pods: () => ({ programs: () => Effect.succeed(shell) }) })
  yield* kubectl.sh("apply -f -", pod)
  yield* kubectl.sh("wait --for=condition=Ready pod/p")
  return kubectl
})

describe("kubectl and the served fake", () => {
  it.scopedLive("kubectl exec: has the output, the input and the exit code of the command", () =>
    Effect.gen(function*() {
      const { fails, kubectl, sh } = yield* place
      assert.strictEqual(yield* sh("exec p -c main -- echo one two"), "one two\n")
      assert.strictEqual(yield* sh("exec -i p -c main -- cat", "to be copied"), "to be copied")
      assert.strictEqual(yield* sh("exec -i p -c main -- count", "x".repeat(300_000)), "300000\n")
      const { code, text } = yield* kubectl(["exec", "p", "-c", "main", "--", "nothing"])
      assert.strictEqual(code, 127)
      assert.include(text, "nothing: not found\n")
      assert.include(text, "command terminated with exit code 127")
      assert.match(yield* fails("exec p -c mute -- ls"), /answers no exec in the fake cluster/)
      assert.match(yield* fails("exec p -c none -- ls"), /container none is not valid for pod p|container not found/)
    }).pipe(Effect.provide(NodeContext.layer)))

  it.scopedLive("kubectl exec: goes on while its container stops, and ends with it", () =>
    Effect.gen(function*() {
      const { kubectl, sh } = yield* place
      const running = yield* Effect.fork(kubectl(["exec", "p", "-c", "main", "--", "sleep", "1000"]))
      yield* Effect.sleep("1 second")
      yield* sh("delete pod p --wait=false --grace-period=8")
      assert.strictEqual(yield* sh("exec p -c main -- echo still here"), "still here\n")
      assert.strictEqual(yield* sh("logs p -c main"), "stopping\n")
      assert.strictEqual(hasEnded(running), false)
      yield* sh("wait --for=delete pod/p --timeout=20s")
      assert.include([1, 137], (yield* running.await).pipe((exit) => exit._tag === "Success" ? exit.value.code : 0))
    }).pipe(Effect.provide(NodeContext.layer)))

  it.scopedLive("kubectl exec: SPDY is refused with what to do", () =>
    Effect.gen(function*() {
      const { spdy } = yield* place
      const { code, text } = yield* spdy(["exec", "p", "-c", "main", "--", "echo"])
      assert.strictEqual(code, 1)
      assert.include(text, "the fake cluster speaks WebSocket, and not SPDY/3.1: use kubectl 1.31 or later")
    }).pipe(Effect.provide(NodeContext.layer)))
})
