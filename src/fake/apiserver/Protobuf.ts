/**
 * Protobuf bodies, the default of typed Go clients: `kubectl create job`, `kubectl auth can-i`.
 *
 * Objects are kept as JSON: bodies are decoded to it, and responses of the kinds in k8s.io/api are encoded from it. A body is a
 * magic number and a `runtime.Unknown` (k8s.io/apimachinery pkg/runtime) with the type and bytes of the object.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { JsonObject, WatchLine } from "../../kubernetes/client/ApiRequest.js"
import { Malformed, Wire, wireType } from "../../kubernetes/protobuf/Wire.js"
import * as Json from "../Json.js"
import * as ProtobufMessage from "./ProtobufMessage.js"
import * as ProtobufWriter from "./ProtobufWriter.js"
import type { Type } from "./Reply.js"

/** @since 0.1.0 @category constants */
export const contentType = "application/vnd.kubernetes.protobuf"

/** @since 0.1.0 @category constants */
export const watchContentType = `${contentType};stream=watch`

/** Whether the first media type that a request accepts is protobuf. @since 0.1.0 @category guards */
export const isPreferred = (accept: string | undefined): boolean => accept?.trimStart().startsWith(contentType) === true

const kindsOf = (apiVersion: string, ...kinds: ReadonlyArray<string>) => kinds.map((kind) => `${apiVersion}/${kind}`)

const kinds: ReadonlySet<string> = new Set([
  ...kindsOf("v1", "ConfigMap", "Endpoints", "Event", "LimitRange", "Namespace", "Node"),
  ...kindsOf("v1", "PersistentVolume", "PersistentVolumeClaim", "Pod", "PodTemplate", "ReplicationController"),
  ...kindsOf("v1", "ResourceQuota", "Secret", "Service", "ServiceAccount", "Status"),
  ...kindsOf("apps/v1", "ControllerRevision", "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"),
  ...kindsOf("authentication.k8s.io/v1", "SelfSubjectReview", "TokenRequest", "TokenReview"),
  ...kindsOf("authorization.k8s.io/v1", "LocalSubjectAccessReview", "SelfSubjectAccessReview"),
  ...kindsOf("authorization.k8s.io/v1", "SelfSubjectRulesReview", "SubjectAccessReview"),
  ...kindsOf("autoscaling/v1", "Scale"),
  ...kindsOf("autoscaling/v2", "HorizontalPodAutoscaler"),
  ...kindsOf("batch/v1", "CronJob", "Job"),
  ...kindsOf("coordination.k8s.io/v1", "Lease"),
  ...kindsOf("discovery.k8s.io/v1", "EndpointSlice"),
  ...kindsOf("events.k8s.io/v1", "Event"),
  ...kindsOf("meta.k8s.io/v1", "PartialObjectMetadata"),
  ...kindsOf("networking.k8s.io/v1", "Ingress", "IngressClass", "NetworkPolicy"),
  ...kindsOf("node.k8s.io/v1", "RuntimeClass"),
  ...kindsOf("policy/v1", "Eviction", "PodDisruptionBudget"),
  ...kindsOf("rbac.authorization.k8s.io/v1", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"),
  ...kindsOf("scheduling.k8s.io/v1", "PriorityClass"),
  ...kindsOf("storage.k8s.io/v1", "CSIDriver", "CSINode", "StorageClass", "VolumeAttachment")
])

/**
 * Whether objects of the type have a message. DeleteOptions are those of any group, since a typed client sends them in the group of what
 * it deletes: k8s.io/apimachinery pkg/apis/meta/internalversion/register.go.
 *
 * @since 0.1.0
 * @category guards
 */
export const isKnown = ({ apiVersion, kind }: Type): boolean =>
  kind === "DeleteOptions" || kinds.has(`${apiVersion}/${kind}`)

/** The message of a kind: that of one of two kinds with one name has the name of its group before it. */
const messageOf = ({ apiVersion, kind }: Type): string => apiVersion === "events.k8s.io/v1" ? `Events${kind}` : kind

const magic = Buffer.from("k8s\0")

/** Decodes the object of a body; Left with a message for an invalid one. @since 0.1.0 @category constructors */
export const decode = (body: Uint8Array): Either.Either<JsonObject, string> =>
  Either.try({
    try: () => {
      const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
      if (!magic.equals(bytes.subarray(0, magic.length))) throw new Malformed("it does not begin with k8s")
      const { end, start, type } = readUnknown(new Wire(bytes, magic.length), bytes.length)
      if (!isKnown(type)) throw new Malformed(`this server reads ${type.kind} of ${type.apiVersion} as JSON only`)
      return { ...type, ...ProtobufMessage.read(bytes, start, end, messageOf(type)) }
    },
    catch: (cause) => cause instanceof Malformed ? cause.message : String(cause)
  })

const readUnknown = (wire: Wire, limit: number) => {
  let type: Type = { apiVersion: "", kind: "" }
  let start = limit
  let end = limit
  while (wire.at < limit) {
    const tag = wire.tag()
    if (tag === (1 << 3 | wireType.length)) {
      type = readType(wire, wire.end(limit))
    } else if (tag === (2 << 3 | wireType.length)) {
      end = wire.end(limit)
      start = wire.at
      wire.at = end
    } else {
      wire.skip(tag, limit)
    }
  }
  return { type, start, end }
}

const readType = (wire: Wire, limit: number): Type => {
  const texts = ["", "", ""]
  while (wire.at < limit) {
    const tag = wire.tag()
    if ((tag & 7) === wireType.length && tag >>> 3 < texts.length) {
      texts[tag >>> 3] = wire.text(wire.end(limit))
    } else {
      wire.skip(tag, limit)
    }
  }
  const [, apiVersion = "", kind = ""] = texts
  return { apiVersion, kind }
}

const typeOf = (object: JsonObject): Type => ({
  apiVersion: Json.text(object, "apiVersion") ?? "",
  kind: Json.text(object, "kind") ?? ""
})

const itemType = ({ apiVersion, kind }: Type): Type => ({ apiVersion, kind: kind.replace(/List$/, "") })

/** Encodes an object or a list as a body; undefined for a type without a message. @since 0.1.0 @category combinators */
export const encode = (object: JsonObject): Buffer | undefined => {
  const type = typeOf(object)
  const item = itemType(type)
  if (!isKnown(item)) return undefined
  const writer = ProtobufWriter.make()
  writer.message(1, () => {
    writer.text(1, type.apiVersion)
    writer.text(2, type.kind)
  })
  writer.message(2, () => {
    if (item.kind === type.kind) {
      ProtobufMessage.write(writer, object, messageOf(type))
    } else {
      const metadata = Json.object(object, "metadata")
      writer.message(1, () => ProtobufMessage.write(writer, metadata, "ListMeta"))
      for (const one of Json.objects(object, "items")) {
        writer.message(2, () => ProtobufMessage.write(writer, one, messageOf(item)))
      }
    }
  })
  writer.text(3, "")
  writer.text(4, "")
  return Buffer.concat([magic, writer.finish()])
}

/** A frame of a watch: the length in four bytes, and a WatchEvent with a body. @since 0.1.0 @category combinators */
export const encodeLine = ({ object, type }: WatchLine, body = encode(object) ?? Buffer.alloc(0)): Buffer => {
  const writer = ProtobufWriter.make()
  writer.text(1, type)
  writer.message(2, () => writer.bytes(1, body))
  const event = writer.finish()
  const length = Buffer.alloc(4)
  length.writeUInt32BE(event.length)
  return Buffer.concat([length, event])
}
