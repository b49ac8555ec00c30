import { assert, describe, it } from "@effect/vitest"
import { Either, FastCheck, Schema } from "effect"
import * as Protobuf from "../../../src/fake/apiserver/Protobuf.js"
import { table } from "../../../src/fake/apiserver/ProtobufMessage.js"
import type { JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"
import * as WatchEvent from "../../../src/kubernetes/decode/WatchEvent.js"
import * as BuiltInFields from "../../../src/kubernetes/protobuf/BuiltInFields.js"
import * as EncodedObject from "../../../src/kubernetes/protobuf/EncodedObject.js"
import type { Field } from "../../../src/kubernetes/protobuf/MessageTable.js"
import * as Resource from "../../../src/kubernetes/Resource.js"
import * as Resources from "../../../src/kubernetes/Resources.js"

type Json = JsonObject[string]

const builtIn: ReadonlyArray<Resource.Resource<unknown>> = [
  Resources.ConfigMap,
  Resources.Event,
  Resources.Job,
  Resources.Namespace,
  Resources.Node,
  Resources.PersistentVolumeClaim,
  Resources.Pod,
  Resources.ServiceAccount
]

const encoded = (object: JsonObject) => EncodedObject.open(Protobuf.encode(object) ?? Buffer.alloc(0))

const word = FastCheck.oneof(
  FastCheck.constantFrom("Running", "__proto__", "constructor", "ä€😀", "a".repeat(40), "500m"),
  FastCheck.string({ unit: "grapheme", minLength: 1, maxLength: 50 })
)

const time = FastCheck.integer({ min: -(2 ** 33), max: 2 ** 37 })
  .map((seconds) => `${new Date(seconds * 1000).toISOString().slice(0, -5)}Z`)

const microTime = FastCheck.tuple(time, FastCheck.nat(999_999))
  .map(([text, micros]) => `${text.slice(0, -1)}.${String(micros).padStart(6, "0")}Z`)

/** No zero values: an API server omits most of them, see the next test. */
const scalars: Readonly<Record<string, FastCheck.Arbitrary<Json>>> = {
  s: word,
  i: FastCheck.oneof(FastCheck.integer({ min: 1 }), FastCheck.integer({ min: -(2 ** 31), max: -1 })),
  b: FastCheck.constant(true),
  B: FastCheck.uint8Array({ minLength: 1, maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString("base64")),
  Time: time,
  MicroTime: microTime,
  Quantity: FastCheck.constantFrom("500m", "2Gi", "1"),
  IntOrString: FastCheck.constantFrom<Json>(8080, "health"),
  FieldsV1: FastCheck.constant<Json>({ "f:status": {} })
}

const required = new Set([
  "metadata",
  "name",
  "uid",
  "resourceVersion",
  "type",
  "status",
  "key",
  "effect",
  "kind",
  "apiVersion"
])

const fieldOf = ({ occurrence, type }: Field, depth: number): FastCheck.Arbitrary<Json> => {
  const value = scalars[type] ?? messageOf(type, depth + 1)
  switch (occurrence) {
    case "List":
      return FastCheck.array(value, { minLength: 1, maxLength: 3 })
    case "Map":
      return FastCheck.dictionary(word, value, { minKeys: 1, maxKeys: 3 })
    default:
      return value
  }
}

/** What JSON has in place of a field that is not set; null where it omits it. */
const unset = ({ occurrence, type }: Field): Json => {
  if (occurrence !== "Kept") return null
  const fields = table().get(type)
  return fields === undefined
    ? ({ s: "", i: 0, b: false }[type] ?? null)
    : withoutNull(fields.map((field) => [field.name, unset(field)]))
}

const withoutNull = (entries: ReadonlyArray<readonly [string, Json]>): JsonObject =>
  Object.fromEntries(entries.filter(([, value]) => value !== null))

/** Objects of a kind with fields of all of its messages: mostly those that are kept. */
const messageOf = (message: string, depth: number): FastCheck.Arbitrary<JsonObject> => {
  const kept = new Set(BuiltInFields.messages().get(message)?.map(({ name }) => name))
  const fieldOrNone = (field: Field): FastCheck.Arbitrary<Json> =>
    scalars[field.type] === undefined && depth > 5
      ? FastCheck.constant(unset(field))
      : required.has(field.name) && kept.has(field.name)
      ? fieldOf(field, depth)
      : FastCheck.oneof(
        { weight: kept.has(field.name) ? 1 : 19, arbitrary: FastCheck.constant(unset(field)) },
        { weight: 1, arbitrary: fieldOf(field, depth) }
      )
  return FastCheck.constant(table().get(message) ?? [])
    .chain((fields) =>
      FastCheck.record<Record<string, Json>>(
        Object.fromEntries(
          fields.filter(({ occurrence }) => occurrence !== "Inlined").map((field) => [field.name, fieldOrNone(field)])
        )
      )
    )
    .map((object) => withoutNull(Object.entries(object)))
}

const objectOf = (resource: Resource.Resource<unknown>) =>
  messageOf(resource.kind, 0).map((fields): JsonObject => ({
    apiVersion: Resource.apiVersion(resource),
    kind: resource.kind,
    ...fields
  }))

describe("protobuf", () => {
  for (const resource of builtIn) {
    it(`decode: ${resource.plural} decode alike from protobuf and from JSON`, () => {
      // Without shrinking, which takes minutes for objects of this size.
      const seed = Date.now()
      for (
        const object of FastCheck.sample(objectOf(resource), { seed, numRuns: Number(process.env["OBJECTS"] ?? 100) })
      ) {
        const message = `seed ${seed}: ${JSON.stringify(object)}`
        assert.deepStrictEqual(resource.decode(encoded(object)), resource.decode(object), message)
        const metadataOnly = Resource.metadataOnly(resource)
        const part = { apiVersion: "meta.k8s.io/v1", kind: "PartialObjectMetadata", metadata: object["metadata"] ?? {} }
        assert.deepStrictEqual(metadataOnly.decode(encoded(part)), metadataOnly.decode(object), message)
      }
    })
  }

  it("decode: keeps zero values where JSON has them, and drops those that it omits", () => {
    const metadata = { name: "a", uid: "u", resourceVersion: "1" }
    const job = {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { ...metadata, labels: {}, finalizers: [], generation: 0 },
      spec: { suspend: false, backoffLimit: 0, template: { spec: { hostUsers: false } } },
      status: { active: 0, ready: 0, startTime: null }
    }
    assert.deepStrictEqual(
      Resources.Job.decode(encoded(job)),
      Either.right({
        metadata,
        spec: { suspend: false, backoffLimit: 0, template: { spec: { hostUsers: false } } },
        status: { ready: 0 }
      })
    )
    const terminated = { exitCode: 0, reason: "", finishedAt: null }
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata,
      status: {
        phase: "",
        conditions: [{ type: "", status: "" }],
        containerStatuses: [{ name: "", state: { terminated } }]
      }
    }
    assert.deepStrictEqual(
      Resources.Pod.decode(encoded(pod)),
      Either.right({
        metadata,
        status: {
          conditions: [{ type: "", status: "" }],
          containerStatuses: [{ name: "", state: { terminated: { exitCode: 0 } } }]
        }
      })
    )
  })

  it("decode: shares equal parts with the previous state", () => {
    const [first = {}, ...objects] = FastCheck.sample(objectOf(Resources.Pod), 50)
    let previous = Either.getOrThrow(Resources.Pod.decode(encoded(first)))
    for (const object of objects) {
      const pod = Either.getOrThrow(Resources.Pod.decode(encoded(object)))
      assert.deepStrictEqual(Resources.Pod.decode(encoded(object), previous), Either.right(pod))
      assert.strictEqual(Either.getOrThrow(Resources.Pod.decode(encoded(object), pod)), pod)
      const changed = { ...object, metadata: first["metadata"] ?? {} }
      const next = Either.getOrThrow(Resources.Pod.decode(encoded(changed), pod))
      assert.deepStrictEqual(next, Either.getOrThrow(Resources.Pod.decode(encoded(changed))))
      assert.strictEqual(next.status, pod.status)
      previous = pod
    }
  })

  it("decode: shares equal parts with the object before, and never the whole object", () => {
    const template = { labels: { app: "a", hash: "7f3c1a52" }, annotations: { long: "a".repeat(200) } }
    const pod = (name: string) => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { ...template, name, uid: name, resourceVersion: "1" },
      status: { phase: "Running", containerStatuses: [{ name: "push", state: { running: {} } }] }
    })
    const decodeAll = <A>(resource: Resource.Resource<A>, objects: ReadonlyArray<unknown>) => {
      const sharing: WatchEvent.Sharing = { previous: () => undefined, latest: undefined }
      return objects.map((object) => Either.getOrThrow(WatchEvent.decodeObject(resource, object, sharing).object))
    }
    for (const form of [encoded, (object: JsonObject) => structuredClone(object)]) {
      const [one, other] = decodeAll(Resources.Pod, [form(pod("one")), form(pod("other"))])
      assert.strictEqual(other?.metadata.labels, one?.metadata.labels)
      assert.strictEqual(other?.metadata.annotations, one?.metadata.annotations)
      assert.strictEqual(other?.status, one?.status)
      assert.deepStrictEqual(other, Either.getOrThrow(Resources.Pod.decode(pod("other"))))
      // Of these, what is kept is equal.
      const Nameless = Resource.make({
        version: "v1",
        plural: "pods",
        kind: "Pod",
        schema: Schema.Struct({ metadata: Schema.Struct({}), status: Schema.Struct({ phase: Schema.String }) })
      })
      const [first, second] = decodeAll(Nameless, [form(pod("one")), form(pod("other"))])
      assert.deepStrictEqual(first, second)
      assert.notStrictEqual(first, second)
    }
  })

  it("decode: returns an object or a message for any bytes", () => {
    const changes = FastCheck.array(FastCheck.tuple(FastCheck.nat(), FastCheck.nat(255)), {
      minLength: 1,
      maxLength: 8
    })
    let refused = 0
    for (const [object, changed] of FastCheck.sample(FastCheck.tuple(objectOf(Resources.Pod), changes), 300)) {
      const body = Protobuf.encode(object) ?? Buffer.alloc(0)
      const truncated = body.subarray(0, body.length >> 1)
      assert.isTrue(Either.isLeft(Either.try(() => EncodedObject.open(truncated))))
      for (const [at, byte] of changed) body[at % body.length] = byte
      const opened = Either.try(() => EncodedObject.open(body))
      const decoded = Either.flatMap(opened, (object) => Resources.Pod.decode(object))
      refused += Either.isLeft(decoded) ? 1 : 0
    }
    assert.isAbove(refused, 30)
  })

  it("protobuf: a kind is read as JSON when its schema has a field that is not in the table", () => {
    const pod = <A, I>(spec: Schema.Schema<A, I>) =>
      Resource.make({
        version: "v1",
        plural: "pods",
        kind: "Pod",
        schema: Schema.Struct({ metadata: Resource.ObjectMeta, spec: Schema.typeSchema(spec) })
      }).protobuf()
    assert.isTrue(pod(Schema.Struct({ nodeName: Schema.String })))
    assert.isFalse(pod(Schema.Struct({ nodeName: Schema.String, containers: Schema.Array(Schema.Unknown) })))
    assert.isFalse(pod(Schema.Struct({ nodeName: Schema.Number })))
    assert.isFalse(pod(Schema.Unknown))
    assert.isFalse(Resource.raw(Resources.Pod).protobuf())
    assert.isTrue(Either.isLeft(Resource.raw(Resources.Pod).decode(encoded({ apiVersion: "v1", kind: "Pod" }))))
  })

  it("listOf: reads the items, the version and the token of a list", () => {
    const list = encoded({
      apiVersion: "v1",
      kind: "ConfigMapList",
      metadata: { resourceVersion: "7", continue: "next" },
      items: [{ metadata: { name: "a", namespace: "ns", uid: "u", resourceVersion: "5" }, data: { k: "v" } }]
    })
    const { items = [], next, resourceVersion } = WatchEvent.listOf(list) ?? {}
    assert.deepStrictEqual([resourceVersion, next], ["7", "next"])
    assert.deepStrictEqual(items.map((item) => WatchEvent.decodeObject(Resources.ConfigMap, item)), [{
      namespace: "ns",
      name: "a",
      uid: "u",
      resourceVersion: "5",
      object: Either.right({
        metadata: { name: "a", namespace: "ns", uid: "u", resourceVersion: "5" },
        data: { k: "v" }
      })
    }])
  })
})
