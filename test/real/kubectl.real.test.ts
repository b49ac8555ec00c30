/** The served fake by the eyes of `kubectl`, of whatever version is there. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import * as FakeCluster from "effect-os-builder/FakeCluster"
import { spawn } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { temporaryFolder } from "./Workplace.js"

const { PATH } = process.env

interface Said {
  readonly code: number | null
  readonly text: string
}

const kubectl = Effect.gen(function*() {
  const folder = yield* temporaryFolder
  const { kubeconfig } = yield* FakeCluster.FakeApiServer
  fs.writeFileSync(path.join(folder, "kubeconfig"), kubeconfig, { mode: 0o600 })
  const env = { PATH, HOME: folder, KUBECONFIG: path.join(folder, "kubeconfig") }
  return (line: string, input = "") =>
    Effect.async<Said>((resume) => {
      const child = spawn("kubectl", line.split(" "), { env })
      let text = ""
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (bytes) => text += String(bytes))
      child.once("close", (code) => resume(Effect.succeed({ code, text })))
      child.stdin.end(input)
      return Effect.sync(() => child.kill("SIGKILL"))
    })
})

const job = JSON.stringify({
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: { name: "talker" },
  spec: {
    template: {
      spec: { restartPolicy: "Never", containers: [{ name: "main", image: "registry.example.com/image:1" }] }
    }
  }
})

describe("kubectl on the served fake", () => {
  it.scopedLive(
    "kubectl on the served fake: creates, watches, describes, follows logs, deletes, and asks what it may do",
    () =>
      Effect.gen(function*() {
        const run = yield* kubectl
        const works = (line: string, input?: string) =>
          Effect.map(run(line, input), ({ code, text }) => {
            assert.strictEqual(code, 0, `${line}: ${text}`)
            return text
          })
        assert.include(yield* works("create namespace demo"), "namespace/demo created")
        assert.include(yield* works("-n demo create configmap c --from-literal=a=b"), "configmap/c created")
        const watch = yield* Effect.fork(works("-n demo get pods --watch --request-timeout=4s"))
        const { requests } = yield* FakeCluster.FakeCluster
        yield* Effect.repeat(Effect.delay(requests, "20 millis"), {
          until: (all) => all.some(({ resource, verb }) => verb === "watch" && resource === "pods")
        })
        assert.include(yield* works("-n demo create -f -", job), "job.batch/talker created")
        yield* works("-n demo wait --for=condition=complete job/talker")
        assert.match(yield* works("-n demo get jobs"), /NAME +STATUS +COMPLETIONS[^]*talker +Complete +1\/1/)
        assert.match(yield* works("-n demo describe job talker"), /Pods Statuses:[^]*1 Succeeded[^]*Job completed/)
        assert.strictEqual(yield* works("-n demo logs -f job/talker"), "")
        assert.match(yield* Fiber.join(watch), /NAME +READY +STATUS[^]*Pending[^]*Completed/)
        assert.include(yield* works("-n demo delete job talker"), "\"talker\" deleted")
        assert.include(yield* works("-n demo get pods"), "No resources found")
        assert.include(yield* works("auth can-i create jobs.batch"), "yes")
        const refused = yield* run("-n demo create secret generic s --from-literal=a=b")
        assert.include(refused.text, "secrets is forbidden")
        assert.deepStrictEqual(yield* run("auth can-i create secrets"), { code: 1, text: "no\n" })
      }).pipe(Effect.provide(FakeCluster.layerServed({
        permissions: [
          {
            verbs: ["*"],
            apiGroups: ["", "batch"],
            resources: ["namespaces", "configmaps", "pods", "pods/log", "events"]
          },
          { verbs: ["*"], apiGroups: ["batch"], resources: ["jobs"] }
        ]
      }))),
    60_000
  )
})
