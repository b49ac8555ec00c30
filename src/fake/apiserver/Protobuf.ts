/**
 * Decodes protobuf request bodies, the default of typed Go clients: `kubectl create namespace`, `kubectl auth can-i`.
 *
 * Only the messages that those clients send by default, by the generated.proto files beside k8s.io/api (v0.37) and
 * k8s.io/apimachinery pkg/runtime. They are decoded to the equivalent JSON; responses are JSON.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import * as Either from "effect/Either"
import type { Json, JsonObject } from "../../kubernetes/client/ApiRequest.js"

/** The type of a field on the wire. */
type Type = "text" | "bytes" | "integer" | "boolean" | "time" | "quantity" | Message | Many | Table

interface Message {
  readonly message: Readonly<Record<number, readonly [name: string, type: Type]>>
}

interface Many {
  readonly each: Type
}

interface Table {
  readonly values: Type
}

const message = (fields: Message["message"]): Message => ({ message: fields })

const texts: Many = { each: "text" }

const textMap: Table = { values: "text" }

const objectMeta = message({
  1: ["name", "text"],
  2: ["generateName", "text"],
  3: ["namespace", "text"],
  5: ["uid", "text"],
  6: ["resourceVersion", "text"],
  7: ["generation", "integer"],
  8: ["creationTimestamp", "time"],
  9: ["deletionTimestamp", "time"],
  10: ["deletionGracePeriodSeconds", "integer"],
  11: ["labels", textMap],
  12: ["annotations", textMap],
  13: ["ownerReferences", {
    each: message({
      1: ["kind", "text"],
      3: ["name", "text"],
      4: ["uid", "text"],
      5: ["apiVersion", "text"],
      6: ["controller", "boolean"],
      7: ["blockOwnerDeletion", "boolean"]
    })
  }],
  14: ["finalizers", texts]
})

const localReference = message({ 1: ["name", "text"] })

const kinds: Readonly<Record<string, Message>> = {
  "v1/Namespace": message({ 1: ["metadata", objectMeta], 2: ["spec", message({ 1: ["finalizers", texts] })] }),
  "v1/ConfigMap": message({
    1: ["metadata", objectMeta],
    2: ["data", textMap],
    3: ["binaryData", { values: "bytes" }],
    4: ["immutable", "boolean"]
  }),
  "v1/Secret": message({
    1: ["metadata", objectMeta],
    2: ["data", { values: "bytes" }],
    3: ["type", "text"],
    4: ["stringData", textMap],
    5: ["immutable", "boolean"]
  }),
  "v1/ServiceAccount": message({
    1: ["metadata", objectMeta],
    2: ["secrets", { each: message({ 1: ["kind", "text"], 2: ["namespace", "text"], 3: ["name", "text"] }) }],
    3: ["imagePullSecrets", { each: localReference }],
    4: ["automountServiceAccountToken", "boolean"]
  }),
  "v1/ResourceQuota": message({
    1: ["metadata", objectMeta],
    2: ["spec", message({ 1: ["hard", { values: "quantity" }], 2: ["scopes", texts] })]
  }),
  "v1/DeleteOptions": message({
    1: ["gracePeriodSeconds", "integer"],
    2: ["preconditions", message({ 1: ["uid", "text"], 2: ["resourceVersion", "text"] })],
    3: ["orphanDependents", "boolean"],
    4: ["propagationPolicy", "text"],
    5: ["dryRun", texts]
  }),
  "authentication.k8s.io/v1/SelfSubjectReview": message({ 1: ["metadata", objectMeta] }),
  "authentication.k8s.io/v1/TokenReview": message({
    1: ["metadata", objectMeta],
    2: ["spec", message({ 1: ["token", "text"], 2: ["audiences", texts] })]
  }),
  "authentication.k8s.io/v1/TokenRequest": message({
    1: ["metadata", objectMeta],
    2: [
      "spec",
      message({
        1: ["audiences", texts],
        3: [
          "boundObjectRef",
          message({ 1: ["kind", "text"], 2: ["apiVersion", "text"], 3: ["name", "text"], 4: ["uid", "text"] })
        ],
        4: ["expirationSeconds", "integer"]
      })
    ]
  }),
  "authorization.k8s.io/v1/SelfSubjectAccessReview": message({
    1: ["metadata", objectMeta],
    2: [
      "spec",
      message({
        1: [
          "resourceAttributes",
          message({
            1: ["namespace", "text"],
            2: ["verb", "text"],
            3: ["group", "text"],
            4: ["version", "text"],
            5: ["resource", "text"],
            6: ["subresource", "text"],
            7: ["name", "text"]
          })
        ],
        2: ["nonResourceAttributes", message({ 1: ["path", "text"], 2: ["verb", "text"] })]
      })
    ]
  }),
  "authorization.k8s.io/v1/SelfSubjectRulesReview": message({
    1: ["metadata", objectMeta],
    2: ["spec", message({ 1: ["namespace", "text"] })]
  })
}

/** @since 0.1.0 @category constants */
export const contentType = "application/vnd.kubernetes.protobuf"

class Malformed extends Error {}

/** A decoded field: a number, or the bytes of a string, a message or a map entry. */
type Value = bigint | Uint8Array

function* fieldsOf(bytes: Uint8Array): Generator<readonly [number: number, value: Value]> {
  let at = 0
  const varint = (): bigint => {
    for (let value = 0n, shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++]
      if (byte === undefined) break
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
    throw new Malformed("a number does not end")
  }
  const take = (length: number): Uint8Array => {
    if (at + length > bytes.length) throw new Malformed("a field is longer than the message")
    at += length
    return bytes.subarray(at - length, at)
  }
  while (at < bytes.length) {
    const tag = Number(varint())
    const wire = tag & 7
    if (wire !== 0 && wire !== 1 && wire !== 2 && wire !== 5) throw new Malformed(`wire type ${wire} is not supported`)
    yield [tag >>> 3, wire === 0 ? varint() : take(wire === 2 ? Number(varint()) : wire === 1 ? 8 : 4)]
  }
}

const bytesOf = (value: Value | undefined): Uint8Array => {
  if (typeof value === "bigint") throw new Malformed("unexpected number")
  return value ?? new Uint8Array()
}

const numberOf = (value: Value | undefined): number => {
  if (value instanceof Uint8Array) throw new Malformed("expected a number")
  return Number(BigInt.asIntN(64, value ?? 0n))
}

const textOf = (value: Value | undefined): string => Buffer.from(bytesOf(value)).toString("utf8")

const lookUp = (value: Value): ReadonlyMap<number, Value> => new Map(fieldsOf(bytesOf(value)))

const read = (value: Value, type: Exclude<Type, Many | Table>): Json => {
  switch (type) {
    case "text":
      return textOf(value)
    case "bytes":
      return Buffer.from(bytesOf(value)).toString("base64")
    case "integer":
      return numberOf(value)
    case "boolean":
      return numberOf(value) !== 0
    case "quantity":
      return textOf(lookUp(value).get(1))
    case "time": {
      const seconds = lookUp(value).get(1)
      return seconds === undefined
        ? ""
        : `${DateTime.formatIso(DateTime.unsafeMake(numberOf(seconds) * 1000)).slice(0, 19)}Z`
    }
    default:
      return readMessage(bytesOf(value), type)
  }
}

const single = (type: Type): Exclude<Type, Many | Table> => {
  if (typeof type === "object" && !("message" in type)) throw new Malformed("a list of lists")
  return type
}

const isEmpty = (json: Json): boolean =>
  json === "" || json === 0 || (typeof json === "object" && json !== null && Object.keys(json).length === 0)

function readMessage(bytes: Uint8Array, { message }: Message): JsonObject {
  const object: Record<string, Json> = {}
  for (const [number, value] of fieldsOf(bytes)) {
    const known = message[number]
    if (known === undefined) continue
    const [name, type] = known
    if (typeof type === "object" && "each" in type) {
      const before = object[name]
      object[name] = [...(Array.isArray(before) ? before : []), read(value, single(type.each))]
    } else if (typeof type === "object" && "values" in type) {
      const entry = lookUp(value)
      const before = object[name]
      object[name] = {
        ...(typeof before === "object" ? before : {}),
        [textOf(entry.get(1))]: read(entry.get(2) ?? new Uint8Array(), single(type.values))
      }
    } else {
      // Go writes zero values; they mean an absent field, as in JSON.
      const json = read(value, type)
      if (!isEmpty(json)) object[name] = json
    }
  }
  return object
}

const magic = Buffer.from("k8s\0")

/**
 * Decodes the object of a body; Left with a message for an invalid one. A body is a magic number and a `runtime.Unknown`
 * with the type and bytes of the object.
 *
 * @since 0.1.0
 * @category constructors
 */
export const decode = (body: Uint8Array): Either.Either<JsonObject, string> =>
  Either.try({
    try: () => {
      if (!magic.equals(body.subarray(0, magic.length))) throw new Malformed("it does not begin with k8s")
      const unknown = lookUp(body.subarray(magic.length))
      const type = lookUp(bytesOf(unknown.get(1)))
      const apiVersion = textOf(type.get(1))
      const kind = textOf(type.get(2))
      const known = kinds[`${apiVersion}/${kind}`]
      if (known === undefined) throw new Malformed(`this server reads ${kind} of ${apiVersion} as JSON only`)
      return { apiVersion, kind, ...readMessage(bytesOf(unknown.get(2)), known) }
    },
    catch: (cause) => cause instanceof Malformed ? cause.message : String(cause)
  })
