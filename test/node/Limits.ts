/**
 * Limits of disk and memory on a real node.
 */
import { assert, type Vitest } from "@effect/vitest"
import { Effect } from "effect"
import { BuildBackend, type BuildRef, type BuildStatus, type Cluster } from "effect-os-builder"
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { containerfile, says, waitAt } from "../real/Workplace.js"
import * as Backends from "./Backends.js"
import { RealNode } from "./RealNode.js"
import { ended, held, input, kubectl, manifest, podsOf, said, until } from "./Steps.js"

const mebi = 1024 * 1024

/** A RUN that needs as much memory as this, in MiB. */
const needs = (size: number) => `RUN dd if=/dev/zero of=/dev/null bs=${size}M count=1`

/** Limits the memory of the container that builds, whose cgroup has its id as name. */
const limitMemory = (ref: BuildRef.BuildRef, bytes: number) =>
  Effect.gen(function*() {
    const [pod] = yield* podsOf(ref)
    const { name = "" } = pod?.metadata ?? {}
    const id = yield* kubectl(
      ...["get", "pod", name, "--output"],
      "jsonpath={.status.initContainerStatuses[?(@.name==\"build\")].containerID}"
    )
    const groups = execFileSync("find", ["/sys/fs/cgroup", "-type", "d", "-name", id.replace("containerd://", "")], {
      encoding: "utf8"
    })
    const files = groups.trim().split("\n")
      .flatMap((group) => ["memory.limit_in_bytes", "memory.max"].map((file) => path.join(group, file)))
      .filter((file) => fs.existsSync(file))
    assert.lengthOf(files, 1)
    for (const file of files) fs.writeFileSync(file, String(bytes))
  })

const outOfMemory: Partial<BuildStatus.Errored> = { reason: "OutOfMemory", retryable: false }

export const limits = (it: Vitest.MethodsNonLive<Cluster.Cluster | RealNode, true>): void => {
  it.layer(Backends.custom())("limits of the node", (it) => {
    it.effect("a real node: a build that fills its volume is out of disk, and its Job makes no other pod", () =>
      Effect.gen(function*() {
        const { ref } = yield* BuildBackend.build(
          yield* input("full", {
            dockerfile: containerfile("RUN dd if=/dev/zero of=/zeros bs=1M count=300; sleep 120"),
            resources: { cpu: "10m", memory: "64Mi", ephemeralStorage: "200Mi" },
            retries: 2
          })
        )
        const status = yield* ended(ref)
        assert(status._tag === "Errored", JSON.stringify(status))
        assert.deepInclude({ ...status }, { reason: "OutOfDisk", retryable: false })
        assert.isAtMost((yield* podsOf(ref)).length, 1)
      }))

    it.effect("a real node: a RUN that is killed at the memory limit of its container is out of memory", () =>
      Effect.gen(function*() {
        const { gate } = yield* RealNode
        const { ref } = yield* BuildBackend.build(
          yield* held("oom", {
            dockerfile: containerfile(`RUN ${says("waiting")}`, waitAt(gate.url, "oom"), needs(600)),
            retries: 1
          })
        )
        yield* said(ref, "waiting")
        yield* limitMemory(ref, 300 * mebi)
        yield* gate.release("oom", "go")
        const status = yield* ended(ref)
        assert(status._tag === "Errored", JSON.stringify(status))
        assert.deepInclude({ ...status }, outOfMemory)
        assert.include(status.message, "memory")
        assert.isAtMost((yield* podsOf(ref)).length, 1)
      }))
  })
}

/** The limits of a namespace, which the API server puts into its pods. */
const limitRange = (limit: object) =>
  Effect.flatMap(
    manifest({
      apiVersion: "v1",
      kind: "LimitRange",
      metadata: { name: "limits", namespace: "limited" },
      spec: { limits: [{ type: "Container", ...limit }] }
    }),
    (file) => kubectl("apply", "-f", file)
  )

/** What only admission of limits does. */
export const limitRanges = (it: Vitest.MethodsNonLive<Cluster.Cluster | RealNode, true>): void => {
  it.layer(Backends.custom({ namespace: "limited" }))("a namespace with limits", (it) => {
    it.effect("a real node: a build that the limits of its namespace refuse is blocked, until they are other ones", () =>
      Effect.gen(function*() {
        yield* kubectl("create", "namespace", "limited")
        yield* limitRange({ max: { memory: "32Mi" } })
        const { ref } = yield* BuildBackend.build(yield* input("refused"))
        const status = yield* until(ref, (one) => one._tag === "Pending" && one.blocked !== undefined)
        assert(status._tag === "Pending", JSON.stringify(status))
        assert.deepInclude({ ...status.blocked }, { reason: "Admission", upstreamReason: "FailedCreate" })
        assert.match(status.blocked?.message ?? "", /memory.*32Mi/)
        yield* limitRange({ max: { memory: "4Gi" } })
        const end = yield* ended(ref)
        assert.strictEqual(end._tag, "Succeeded", JSON.stringify(end))
      }))

    it.effect("a real node: a memory limit that its namespace gives a build is named when it is too small", () =>
      Effect.gen(function*() {
        yield* limitRange({ default: { memory: "300Mi" } })
        const { ref } = yield* BuildBackend.build(
          yield* input("limited", { dockerfile: containerfile(needs(600)), retries: 1 })
        )
        const status = yield* ended(ref)
        assert(status._tag === "Errored", JSON.stringify(status))
        assert.deepInclude({ ...status }, outOfMemory)
        assert.include(status.message, "memory")
        const limits = yield* kubectl(
          ...["get", "pods", "--namespace", "limited", "--selector", `effect-os-builder/record=${ref.name}`],
          "--output=jsonpath={.items[*].spec.initContainers[*].resources.limits.memory}"
        )
        assert.strictEqual(limits, "300Mi")
      }))
  })
}
