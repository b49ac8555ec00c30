import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, TestClock } from "effect"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import * as ExecProcess from "../../../src/kubernetes/kubeconfig/ExecProcess.js"
import * as KubernetesCluster from "../../../src/kubernetes/KubernetesCluster.js"
import { hasEnded } from "../../support/Quiescence.js"

const folder = Effect.acquireRelease(
  Effect.sync(() => fs.mkdtempSync(path.join(os.tmpdir(), "plugin-"))),
  (made) => Effect.sync(() => fs.rmSync(made, { recursive: true }))
)

/** A kubeconfig whose user is a plugin of this shell script. */
const withPlugin = (script: string) =>
  Effect.map(folder, (folder) => {
    const exec = {
      apiVersion: "client.authentication.k8s.io/v1",
      command: "sh",
      args: ["-c", script],
      interactiveMode: "IfAvailable"
    }
    const config = {
      "current-context": "x",
      clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:1" } }],
      users: [{ name: "u", user: { exec } }],
      contexts: [{ name: "x", context: { cluster: "c", user: "u" } }]
    }
    fs.writeFileSync(path.join(folder, "config"), JSON.stringify(config))
    return { folder, kubeconfig: path.join(folder, "config") }
  })

/** A process runs, and is not a zombie. */
const isRunning = (pid: string): boolean => {
  try {
    return !/\) Z /.test(fs.readFileSync(`/proc/${pid}/stat`, "utf8"))
  } catch {
    return false
  }
}

/** Yields to the operating system until the condition holds; the test's own limit bounds it. */
const eventually = (condition: () => boolean): Effect.Effect<void> =>
  Effect.repeat(Effect.promise(() => new Promise((resolve) => setImmediate(resolve))), { until: condition }).pipe(
    Effect.asVoid
  )

/** Writes its own process and that of its child to a file, and hangs. */
const hanging = "sleep 300 & echo $$ $! > \"$0.pids\"; wait"

/** Collects what plugins write for the user, and reports the first of it. */
const collect = Effect.map(Deferred.make<string>(), (first) => ({
  first: Deferred.await(first),
  write: (text: string) => Effect.asVoid(Deferred.succeed(first, text))
}))

describe("exec plugin", () => {
  it.scoped("K9 exec: its error output is passed on while it runs", () =>
    Effect.gen(function*() {
      const { kubeconfig } = yield* withPlugin("echo code ABCD-1234 >&2; sleep 300")
      const output = yield* collect
      const fiber = yield* Effect.fork(
        Effect.scoped(KubernetesCluster.make({ kubeconfig })).pipe(
          Effect.provideService(ExecProcess.PluginOutput, output.write)
        )
      )
      assert.strictEqual(yield* output.first, "code ABCD-1234\n")
      yield* Fiber.interrupt(fiber)
    }), 20_000)

  for (const end of ["interruption", "its limit of two minutes"]) {
    it.scoped(`K9 exec: it is ended with its children by ${end}, and not before`, () =>
      Effect.gen(function*() {
        const made = yield* folder
        const { kubeconfig } = yield* withPlugin(hanging.replace("$0.pids", path.join(made, "pids")))
        const fiber = yield* Effect.fork(Effect.scoped(KubernetesCluster.make({ kubeconfig })))
        const pids = () =>
          fs.existsSync(path.join(made, "pids"))
            ? fs.readFileSync(path.join(made, "pids"), "utf8").trim().split(" ")
            : []
        yield* eventually(() => pids().length === 2)
        yield* TestClock.adjust("119 seconds")
        assert.isTrue(pids().every(isRunning))
        if (end === "interruption") {
          yield* Fiber.interrupt(fiber)
        } else {
          yield* TestClock.adjust("1 second")
          const exit = yield* Fiber.await(fiber)
          assert(Exit.isFailure(exit))
          assert.include(String(exit), "it took longer than 2m")
        }
        yield* eventually(() => !pids().some(isRunning))
      }), 20_000)
  }

  it.scoped("exec: a child that keeps the pipes open does not delay the answer", () =>
    Effect.gen(function*() {
      const status =
        "{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",\"status\":{\"token\":\"t\"}}"
      const { folder: made, kubeconfig } = yield* withPlugin("")
      const pid = path.join(made, "pid")
      const text = fs.readFileSync(kubeconfig, "utf8")
      fs.writeFileSync(
        kubeconfig,
        text.replace(
          "\"-c\",\"\"",
          JSON.stringify(["-c", `sleep 300 & echo $! > ${pid}; echo '${status}'`]).slice(1, -1)
        )
      )
      const fiber = yield* Effect.fork(Effect.scoped(KubernetesCluster.make({ kubeconfig })))
      yield* eventually(() => fs.existsSync(pid) && fs.readFileSync(pid, "utf8") !== "")
      yield* Effect.repeat(
        Effect.zipRight(
          TestClock.adjust("500 millis"),
          Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
        ),
        { until: () => hasEnded(fiber) }
      )
      yield* Fiber.join(fiber)
      process.kill(Number(fs.readFileSync(pid, "utf8")))
    }), 20_000)

  it("printable: removes sequences that would change the terminal", () => {
    assert.strictEqual(ExecProcess.printable("\u001b[1mbold\u001b[0m\u0007 text\n"), "bold text\n")
  })
})
