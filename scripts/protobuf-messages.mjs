/**
 * Writes src/fake/apiserver/ProtobufMessages.ts and ProtobufGroups.ts from generated.proto (numbers and types) and types.go (names in JSON, pointers,
 * `omitempty`) of k8s.io/api and k8s.io/apimachinery: `node scripts/protobuf-messages.mjs`, after
 * `go mod download k8s.io/api@v0.37.1 k8s.io/apimachinery@v0.37.1`.
 */
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { fileURLToPath } from "node:url"

/** That of the control plane, test/control-plane/go.mod. */
export const version = "v0.37.1"

const api = "k8s.io.api"
const core = `${api}.core.v1`
const meta = "k8s.io.apimachinery.pkg.apis.meta.v1"

const packages = {
  ...Object.fromEntries(
    [
      "apps/v1",
      "authentication/v1",
      "authorization/v1",
      "autoscaling/v1",
      "autoscaling/v2",
      "batch/v1",
      "coordination/v1",
      "core/v1",
      "discovery/v1",
      "events/v1",
      "networking/v1",
      "node/v1",
      "policy/v1",
      "rbac/v1",
      "scheduling/v1",
      "scheduling/v1alpha3",
      "storage/v1"
    ].map((group) => [`${api}.${group.replace("/", ".")}`, `api/${group}`])
  ),
  [meta]: "apimachinery/pkg/apis/meta/v1",
  "k8s.io.apimachinery.pkg.api.resource": "apimachinery/pkg/api/resource",
  "k8s.io.apimachinery.pkg.util.intstr": "apimachinery/pkg/util/intstr"
}

const named = (name, ...kinds) => kinds.map((kind) => `${name}.${kind}`)

/** The kinds of the fake, and what requests and responses consist of beside them. */
const roots = [
  ...named(core, "ConfigMap", "Endpoints", "Event", "Namespace", "Node", "PersistentVolumeClaim", "Pod"),
  ...named(core, "ReplicationController", "ResourceQuota", "Secret", "Service", "ServiceAccount"),
  ...named(`${api}.batch.v1`, "CronJob", "Job"),
  ...named(meta, "DeleteOptions", "ListMeta", "PartialObjectMetadata", "Status")
]

const otherRoots = [
  ...named(core, "LimitRange", "PersistentVolume", "PodTemplate"),
  ...named(`${api}.apps.v1`, "ControllerRevision", "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"),
  ...named(`${api}.authentication.v1`, "SelfSubjectReview", "TokenRequest", "TokenReview"),
  ...named(`${api}.authorization.v1`, "SelfSubjectAccessReview", "SelfSubjectRulesReview", "SubjectAccessReview"),
  ...named(`${api}.authorization.v1`, "LocalSubjectAccessReview"),
  ...named(`${api}.autoscaling.v1`, "Scale"),
  ...named(`${api}.autoscaling.v2`, "HorizontalPodAutoscaler"),
  ...named(`${api}.coordination.v1`, "Lease"),
  ...named(`${api}.discovery.v1`, "EndpointSlice"),
  ...named(`${api}.events.v1`, "Event"),
  ...named(`${api}.networking.v1`, "Ingress", "IngressClass", "NetworkPolicy"),
  ...named(`${api}.node.v1`, "RuntimeClass"),
  ...named(`${api}.policy.v1`, "Eviction", "PodDisruptionBudget"),
  ...named(`${api}.rbac.v1`, "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"),
  ...named(`${api}.scheduling.v1`, "PriorityClass"),
  ...named(`${api}.storage.v1`, "CSIDriver", "CSINode", "StorageClass", "VolumeAttachment")
]

const scalars = { string: "s", int32: "i", int64: "i", bool: "b", bytes: "B" }

/** Messages with a form of their own in JSON. */
const special = new Set(["Time", "MicroTime", "Quantity", "IntOrString", "FieldsV1", "RawExtension"])

const shortName = (name) => name.slice(name.lastIndexOf(".") + 1)

/** Messages of two packages with one name: one of them has the name of its group before it. */
const twofold = {
  "k8s.io.api.discovery.v1.EndpointPort": "DiscoveryEndpointPort",
  "k8s.io.api.events.v1.Event": "EventsEvent",
  "k8s.io.api.events.v1.EventSeries": "EventsEventSeries",
  "k8s.io.api.storage.v1.TokenRequest": "StorageTokenRequest"
}

const nameOf = (full) => twofold[full] ?? shortName(full)

const readMessages = (name, folder) => {
  const proto = fs.readFileSync(path.join(folder, "generated.proto"), "utf8")
  const field = /^\s+(?:optional|repeated|map<string, ([.\w]+)>) ?([.\w]+)? (\w+) = (\d+);/gm
  return Array.from(proto.matchAll(/^message (\w+) \{\n([^]*?)^\}/gm), ([, message, body]) => [
    `${name}.${message}`,
    Array.from(body.matchAll(field), ([line, ofMap, type, name, number]) => ({
      label: ofMap === undefined ? line.trim().split(" ")[0] : "map",
      type: ofMap ?? type,
      name,
      number: Number(number)
    }))
  ])
}

const readStructs = (name, folder) => {
  const source = fs.readdirSync(folder).filter((file) => file.endsWith(".go") && !file.endsWith("_test.go"))
    .map((file) => fs.readFileSync(path.join(folder, file), "utf8")).join("\n")
  const field = /^\t(?:\w+\s+)?(\S+)\s+`json:"([^"]*)" (?:\w+:"[^"]*" )*protobuf:"\w+,(\d+),/gm
  return Array.from(source.matchAll(/^type (\w+) struct \{\n([^]*?)^\}/gm), ([, struct, body]) => [
    `${name}.${struct}`,
    new Map(Array.from(body.matchAll(field), ([, type, json, number]) => {
      const [name, ...options] = json.split(",")
      return [Number(number), { pointer: type.startsWith("*"), json: name, options }]
    }))
  ])
}

const markOf = ({ label }, { json, options, pointer }, isScalar) =>
  label === "repeated"
    ? "*"
    : label === "map"
    ? "%"
    : json === ""
    ? "~"
    : pointer
    ? "?"
    : options.includes(isScalar ? "omitempty" : "omitzero")
    ? ""
    : "!"

/** The messages that the kinds consist of, by their full names, in the notation of src/kubernetes/protobuf/MessageTable.ts. */
const readTable = (modules) => {
  const folders = Object.entries(packages).map(([name, folder]) => {
    const [module, ...rest] = folder.split("/")
    return [name, path.join(modules, `k8s.io/${module}@${version}`, ...rest)]
  })
  const messages = new Map(folders.flatMap(([name, folder]) => readMessages(name, folder)))
  const structs = new Map(folders.flatMap(([name, folder]) => readStructs(name, folder)))
  const names = new Map()
  const found = new Map()
  const visit = (full) => {
    if (found.has(full)) return
    const name = nameOf(full)
    if (names.has(name)) throw new Error(`${full} and ${names.get(name)} have one name`)
    names.set(name, full)
    const fields = []
    found.set(full, fields)
    for (const field of messages.get(full) ?? []) {
      const goField = structs.get(full)?.get(field.number)
      if (goField === undefined) throw new Error(`${full}.${field.name} is not in the source`)
      const scalar = scalars[field.type]
      const type = field.type.startsWith(".")
        ? field.type.slice(1)
        : field.type.includes(".")
        ? field.type
        : `${full.slice(0, full.lastIndexOf("."))}.${field.type}`
      // A named list of strings is a message here, and a list in JSON.
      const texts = scalar === undefined && messages.get(type)?.[0]?.name === "items" && !structs.has(type)
      if (scalar === undefined && !texts && !special.has(shortName(type))) visit(type)
      fields.push(
        `${goField.json === "" ? field.name : goField.json}=${field.number}`
          + `${markOf(field, goField, scalar !== undefined)}${scalar ?? (texts ? "Texts" : nameOf(type))}`
      )
    }
  }
  roots.forEach(visit)
  const first = new Set(found.keys())
  otherRoots.forEach(visit)
  return { found, first }
}

const format = (messages) =>
  messages.map(([full, fields]) => [nameOf(full), fields]).sort(([a], [b]) => a < b ? -1 : 1).map(([name, fields]) => {
    let text = `${name}:`
    let length = text.length
    for (const field of fields) {
      const fits = length + field.length < 120
      text += fits ? ` ${field}` : `\n  ${field}`
      length = fits ? length + field.length + 1 : field.length + 2
    }
    return text
  }).join("\n")

const render = (what, table) =>
  `/**
 * ${what}, whole, in the notation of MessageTable. Written by
 * scripts/protobuf-messages.mjs from k8s.io/api and k8s.io/apimachinery ${version}.
 *
 * @since 0.1.0
 */

/** @since 0.1.0 @category constants */
export const text = \`
${table}
\`
`

/** The content of each file, from Go's module cache. */
export const files = (modules) => {
  const { first, found } = readTable(modules)
  const all = Array.from(found)
  return {
    "src/fake/apiserver/ProtobufMessages.ts": render(
      "The messages of the kinds of the core group and of batch",
      format(all.filter(([full]) => first.has(full)))
    ),
    "src/fake/apiserver/ProtobufGroups.ts": render(
      "The messages of the kinds of the other groups",
      format(all.filter(([full]) => !first.has(full)))
    )
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const modules = execFileSync("go", ["env", "GOMODCACHE"], { encoding: "utf8" }).trim()
  for (const [file, content] of Object.entries(files(modules))) fs.writeFileSync(file, content)
}
