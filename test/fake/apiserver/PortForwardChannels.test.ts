import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import * as FakeCluster from "effect-os-builder/FakeCluster"
import { vi } from "vitest"
import { WebSocket } from "ws"
import * as Json from "../../../src/fake/Json.js"

const echoes: FakeCluster.PodProgram.PodProgram = () => ({
  steps: Stream.never,
  ports: (port, received) => {
    if (port === 1) return Stream.make(Buffer.from("done"))
    return port < 1_000 ? received : undefined
  }
})

/** A connection to the pod's ports, and what it received: the channel and the text of each message. */
const connect = async (fake: FakeCluster.Handle, query: string) => {
  const url = `${fake.url.replace("https", "wss")}/api/v1/namespaces/default/pods/server/portforward?${query}`
  const socket = new WebSocket(url, ["v5.channel.k8s.io", "v4.channel.k8s.io"], {
    ca: fake.ca,
    headers: { authorization: `Bearer ${fake.token}` }
  })
  const received: Array<readonly [number | undefined, string]> = []
  const closed = new Promise<number>((resolve) => socket.once("close", resolve))
  socket.on("message", (data) => {
    if (Buffer.isBuffer(data)) received.push([data[0], data.toString("latin1", 1)])
  })
  const status = await new Promise<number>((resolve, reject) => {
    socket.once("open", () => resolve(101))
    socket.once("unexpected-response", (_, response) => {
      resolve(response.statusCode ?? 0)
      socket.terminate()
    })
    socket.once("error", reject)
  })
  return { socket, received, status, closed }
}

const withPod = async (test: (fake: FakeCluster.Handle) => Promise<void>) => {
  const fake = await FakeCluster.start({ programs: () => Effect.succeed(echoes) })
  try {
    await fake.seed({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "server", namespace: "default" },
      spec: { containers: [{ name: "main", image: "localhost/none" }] }
    })
    await vi.waitFor(async () => {
      const pods = await fake.objects({ kind: "Pod" })
      assert.strictEqual(Json.text(pods[0], "status", "phase"), "Running")
    }, { interval: 5 })
    await test(fake)
  } finally {
    await fake.stop()
  }
}

/** Until so many messages came. */
const messages = (connection: Awaited<ReturnType<typeof connect>>, count: number) =>
  new Promise<void>((resolve) => {
    const check = () => connection.received.length >= count && resolve()
    connection.socket.on("message", check)
    check()
  })

describe("a port-forward with channels", () => {
  it("port-forward: has two channels for each port, which begin with its number", () =>
    withPod(async (fake) => {
      const connection = await connect(fake, "ports=80,443")
      connection.socket.send(Buffer.from("\x02hello"))
      await messages(connection, 5)
      connection.socket.close()
      assert.sameDeepMembers(connection.received, [
        [0, "\x50\x00"],
        [1, "\x50\x00"],
        [2, "\xbb\x01"],
        [3, "\xbb\x01"],
        [2, "hello"]
      ])
    }))

  it("port-forward: a port without a listener is an error of its own, and the socket closes after the last port", () =>
    withPod(async (fake) => {
      const connection = await connect(fake, "ports=1&ports=1000")
      assert.strictEqual(await connection.closed, 1000)
      const errors = connection.received.filter(([channel, text]) => channel === 3 && text.length > 2)
      assert.lengthOf(errors, 1)
      assert.match(errors[0]?.[1] ?? "", /^error forwarding port 1000: no program of pod server listens on it/)
      assert.deepInclude(connection.received, [0, "done"])
    }))

  it("port-forward: a request without a port or with an invalid one is refused", () =>
    withPod(async (fake) => {
      const statuses = []
      for (const query of ["", "ports=0", "ports=http", "ports=65536"]) {
        statuses.push((await connect(fake, query)).status)
      }
      assert.deepStrictEqual(statuses, [400, 400, 400, 400])
    }))
})
