import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { vi } from "vitest"

let loads = 0

vi.mock("@kubernetes/client-node", () => {
  loads++
  throw new Error("webidl.util.markAsUncloneable is not a function")
})

it.scoped("import: neither the main entry nor KubernetesCluster loads client-node before it is used", () =>
  Effect.gen(function*() {
    yield* Effect.promise(() => import("../../src/index.js"))
    const KubernetesCluster = yield* Effect.promise(() => import("../../src/kubernetes/KubernetesCluster.js"))
    assert.strictEqual(loads, 0)
    const error = yield* Effect.flip(KubernetesCluster.make())
    assert.strictEqual(loads, 1)
    assert.strictEqual(error.reason, "UnloadablePeer")
    assert.include(error.message, "npm install @kubernetes/client-node@1.4.0")
  }))
