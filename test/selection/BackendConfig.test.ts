import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer } from "effect"
import { BackendConfig, BuildBackend, BuildInput, Cluster } from "effect-os-builder"
import * as FakeCluster from "effect-os-builder/FakeCluster"

const environment = (variables: Readonly<Record<string, string>>) =>
  Effect.withConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(variables))))

/** A cluster that must not be built. */
const noCluster: Layer.Layer<Cluster.Cluster> = Layer.effect(Cluster.Cluster, Effect.dieMessage("a cluster was built"))

const input = BuildInput.make({
  dockerfile: "FROM registry.example.com/base:1",
  baseImage: { pullspec: "registry.example.com/base:1" },
  finalImage: { pullspec: "registry.example.com/os:1" }
})

const all: Readonly<Record<string, string>> = {
  OS_BUILDER_BACKEND: "custom",
  OS_BUILDER_NAMESPACE: "builds",
  OS_BUILDER_BUILDER_IMAGE: "registry.example.com/buildah:1",
  OS_BUILDER_GIT_IMAGE: "registry.example.com/git:1",
  OS_BUILDER_SERVICE_ACCOUNT: "builder",
  OS_BUILDER_SECURITY: "userns",
  OS_BUILDER_CACHE_CLAIM: "cache",
  OS_BUILDER_REGISTRIES_CONFIG_MAP: "registries",
  OS_BUILDER_PULL_SECRET: "pull",
  OS_BUILDER_DELIVER_TO_NODE: "true",
  OS_BUILDER_STORAGE: "vfs",
  OS_BUILDER_INSECURE_REGISTRIES: "a.example.com:5000, b.example.com",
  OS_BUILDER_STATE_DIR: "/state",
  OS_BUILDER_WORK_DIR: "/work",
  OS_BUILDER_CACHE_DIR: "/cache",
  OS_BUILDER_REGISTRIES_DIR: "/registries",
  OS_BUILDER_SECRETS_DIR: "/secrets",
  OS_BUILDER_CONFIG_MAPS_DIR: "/config-maps"
}

describe("BackendConfig", () => {
  it.effect("config: reads every variable of the table, and there is no other", () =>
    Effect.gen(function*() {
      const table = Object.entries(BackendConfig.variables)
      assert.deepStrictEqual(table.map(([, { variable }]) => variable).toSorted(), Object.keys(all).toSorted())
      const settings = yield* environment(all)(BackendConfig.config)
      assert.sameMembers(Object.keys(settings), table.map(([name]) => name))
      assert.deepInclude(settings, {
        backend: "custom",
        security: "userns",
        deliverToNode: true,
        storage: "vfs",
        insecureRegistries: ["a.example.com:5000", "b.example.com"],
        secretsDirectory: "/secrets"
      })
      const none = yield* environment({})(BackendConfig.config)
      assert.isTrue(Object.values(none).every((value) => value === undefined))
    }))

  it.effect("config: an empty variable is one that is not set", () =>
    Effect.gen(function*() {
      const empty = Object.fromEntries(Object.keys(all).map((variable) => [variable, ""]))
      const settings = yield* environment(empty)(BackendConfig.config)
      assert.deepStrictEqual(Object.entries(settings).filter(([, value]) => value !== undefined), [])
    }))

  it.effect("config: a backend, a storage and a profile are of a list, and a flag is true or false", () =>
    Effect.gen(function*() {
      for (
        const [variable, value] of [["BACKEND", "none"], ["STORAGE", "Auto"], ["SECURITY", " "], [
          "DELIVER_TO_NODE",
          "True"
        ]]
      ) {
        const error = yield* Effect.flip(environment({ [`OS_BUILDER_${variable}`]: value ?? "" })(BackendConfig.config))
        assert.include(String(error), `OS_BUILDER_${variable}`)
        assert.include(String(error), "xpected")
      }
      for (const [value, isTrue] of [["yes", true], ["1", true], ["off", false], ["false", false]] as const) {
        const { deliverToNode } = yield* environment({ OS_BUILDER_DELIVER_TO_NODE: value })(BackendConfig.config)
        assert.strictEqual(deliverToNode, isTrue)
      }
    }))

  it.scoped("local: no cluster is built", () =>
    Effect.gen(function*() {
      const context = yield* environment({ OS_BUILDER_BACKEND: "local", HOME: "/root" })(
        Layer.build(BackendConfig.layerFromEnv({ cluster: noCluster, local: NodeContext.layer }))
      )
      assert.strictEqual((yield* Effect.provide(BuildBackend.BuildBackend, context)).name, "local")
    }))

  it.scoped("local: a program that did not hand it in gets a ConfigError that says so", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(
        environment({ OS_BUILDER_BACKEND: "local" })(
          Layer.build(BackendConfig.layerFromEnv({ cluster: noCluster }))
        )
      )
      assert.include(String(error), "OS_BUILDER_BACKEND")
      assert.include(String(error), "this program has no local backend")
    }))

  it.scoped("a backend on a cluster: gets its settings", () =>
    Effect.gen(function*() {
      const cluster = FakeCluster.layer({ namespace: "builds" })
      const context = yield* environment(all)(Layer.build(Layer.provideMerge(
        BackendConfig.layerFromEnv({ cluster: Layer.effect(Cluster.Cluster, Cluster.Cluster) }),
        cluster
      )))
      yield* Effect.gen(function*() {
        const { ref } = yield* BuildBackend.build(yield* input)
        assert.strictEqual(ref.backend, "custom")
        assert.strictEqual(ref.namespace, "builds")
        const { objects } = yield* FakeCluster.FakeCluster
        const [job] = yield* objects({ kind: "Job" })
        const text = JSON.stringify(job)
        for (
          const value of ["registry.example.com/buildah:1", "\"serviceAccountName\":\"builder\"", "\"hostUsers\":false"]
        ) {
          assert.include(text, value)
        }
        for (const value of ["\"cache\"", "\"registries\"", "\"pull\"", "vfs", "a.example.com:5000"]) {
          assert.include(text, value)
        }
      }).pipe(Effect.provide(context))
    }))

  it.scoped("an invalid value: is a ConfigError that names the variable", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(
        environment({ OS_BUILDER_SECURITY: "none" })(
          Layer.build(BackendConfig.layerFromEnv({ cluster: noCluster }))
        )
      )
      assert.match(String(error), /OS_BUILDER_SECURITY/)
    }))
})
