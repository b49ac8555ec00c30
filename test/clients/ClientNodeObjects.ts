/** What the examples of @kubernetes/client-node do with objects. */
import * as client from "@kubernetes/client-node"
import * as https from "node:https"
import { assert } from "vitest"
import { type ClientCase, eventually, refused } from "./ClientCase.js"
import { container, definition, deploymentSpec } from "./Manifests.js"

const deployment = (replicas: number): client.V1Deployment => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", labels: { app: "web" } },
  spec: deploymentSpec(replicas)
})

const jobSpec: client.V1JobSpec = {
  backoffLimit: 1,
  template: { spec: { restartPolicy: "Never", containers: [container] } }
}

/** Creates an object, or patches it where it exists. */
const apply = async (api: client.KubernetesObjectApi, object: client.KubernetesObject) => {
  const { apiVersion = "", kind = "", metadata } = object
  const { name = "", namespace = "" } = metadata ?? {}
  try {
    await api.read({ apiVersion, kind, metadata: { name, namespace } })
    return await api.patch(object)
  } catch (error) {
    if (error instanceof client.ApiException && error.code === 404) return await api.create(object)
    throw error
  }
}

const widgets = (group: string) =>
  definition({ group, kind: "Widget", version: "v1", properties: { size: { type: "integer", minimum: 1 } } })

/** The number of a property in an answer that the client leaves without a type. */
const property = (object: unknown, ...path: ReadonlyArray<string>): unknown =>
  path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null ? Object.entries(value).find(([k]) => k === key)?.[1] : undefined,
    object
  )

export const cases: ReadonlyArray<ClientCase> = [
  {
    title: "namespaces: are listed, created, read and deleted",
    run: async ({ config, namespace }) => {
      const core = config.makeApiClient(client.CoreV1Api)
      const name = `${namespace}-more`
      const created = await core.createNamespace({ body: { metadata: { name } } })
      assert.strictEqual(created.metadata?.name, name)
      assert.include((await core.listNamespace()).items.map(({ metadata }) => metadata?.name), name)
      assert.strictEqual((await core.readNamespace({ name })).status?.phase, "Active")
      await core.deleteNamespace({ name })
      await eventually(async () => assert.strictEqual(await refused(core.readNamespace({ name })), 404))
    }
  },
  {
    title: "namespace of YAML: is created, and written as YAML",
    run: async ({ config, namespace }) => {
      const core = config.makeApiClient(client.CoreV1Api)
      const body: client.V1Namespace = client.loadYaml(
        `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${namespace}-yaml\n  labels: { from: yaml }\n`
      )
      const created = await core.createNamespace({ body })
      assert.include(client.dumpYaml(created), "from: yaml")
    }
  },
  {
    title: "pods: are created and listed by namespace",
    run: async ({ config, namespace }) => {
      const core = config.makeApiClient(client.CoreV1Api)
      await core.createNamespacedPod({
        namespace,
        body: { metadata: { name: "one" }, spec: { containers: [container] } }
      })
      const { items } = await core.listNamespacedPod({ namespace })
      assert.deepStrictEqual(items.map(({ metadata }) => metadata?.name), ["one"])
      assert.strictEqual(items[0]?.spec?.restartPolicy, "Always")
    }
  },
  {
    title: "pages: a list is continued",
    run: async ({ config, namespace }) => {
      const core = config.makeApiClient(client.CoreV1Api)
      for (const name of ["a", "b", "c"]) {
        await core.createNamespacedConfigMap({ namespace, body: { metadata: { name } } })
      }
      const fieldSelector = "metadata.name!=kube-root-ca.crt"
      const first = await core.listNamespacedConfigMap({ namespace, limit: 2, fieldSelector })
      const names = first.items.map(({ metadata }) => metadata?.name)
      const next = first.metadata?._continue
      assert.isDefined(next)
      if (next !== undefined) {
        const rest = await core.listNamespacedConfigMap({ namespace, limit: 3, _continue: next, fieldSelector })
        names.push(...rest.items.map(({ metadata }) => metadata?.name))
      }
      assert.deepStrictEqual(names, ["a", "b", "c"])
    }
  },
  {
    title: "ResourceQuota: is created and listed",
    run: async ({ config, namespace }) => {
      const core = config.makeApiClient(client.CoreV1Api)
      await core.createNamespacedResourceQuota({
        namespace,
        body: { metadata: { name: "quota" }, spec: { hard: { "requests.cpu": "1", pods: "10" } } }
      })
      const { items } = await core.listResourceQuotaForAllNamespaces({
        fieldSelector: `metadata.namespace=${namespace}`
      })
      assert.deepStrictEqual(items.map(({ spec }) => spec?.hard?.["pods"]), ["10"])
    }
  },
  {
    title: "ConfigMap: is created, replaced and deleted, and is not created twice",
    run: async ({ config, namespace }) => {
      const core = config.makeApiClient(client.CoreV1Api)
      const body = { metadata: { name: "settings" }, data: { color: "red" } }
      const created = await core.createNamespacedConfigMap({ namespace, body })
      assert.strictEqual(await refused(core.createNamespacedConfigMap({ namespace, body })), 409)
      const blue = { ...created, data: { color: "blue" } }
      const replaced = await core.replaceNamespacedConfigMap({ namespace, name: "settings", body: blue })
      assert.strictEqual(replaced.data?.["color"], "blue")
      assert.strictEqual(
        await refused(core.replaceNamespacedConfigMap({ namespace, name: "settings", body: blue })),
        409
      )
      const status = await core.deleteNamespacedConfigMap({ namespace, name: "settings" })
      assert.strictEqual(status.status, "Success")
      assert.strictEqual(await refused(core.readNamespacedConfigMap({ namespace, name: "settings" })), 404)
    }
  },
  {
    title: "Secret: its stringData becomes data",
    run: async ({ config, namespace }) => {
      const core = config.makeApiClient(client.CoreV1Api)
      const created = await core.createNamespacedSecret({
        namespace,
        body: { metadata: { name: "login" }, stringData: { user: "me" } }
      })
      assert.deepStrictEqual(created.data, { user: Buffer.from("me").toString("base64") })
      assert.strictEqual(created.type, "Opaque")
    }
  },
  {
    title: "Ingress: is created",
    run: async ({ config, namespace }) => {
      const networking = config.makeApiClient(client.NetworkingV1Api)
      const created = await networking.createNamespacedIngress({
        namespace,
        body: {
          metadata: { name: "web" },
          spec: {
            rules: [{
              host: "web.example.com",
              http: {
                paths: [{ path: "/", pathType: "Prefix", backend: { service: { name: "web", port: { number: 80 } } } }]
              }
            }]
          }
        }
      })
      assert.strictEqual(created.spec?.rules?.[0]?.host, "web.example.com")
    }
  },
  {
    title: "Deployment: is created, and scaled by a replacement and by its scale",
    run: async ({ config, namespace }) => {
      const apps = config.makeApiClient(client.AppsV1Api)
      const core = config.makeApiClient(client.CoreV1Api)
      const pods = (count: number) =>
        eventually(async () => {
          const { items } = await core.listNamespacedPod({ namespace, labelSelector: "app=web" })
          assert.lengthOf(items.filter(({ metadata }) => metadata?.deletionTimestamp === undefined), count)
        })
      await apps.createNamespacedDeployment({ namespace, body: deployment(1) })
      await pods(1)
      await eventually(async () => {
        const read = await apps.readNamespacedDeployment({ namespace, name: "web" })
        if (read.spec !== undefined) read.spec.replicas = 2
        await apps.replaceNamespacedDeployment({ namespace, name: "web", body: read })
      })
      await pods(2)
      const scale = await apps.readNamespacedDeploymentScale({ namespace, name: "web" })
      assert.strictEqual(scale.spec?.replicas, 2)
      await apps.patchNamespacedDeploymentScale(
        { namespace, name: "web", body: { spec: { replicas: 3 } } },
        client.setHeaderOptions("Content-Type", client.PatchStrategy.MergePatch)
      )
      await pods(3)
      await apps.deleteNamespacedDeployment({ namespace, name: "web" })
      await pods(0)
    }
  },
  {
    title: "Job: is made of the template of a CronJob",
    run: async ({ config, namespace }) => {
      const batch = config.makeApiClient(client.BatchV1Api)
      await batch.createNamespacedCronJob({
        namespace,
        body: { metadata: { name: "nightly" }, spec: { schedule: "0 3 * * *", jobTemplate: { spec: jobSpec } } }
      })
      const { spec } = await batch.readNamespacedCronJob({ namespace, name: "nightly" })
      assert.strictEqual(spec?.concurrencyPolicy, "Allow")
      const job = await batch.createNamespacedJob({
        namespace,
        body: {
          metadata: { name: "now", annotations: { "cronjob.kubernetes.io/instantiate": "manual" } },
          ...(spec?.jobTemplate.spec === undefined ? {} : { spec: spec.jobTemplate.spec })
        }
      })
      assert.strictEqual(job.spec?.backoffLimit, 1)
      assert.strictEqual(job.spec?.template.metadata?.labels?.["job-name"], "now")
    }
  },
  {
    title: "patch: JSON patch, merge patch and strategic merge patch",
    run: async ({ config, namespace }) => {
      const core = config.makeApiClient(client.CoreV1Api)
      const body = { metadata: { name: "one", labels: { old: "1" } }, spec: { containers: [container] } }
      await core.createNamespacedPod({ namespace, body })
      const patch = (body: unknown, strategy: client.PatchStrategy) =>
        core.patchNamespacedPod(
          { namespace, name: "one", body },
          client.setHeaderOptions("Content-Type", strategy)
        )
      const json = await patch(
        [{ op: "replace", path: "/metadata/labels", value: { foo: "bar" } }],
        client.PatchStrategy.JsonPatch
      )
      assert.deepStrictEqual(json.metadata?.labels, { foo: "bar" })
      const merged = await patch({ metadata: { labels: { foo: null, a: "b" } } }, client.PatchStrategy.MergePatch)
      assert.deepStrictEqual(merged.metadata?.labels, { a: "b" })
      const strategic = await patch(
        { spec: { containers: [{ name: "main", image: "localhost/other" }] } },
        client.PatchStrategy.StrategicMergePatch
      )
      assert.strictEqual(strategic.spec?.containers[0]?.image, "localhost/other")
      assert.isDefined(strategic.spec?.containers[0]?.terminationMessagePath)
    }
  },
  {
    title: "apply: the objects of a file are created, then patched",
    run: async ({ config, namespace }) => {
      const api = client.KubernetesObjectApi.makeApiClient(config)
      const file = (color: string) => `
apiVersion: v1
kind: ConfigMap
metadata: { name: first, namespace: ${namespace} }
data: { color: ${color} }
---
apiVersion: v1
kind: Service
metadata: { name: second, namespace: ${namespace}, annotations: { color: ${color} } }
spec: { selector: { app: web }, ports: [{ port: 80 }] }
`
      for (const color of ["red", "blue"]) {
        for (const object of client.loadAllYaml(file(color))) await apply(api, object)
        const core = config.makeApiClient(client.CoreV1Api)
        assert.strictEqual((await core.readNamespacedConfigMap({ namespace, name: "first" })).data?.["color"], color)
        const service = await core.readNamespacedService({ namespace, name: "second" })
        assert.strictEqual(service.metadata?.annotations?.["color"], color)
      }
    }
  },
  {
    title: "server-side apply: a conflict is refused unless it is forced",
    run: async ({ config, namespace }) => {
      const api = client.KubernetesObjectApi.makeApiClient(config)
      const applied = (manager: string, color: string, force: boolean) =>
        api.patch<client.V1ConfigMap>(
          { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "shared", namespace }, data: { color } },
          undefined,
          undefined,
          manager,
          force,
          client.PatchStrategy.ServerSideApply
        )
      const created = await applied("one", "red", false)
      assert.strictEqual(created.metadata?.managedFields?.[0]?.manager, "one")
      assert.strictEqual(await refused(applied("two", "blue", false)), 409)
      assert.strictEqual((await applied("two", "blue", true)).data?.["color"], "blue")
    }
  },
  {
    title: "objects of any kind: are created, listed, replaced and deleted",
    run: async ({ config, namespace }) => {
      const api = client.KubernetesObjectApi.makeApiClient(config)
      const metadata = { name: "web", namespace }
      const created: client.V1Deployment = await api.create<client.V1Deployment>({ ...deployment(0), metadata })
      assert.strictEqual(created.metadata?.generation, 1)
      const listed = await api.list("apps/v1", "Deployment", namespace)
      assert.deepStrictEqual(listed.items.map(({ metadata }) => metadata?.name), ["web"])
      await eventually(async () => {
        const read = await api.read<client.V1Deployment>({ apiVersion: "apps/v1", kind: "Deployment", metadata })
        await api.replace({ ...read, metadata: { ...read.metadata, labels: { more: "1" } } })
      })
      await api.delete({ apiVersion: "apps/v1", kind: "Deployment", metadata })
      const gone = () => refused(api.read({ apiVersion: "apps/v1", kind: "Deployment", metadata }))
      await eventually(async () => assert.strictEqual(await gone(), 404))
    }
  },
  {
    title: "raw request: has the credentials of the kubeconfig",
    run: async ({ config, namespace }) => {
      const options: https.RequestOptions = {}
      await config.applyToHTTPSOptions(options)
      const url = `${config.getCurrentCluster()?.server ?? ""}/api/v1/namespaces/${namespace}`
      const text = await new Promise<string>((resolve, reject) => {
        https.get(url, options, (response) => {
          let text = ""
          response.setEncoding("utf8").on("data", (part: string) => text += part).on("end", () => resolve(text))
        }).on("error", reject)
      })
      assert.strictEqual(property(JSON.parse(text), "metadata", "name"), namespace)
    }
  },
  {
    title: "custom objects: of a new definition are created, listed, patched and deleted",
    run: async ({ config, namespace }) => {
      const group = `${namespace}.example.com`
      const extensions = config.makeApiClient(client.ApiextensionsV1Api)
      const custom = config.makeApiClient(client.CustomObjectsApi)
      await extensions.createCustomResourceDefinition({ body: widgets(group) })
      const name = `widgets.${group}`
      await eventually(async () => {
        const { status } = await extensions.readCustomResourceDefinition({ name })
        assert(status?.conditions?.some(({ status, type }) => type === "Established" && status === "True"))
      })
      const kind = { group, version: "v1", namespace, plural: "widgets" }
      const widget = (size: number) => ({
        apiVersion: `${group}/v1`,
        kind: "Widget",
        metadata: { name: "one" },
        spec: { size }
      })
      await eventually(() => custom.listNamespacedCustomObject(kind))
      assert.strictEqual(await refused(custom.createNamespacedCustomObject({ ...kind, body: widget(0) })), 422)
      await custom.createNamespacedCustomObject({ ...kind, body: widget(2) })
      const items = property(await custom.listNamespacedCustomObject(kind), "items")
      assert.lengthOf(Array.isArray(items) ? items : [], 1)
      const patched: unknown = await custom.patchNamespacedCustomObject(
        { ...kind, name: "one", body: { spec: { size: 3 } } },
        client.setHeaderOptions("Content-Type", client.PatchStrategy.MergePatch)
      )
      assert.strictEqual(property(patched, "spec", "size"), 3)
      const status: unknown = await custom.patchNamespacedCustomObjectStatus(
        { ...kind, name: "one", body: { status: { phase: "Ready" } } },
        client.setHeaderOptions("Content-Type", client.PatchStrategy.MergePatch)
      )
      assert.strictEqual(property(status, "status", "phase"), "Ready")
      await custom.deleteNamespacedCustomObject({ ...kind, name: "one" })
      assert.strictEqual(await refused(custom.getNamespacedCustomObject({ ...kind, name: "one" })), 404)
      await extensions.deleteCustomResourceDefinition({ name })
    }
  },
  {
    title: "Lease: one of two candidates takes it, the other has a conflict",
    run: async ({ config, namespace }) => {
      const coordination = config.makeApiClient(client.CoordinationV1Api)
      const lease = { namespace, name: "leader" }
      await coordination.createNamespacedLease({
        namespace,
        body: { metadata: { name: "leader" }, spec: { leaseDurationSeconds: 15 } }
      })
      const read = await coordination.readNamespacedLease(lease)
      const take = (holderIdentity: string) =>
        coordination.replaceNamespacedLease({
          ...lease,
          body: { ...read, spec: { ...read.spec, holderIdentity, renewTime: new client.V1MicroTime() } }
        })
      const taken = await take("a")
      assert.strictEqual(taken.spec?.holderIdentity, "a")
      assert.strictEqual(await refused(take("b")), 409)
    }
  },
  {
    title: "reviews: who the client is and what it may do",
    run: async ({ config, namespace }) => {
      const { status: self } = await config.makeApiClient(client.AuthenticationV1Api).createSelfSubjectReview({
        body: {}
      })
      assert.isNotEmpty(self?.userInfo?.username)
      const { status } = await config.makeApiClient(client.AuthorizationV1Api).createSelfSubjectAccessReview({
        body: { spec: { resourceAttributes: { namespace, verb: "create", group: "apps", resource: "deployments" } } }
      })
      assert.strictEqual(status?.allowed, true)
    }
  },
  {
    title: "collection: the objects of a selector are deleted",
    run: async ({ config, namespace }) => {
      const core = config.makeApiClient(client.CoreV1Api)
      for (const [name, keep] of [["a", "no"], ["b", "no"], ["c", "yes"]] as const) {
        await core.createNamespacedSecret({ namespace, body: { metadata: { name, labels: { keep } } } })
      }
      await core.deleteCollectionNamespacedSecret({ namespace, labelSelector: "keep=no" })
      const { items } = await core.listNamespacedSecret({ namespace, labelSelector: "keep" })
      assert.deepStrictEqual(items.map(({ metadata }) => metadata?.name), ["c"])
    }
  },
  {
    title: "health, version and discovery: are answered",
    run: async ({ config }) => {
      const health = new client.Health(config)
      assert.deepStrictEqual([await health.readyz({}), await health.livez({})], [true, true])
      assert.match((await config.makeApiClient(client.VersionApi).getCode()).gitVersion, /^v1\./)
      assert.deepStrictEqual((await config.makeApiClient(client.CoreApi).getAPIVersions()).versions, ["v1"])
      const { groups } = await config.makeApiClient(client.ApisApi).getAPIVersions()
      assert.includeMembers(groups.map(({ name }) => name), ["apps", "batch", "networking.k8s.io"])
      const { resources } = await config.makeApiClient(client.AppsV1Api).getAPIResources()
      assert.includeMembers(resources.map(({ name }) => name), ["deployments", "deployments/scale"])
    }
  },
  {
    title: "top: nodes have their capacity, and without a server of metrics theirs are refused",
    run: async ({ config, namespace }) => {
      const core = config.makeApiClient(client.CoreV1Api)
      const [node] = await client.topNodes(core)
      assert.isAbove(Number(node?.CPU.Capacity), 0)
      const metrics = new client.Metrics(config)
      // The server's 404 has a body that is not JSON, which this client reports as 500.
      assert.strictEqual(await refused(metrics.getNodeMetrics()), 500)
      assert.strictEqual(await refused(client.topPods(core, metrics, namespace)), 500)
    }
  }
]
