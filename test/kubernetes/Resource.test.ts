import { assert, describe, it } from "@effect/vitest"
import { Either, Schema } from "effect"
import * as Resource from "../../src/kubernetes/Resource.js"
import * as Resources from "../../src/kubernetes/Resources.js"

const metadata = { name: "a", namespace: "n", uid: "u", resourceVersion: "1" }

describe("Resource", () => {
  it("path: encodes group, namespace, name and subresource", () => {
    assert.strictEqual(Resource.path(Resources.Pod), "/api/v1/pods")
    assert.strictEqual(Resource.path(Resources.Pod, { namespace: "n" }), "/api/v1/namespaces/n/pods")
    assert.strictEqual(
      Resource.path(Resources.Build, { namespace: "n", name: "a/b", subresource: "log" }),
      "/apis/build.openshift.io/v1/namespaces/n/builds/a%2Fb/log"
    )
    assert.strictEqual(Resource.path(Resources.Namespace, { namespace: "n", name: "m" }), "/api/v1/namespaces/m")
    assert.strictEqual(Resource.label(Resources.Job), "jobs.batch")
    assert.strictEqual(Resource.apiVersion(Resources.Job), "batch/v1")
    assert.strictEqual(Resource.apiVersion(Resources.Pod), "v1")
  })

  it("decode: keeps only the schema's fields and treats null as absent", () => {
    const pod = Resources.Pod.decode({
      metadata: { ...metadata, managedFields: [{}], labels: { a: "b" }, annotations: null, creationTimestamp: null },
      spec: { nodeName: "node", containers: [{ name: "c", image: "i" }], volumes: [{}] },
      status: {
        phase: "Running",
        conditions: null,
        containerStatuses: [{ name: "c", state: { running: {} }, ready: null }]
      }
    })
    assert.deepStrictEqual(
      Either.getOrThrow(pod),
      {
        metadata: { ...metadata, labels: { a: "b" } },
        status: { phase: "Running", containerStatuses: [{ name: "c", state: { running: {} } }] }
      }
    )
  })

  it("decode: shares unchanged parts with the previous state", () => {
    const object = (version: string, status: object) => ({
      metadata: {
        ...metadata,
        resourceVersion: version,
        labels: { a: "b" },
        finalizers: ["f"],
        ownerReferences: [owner]
      },
      status
    })
    const owner = { apiVersion: "batch/v1", kind: "Job", name: "j", uid: "uid-j", controller: true }
    const decode = (u: unknown, before?: unknown) => Either.getOrThrow(Resources.Pod.decode(u, before))
    const conditions = [{ type: "Ready", status: "True" }, { type: "Initialized", status: "True" }]
    const before = decode(object("1", { phase: "Running", conditions }))
    const changes: ReadonlyArray<object> = [
      { phase: "Running", conditions },
      { phase: "Failed", conditions },
      { phase: "Running", conditions: conditions.slice(1) },
      { phase: "Running", conditions: [...conditions, { type: "PodScheduled", status: "True" }] },
      { phase: "Running", conditions: [{ type: "Ready", status: "False" }, conditions[1]] },
      { phase: "Running", reason: "x", conditions },
      { phase: "Running" },
      {}
    ]
    for (const status of changes) {
      const raw = structuredClone(object("2", status))
      const after = decode(raw, before)
      assert.deepStrictEqual(after, decode(raw))
      assert.strictEqual(after.metadata.ownerReferences, before.metadata.ownerReferences)
      assert.strictEqual(after.metadata.labels, before.metadata.labels)
      assert.strictEqual(after.metadata.finalizers, before.metadata.finalizers)
    }
    const same = structuredClone(object("1", { phase: "Running", conditions }))
    assert.strictEqual(decode(same, before), before)
    const partly = decode(structuredClone(object("2", changes[4] ?? {})), before)
    assert.strictEqual(partly.status?.conditions?.[1], before.status?.conditions?.[1])
    assert.strictEqual(partly.status?.conditions?.[0]?.status, "False")
    for (const labels of [{ a: "c" }, { b: "b" }, { a: "b", b: "b" }, {}]) {
      const after = decode({ ...same, metadata: { ...same.metadata, labels } }, before)
      assert.deepStrictEqual(after.metadata.labels, labels)
    }
    assert.isTrue(Either.isLeft(Resources.Pod.decode({ ...same, status: 1 }, before)))
    assert.deepStrictEqual(decode(same, "something else"), before)
  })

  it("decode: names the invalid field", () => {
    const refused = (u: unknown) => Either.getOrThrow(Either.flip(Resources.Pod.decode(u)))
    assert.include(refused({ metadata, status: { phase: 3 } }), "status.phase: Expected string")
    assert.include(refused({ metadata: { ...metadata, uid: null } }), "metadata.uid")
    assert.include(refused({ metadata: { ...metadata, labels: { a: 1 } } }), "metadata.labels.a")
    assert.include(refused({}), "metadata: is missing")
    assert.include(refused("pod"), "the object: Expected")
    assert.include(refused({ metadata, status: { conditions: [{}, 1] } }), "status.conditions.0.type: is missing")
    assert.isAtMost(refused({ metadata, status: { conditions: Array.from({ length: 100 }, () => ({})) } }).length, 501)
  })

  it("decode: leaves refinements and transformations to Schema", () => {
    const resource = Resource.make({
      version: "v1",
      plural: "things",
      kind: "Thing",
      schema: Schema.Struct({
        metadata: Schema.Struct({ name: Schema.NonEmptyString }),
        phase: Schema.optional(Schema.Literal("New", "Old")),
        pair: Schema.optional(Schema.Tuple(Schema.String, Schema.Number)),
        quantity: Schema.optional(Schema.Union(Schema.String, Schema.Number)),
        ports: Schema.optional(
          Schema.Record({ key: Schema.TemplateLiteral("p-", Schema.String), value: Schema.Number })
        )
      })
    })
    const whole: Resource.Of<typeof resource> = {
      metadata: { name: "x" },
      phase: "New",
      pair: ["a", 1],
      quantity: 1,
      ports: { "p-a": 1 }
    }
    assert.deepStrictEqual(Either.getOrThrow(resource.decode(whole)), whole)
    for (
      const wrong of [{ metadata: { name: "" } }, { phase: "Other" }, { pair: ["a", "b"] }, { quantity: true }, {
        ports: { "p-a": "x" }
      }]
    ) {
      assert.isTrue(Either.isLeft(resource.decode({ ...whole, ...wrong })), JSON.stringify(wrong))
    }
  })

  it("raw: keeps all fields", () => {
    const object = { metadata: { ...metadata, managedFields: [{}] }, spec: { future: [1, { x: null }] } }
    assert.deepStrictEqual(Either.getOrThrow(Resource.raw(Resources.Pod).decode(object)), object)
    assert.isTrue(Either.isLeft(Resource.raw(Resources.Pod).decode([])))
  })

  it("metadataOnly: requests PartialObjectMetadata", () => {
    assert.strictEqual(
      Resource.accept(Resources.Secret, "object"),
      "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
    )
    assert.include(Resource.accept(Resources.Secret, "list"), "as=PartialObjectMetadataList;")
    assert.isUndefined(Resource.accept(Resources.Pod, "object"))
    assert.deepStrictEqual(Either.getOrThrow(Resources.Secret.decode({ metadata, data: { password: "x" } })), {
      metadata
    })
  })
})
