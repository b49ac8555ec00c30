/** What the tests of kubernetes-fluent-client do. It reads the kubeconfig that the environment names. */
import * as client from "@kubernetes/client-node"
import { pathToFileURL } from "node:url"
import { assert } from "vitest"
import * as Peers from "../../bench/Peers.js"
import { at } from "../support/ClusterCase.js"
import { type ClientCase, eventually, refused, type Target } from "./ClientCase.js"
import { container, definition, deploymentSpec } from "./Manifests.js"

interface Watcher {
  readonly start: () => Promise<unknown>
  readonly close: () => void
}

interface Objects {
  readonly InNamespace: (namespace: string) => Objects
  readonly WithLabel: (key: string, value?: string) => Objects
  readonly WithField: (key: string, value: string) => Objects
  readonly Get: (name?: string) => Promise<unknown>
  readonly Create: (object: object) => Promise<unknown>
  readonly Apply: (object: object, options?: { readonly force: boolean }) => Promise<unknown>
  readonly Patch: (operations: ReadonlyArray<object>) => Promise<unknown>
  readonly PatchStatus: (object: object) => Promise<unknown>
  readonly Delete: (object?: object | string) => Promise<void>
  readonly Evict: (name: string) => Promise<void>
  readonly Finalize: (operation: "add" | "remove", finalizer: string, name: string) => Promise<void>
  readonly Scale: (replicas: number, name: string) => Promise<void>
  readonly Logs: (name: string) => Promise<ReadonlyArray<string>>
  readonly Raw: (path: string) => Promise<unknown>
  readonly Watch: (onEvent: (object: unknown, phase: string) => void) => Watcher
}

/** The part of kubernetes-fluent-client that is used here: it is not among the packages of the library. */
interface FluentClient {
  readonly K8s: (
    model: unknown,
    filters?: { readonly name?: string; readonly namespace?: string }
  ) => Objects
  readonly kind: Readonly<Record<"ConfigMap" | "Deployment" | "Namespace" | "Pod" | "Secret", unknown>>
  readonly GenericKind: new() => object
  readonly RegisterKind: (model: unknown, kind: { group: string; version: string; kind: string }) => void
}

const load = async (): Promise<FluentClient> => await import(pathToFileURL(Peers.fluentClient()).href)

const fluent = (title: string, body: (fluent: FluentClient, target: Target) => Promise<void>): ClientCase => ({
  title,
  run: async (target) => body(await load(), target)
})

const names = (list: unknown): ReadonlyArray<unknown> => {
  const items = at(list, "items")
  return Array.isArray(items) ? items.map((item) => at(item, "metadata", "name")) : []
}

const deployment = (namespace: string, replicas: number) => ({
  metadata: { name: "web", namespace },
  spec: deploymentSpec(replicas)
})

export const cases: ReadonlyArray<ClientCase> = [
  fluent("Apply and Get: a namespace is applied twice, got by its name and listed", async ({ K8s, kind }, target) => {
    const name = `${target.namespace}-more`
    await K8s(kind.Namespace).Apply({ metadata: { name } }, { force: true })
    await K8s(kind.Namespace).Apply({ metadata: { name, labels: { again: "true" } } }, { force: true })
    const got = await K8s(kind.Namespace).Get(name)
    assert.strictEqual(at(got, "metadata", "labels", "again"), "true")
    assert.include(names(await K8s(kind.Namespace).Get()), name)
  }),
  fluent("Create: an object that exists is refused", async ({ K8s, kind }, { namespace }) => {
    const object = () => ({ metadata: { name: "settings", namespace }, data: { a: "b" } })
    assert.strictEqual(at(await K8s(kind.ConfigMap).Create(object()), "data", "a"), "b")
    assert.strictEqual(await refused(K8s(kind.ConfigMap).Create(object())), 409)
  }),
  fluent("filters: the namespace, labels and fields select objects", async ({ K8s, kind }, { namespace }) => {
    for (const [name, app] of [["a", "web"], ["b", "web"], ["c", "other"]]) {
      await K8s(kind.Secret).Create({ metadata: { name, namespace, labels: { app } } })
    }
    const all = await K8s(kind.Secret).InNamespace(namespace).WithLabel("app").Get()
    assert.sameMembers([...names(all)], ["a", "b", "c"])
    const some = K8s(kind.Secret).InNamespace(namespace).WithLabel("app", "web").WithField("metadata.name", "b")
    assert.deepStrictEqual(names(await some.Get()), ["b"])
  }),
  fluent("Apply: a field of another manager is a conflict unless it is forced", async ({ K8s, kind }, target) => {
    const { config, namespace } = target
    const object = (color: string) => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "shared", namespace },
      data: { color }
    })
    const api = client.KubernetesObjectApi.makeApiClient(config)
    const strategy = client.PatchStrategy.ServerSideApply
    await api.patch(object("red"), undefined, undefined, "other", false, strategy)
    assert.strictEqual(await refused(K8s(kind.ConfigMap).Apply(object("blue"))), 409)
    const applied = await K8s(kind.ConfigMap).Apply(object("blue"), { force: true })
    assert.strictEqual(at(applied, "data", "color"), "blue")
  }),
  fluent("Apply: an unknown field is refused", async ({ K8s, kind }, { namespace }) => {
    const applied = K8s(kind.ConfigMap).Apply({ metadata: { name: "strict", namespace }, date: {} })
    assert.strictEqual(await refused(applied), 500)
  }),
  fluent("Delete: by name and by object, and what is not there is ignored", async ({ K8s, kind }, { namespace }) => {
    for (const name of ["a", "b"]) await K8s(kind.Secret).Create({ metadata: { name, namespace } })
    await K8s(kind.Secret).InNamespace(namespace).Delete("a")
    await K8s(kind.Secret).Delete({ metadata: { name: "b", namespace } })
    await K8s(kind.Secret).InNamespace(namespace).Delete("a")
    assert.deepStrictEqual(names(await K8s(kind.Secret).InNamespace(namespace).Get()), [])
  }),
  fluent("Patch: takes the operations of a JSON patch", async ({ K8s, kind }, { namespace }) => {
    await K8s(kind.Namespace, { name: namespace }).Patch([
      { op: "add", path: "/metadata/annotations", value: { patched: "true" } }
    ])
    const got = await K8s(kind.Namespace).Get(namespace)
    assert.strictEqual(at(got, "metadata", "annotations", "patched"), "true")
    const failing = K8s(kind.Namespace, { name: namespace }).Patch([{ op: "test", path: "/kind", value: "Pod" }])
    assert.strictEqual(await refused(failing), 422)
  }),
  fluent("RegisterKind and PatchStatus: an object of one's own kind has a status", async (fluent, target) => {
    const { GenericKind, K8s, RegisterKind } = fluent
    const { config, namespace } = target
    const group = `${namespace}.example.com`
    const App = class extends GenericKind {}
    // A model is found by its name, which has to be new.
    const kind = `App${Math.random().toString(36).slice(2)}`
    Object.defineProperty(App, "name", { value: kind })
    RegisterKind(App, { group, version: "v1alpha1", kind })
    await config.makeApiClient(client.ApiextensionsV1Api).createCustomResourceDefinition({
      body: definition({
        group,
        kind,
        version: "v1alpha1",
        properties: { theme: { type: "string", _enum: ["dark", "light"] } }
      })
    })
    const object = (theme: string) => ({ metadata: { name: "one", namespace }, spec: { theme } })
    await eventually(() => K8s(App).Apply(object("dark"), { force: true }))
    assert.strictEqual(await refused(K8s(App).Apply(object("pink"), { force: true })), 422)
    await K8s(App).PatchStatus({ metadata: { name: "one", namespace }, status: { phase: "Ready" } })
    const got = await K8s(App).InNamespace(namespace).Get("one")
    assert.deepStrictEqual([at(got, "status", "phase"), at(got, "spec", "theme")], ["Ready", "dark"])
    assert.strictEqual(at(got, "metadata", "generation"), 1)
  }),
  fluent("PatchStatus: of a kind without a status is not found", async ({ K8s, kind }, { namespace }) => {
    await K8s(kind.ConfigMap).Create({ metadata: { name: "plain", namespace } })
    const patched = K8s(kind.ConfigMap).PatchStatus({ metadata: { name: "plain", namespace }, status: {} })
    assert.strictEqual(await refused(patched), 404)
  }),
  fluent("Finalize: a finalizer keeps an object until it is removed", async ({ K8s, kind }, { namespace }) => {
    await K8s(kind.ConfigMap).Create({ metadata: { name: "kept", namespace } })
    await K8s(kind.ConfigMap).InNamespace(namespace).Finalize("add", "example.com/keep", "kept")
    await K8s(kind.ConfigMap).InNamespace(namespace).Delete("kept")
    const got = await K8s(kind.ConfigMap).InNamespace(namespace).Get("kept")
    assert.deepStrictEqual(at(got, "metadata", "finalizers"), ["example.com/keep"])
    assert.isString(at(got, "metadata", "deletionTimestamp"))
    await K8s(kind.ConfigMap).InNamespace(namespace).Finalize("remove", "example.com/keep", "kept")
    assert.strictEqual(await refused(K8s(kind.ConfigMap).InNamespace(namespace).Get("kept")), 404)
  }),
  fluent(
    "Scale and Logs: a Deployment is scaled, and has the logs of its pods",
    async ({ K8s, kind }, { namespace }) => {
      await K8s(kind.Deployment).Apply(deployment(namespace, 1))
      await K8s(kind.Deployment).InNamespace(namespace).Scale(2, "web")
      const got = await K8s(kind.Deployment).InNamespace(namespace).Get("web")
      assert.strictEqual(at(got, "spec", "replicas"), 2)
      await eventually(async () => {
        const logs = await K8s(kind.Deployment).InNamespace(namespace).Logs("web")
        assert.lengthOf(logs.filter((line) => /^\[pod\/web-.*\] ready$/.test(line)), 2)
      })
    }
  ),
  fluent("Logs and Evict: a pod has a log until it is evicted", async ({ K8s, kind }, { namespace }) => {
    await K8s(kind.Pod).Apply({ metadata: { name: "server", namespace }, spec: { containers: [container] } })
    await eventually(async () => {
      const logs = await K8s(kind.Pod).InNamespace(namespace).Logs("server")
      assert.deepStrictEqual(logs, ["[pod/server] ready"])
    })
    await K8s(kind.Pod).InNamespace(namespace).Evict("server")
    const gone = () => refused(K8s(kind.Pod).InNamespace(namespace).Get("server"))
    await eventually(async () => assert.strictEqual(await gone(), 404))
  }),
  fluent("Watch: has what is there and each change", async ({ K8s, kind }, { namespace }) => {
    const object = (color: string) => ({ metadata: { name: "watched", namespace }, stringData: { color } })
    await K8s(kind.Secret).Apply(object("red"))
    const events: Array<string> = []
    const watcher = K8s(kind.Secret).InNamespace(namespace).Watch((object, phase) => {
      events.push(`${phase} ${String(at(object, "metadata", "name"))}`)
    })
    const seen = (...expected: ReadonlyArray<string>) => eventually(() => assert.deepStrictEqual(events, expected))
    await watcher.start()
    try {
      await seen("ADDED watched")
      await K8s(kind.Secret).Apply(object("blue"))
      await seen("ADDED watched", "MODIFIED watched")
      await K8s(kind.Secret).InNamespace(namespace).Delete("watched")
      await seen("ADDED watched", "MODIFIED watched", "DELETED watched")
    } finally {
      watcher.close()
    }
  }),
  fluent("Raw: any path is got", async ({ K8s, kind }) => {
    assert.strictEqual(at(await K8s(kind.Pod).Raw("/api"), "kind"), "APIVersions")
    assert.strictEqual(await refused(K8s(kind.Pod).Raw("/no-such-path")), 404)
  })
]
