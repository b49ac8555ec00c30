/** kubectl against the served fake: connections to pods, answered by their programs. */
import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { connect } from "node:net"
import type * as Program from "../../../src/fake/kubelet/Program.js"
import { serve } from "../../support/Kubectl.js"

const server: Program.PodProgram = (container) => ({
  steps: Stream.never,
  ports: (port, received) =>
    container === "web" && port === 80
      ? Stream.make(Buffer.from("HTTP/1.1 200 OK\r\ncontent-length: 6\r\nconnection: close\r\n\r\nhello\n"))
      : container === "echo" && port === 7
      ? received
      : undefined
})

const pod = JSON.stringify({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "p" },
  spec: { containers: ["web", "echo"].map((name) => ({ name, image: "i" })) }
})

/** What a port of loopback answers to the text. */
const asked = (port: number, text: string): Effect.Effect<string> =>
  Effect.async((resume) => {
    let answer = ""
    const socket = connect(port, "127.0.0.1", () => socket.end(text))
    socket.on("data", (bytes) => answer += String(bytes))
    socket.once("error", ({ message }) => resume(Effect.succeed(message)))
    socket.once("close", () => resume(Effect.succeed(answer)))
  })

describe("kubectl and the served fake", () => {
  it.scopedLive("kubectl port-forward: connects to the programs that listen, and says where none does", () =>
    Effect.gen(function*() {
      const { follow, sh } = yield* serve({ pods: () => ({ programs: () => Effect.succeed(server) }) })
      yield* sh("apply -f -", pod)
      yield* sh("wait --for=condition=Ready pod/p")
      const forward = yield* follow(["port-forward", "p", ":80", ":7", ":81"])
      const lines = yield* forward.until(/-> 81\n/)
      const ports = new Map(
        [...lines.matchAll(/127\.0\.0\.1:(\d+) -> (\d+)/g)].map(([, local, remote]) => [Number(remote), Number(local)])
      )
      const [http = 0, echo = 0, none = 0] = [80, 7, 81].map((port) => ports.get(port))
      assert.match(yield* asked(http, "GET / HTTP/1.1\r\n\r\n"), /^HTTP\/1\.1 200 OK[^]*hello\n$/)
      const large = "0123456789".repeat(50_000)
      assert.strictEqual((yield* asked(echo, large)) === large, true)
      const all = yield* Effect.forEach([1, 2, 3, 4, 5], (index) => asked(echo, `number ${index}`), {
        concurrency: "unbounded"
      })
      assert.deepStrictEqual(all, [1, 2, 3, 4, 5].map((index) => `number ${index}`))
      assert.strictEqual(yield* asked(none, "x"), "")
      yield* forward.until(/error forwarding port 81: no program of pod p listens on it in the fake cluster/)
    }).pipe(Effect.provide(NodeContext.layer)))

  it.scopedLive("kubectl port-forward: SPDY without WebSocket is refused with what to do", () =>
    Effect.gen(function*() {
      const { sh, spdy } = yield* serve({ pods: () => ({ programs: () => Effect.succeed(server) }) })
      yield* sh("apply -f -", pod)
      yield* sh("wait --for=condition=Ready pod/p")
      const { code, text } = yield* spdy(["port-forward", "p", ":80"])
      assert.strictEqual(code, 1)
      assert.include(text, "the fake cluster speaks WebSocket, and not SPDY/3.1: use kubectl 1.31 or later")
    }).pipe(Effect.provide(NodeContext.layer)))
})
