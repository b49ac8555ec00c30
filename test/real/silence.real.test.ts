/**
 * A server in a network namespace of its own whose packets are dropped from one moment on: needs root and `ip`.
 */
import { assert, describe, it } from "@effect/vitest"
import { Console, Deferred, Duration, Effect, Fiber, Stream } from "effect"
import { execFileSync, spawn, spawnSync } from "node:child_process"
import * as KubernetesCluster from "../../src/kubernetes/KubernetesCluster.js"
import * as Resources from "../../src/kubernetes/Resources.js"
import * as TestServer from "../support/TestServer.js"

const namespace = `silence-${process.pid}`
const [outside, inside] = [`so${process.pid}`, `si${process.pid}`]
const address = "10.213.77.2"

const run = (command: string) => {
  const [program = "", ...args] = command.split(" ")
  execFileSync(program, args, { stdio: "pipe", timeout: 10_000 })
}

const canMake = process.getuid?.() === 0 &&
  spawnSync("ip", ["netns", "add", `${namespace}-try`]).status === 0
if (canMake) spawnSync("ip", ["netns", "del", `${namespace}-try`])

/** Begins a response to each request, for a log with a line, and leaves it open. */
const server = `
let n = 0
require("node:http").createServer((request, response) => {
  response.writeHead(200)
  response.flushHeaders()
  if (request.url.includes("/log")) response.write("2026-01-01T00:00:0" + ++n + "Z request " + n + "\\n")
}).listen(8080, "${address}", () => console.log("listening"))`

/** Gives an effect that drops every packet, and one that ends that. */
const network = Effect.acquireRelease(
  Effect.promise(async () => {
    run(`ip netns add ${namespace}`)
    run(`ip link add ${outside} type veth peer name ${inside} netns ${namespace}`)
    run(`ip addr add 10.213.77.1/24 dev ${outside}`)
    run(`ip link set ${outside} up`)
    run(`ip -n ${namespace} addr add ${address}/24 dev ${inside}`)
    run(`ip -n ${namespace} link set ${inside} up`)
    const child = spawn("ip", ["netns", "exec", namespace, process.execPath, "-e", server])
    await new Promise((resolve) => child.stdout.once("data", resolve))
    return child
  }),
  (child) =>
    Effect.sync(() => {
      child.kill("SIGKILL")
      run(`ip netns del ${namespace}`)
    })
)

describe.skipIf(!canMake)(
  `a server that goes silent${canMake ? "" : " (skipped: needs root and ip netns)"}`,
  () => {
    it.scopedLive(
      "silence: is noticed within a minute by a watch and by a followed log, which resumes",
      () =>
        Effect.gen(function*() {
          yield* network
          const cluster = yield* KubernetesCluster.fromKubeConfig(TestServer.config(`http://${address}:8080`, () => {}))
          const begun = yield* Deferred.make<void>()
          const resumed = yield* Deferred.make<string>()
          const log = yield* cluster.logs(Resources.Pod, "a", { follow: true }).pipe(
            Stream.runForEach((line) =>
              line === "request 1" ? Deferred.succeed(begun, undefined) : Deferred.succeed(resumed, line)
            ),
            Effect.fork
          )
          yield* Deferred.await(begun)
          const watch = yield* Effect.fork(Effect.timed(Effect.flip(Stream.runDrain(cluster.watch(Resources.Pod)))))
          yield* Effect.sleep("1 second")
          // Nothing answers for an address that nobody has.
          run(`ip -n ${namespace} addr del ${address}/24 dev ${inside}`)
          const [duration, lost] = yield* Effect.timeout(Fiber.join(watch), "60 seconds")
          assert.strictEqual(lost.reason, "Unreachable")
          assert.isBelow(Duration.toSeconds(duration), 60)
          yield* Console.log(`the watch noticed it after ${Duration.format(duration)}`)
          yield* Effect.sleep(Duration.subtract("50 seconds", duration))
          run(`ip -n ${namespace} addr add ${address}/24 dev ${inside}`)
          assert.match(yield* Effect.timeout(Deferred.await(resumed), "60 seconds"), /^(?:request \d|\[os-builder\])/)
          yield* Fiber.interrupt(log)
        }),
      150_000
    )
  }
)
