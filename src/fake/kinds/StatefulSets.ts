/**
 * StatefulSets, by k8s.io/kubernetes pkg/apis/apps (v1.37).
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import * as AppsColumns from "./AppsColumns.js"
import * as AppsFields from "./AppsFields.js"
import * as Kind from "./Kind.js"
import * as Names from "./Names.js"
import * as PersistentVolumeClaimRules from "./PersistentVolumeClaimRules.js"
import * as Workloads from "./Workloads.js"

const managementPolicies = ["OrderedReady", "Parallel"]

const management = (object: JsonObject): Status.FieldErrors => {
  const policy = Json.text(object, "spec", "podManagementPolicy")
  return policy === undefined || managementPolicies.includes(policy)
    ? []
    : [Status.invalidValue("spec.podManagementPolicy", policy, "must be 'OrderedReady' or 'Parallel'")]
}

/** The server shows its internal types. */
const shownRolling = (rolling: Json.Value | undefined): Json.Value =>
  rolling === undefined
    ? null
    : { Partition: Json.at(rolling, "partition") ?? 0, MaxUnavailable: Json.at(rolling, "maxUnavailable") ?? null }

const strategy = (object: JsonObject): Status.FieldErrors => {
  const here = "spec.updateStrategy"
  const type = Json.text(object, "spec", "updateStrategy", "type") ?? "RollingUpdate"
  const rolling = Json.at(object, "spec", "updateStrategy", "rollingUpdate")
  if (type === "OnDelete") {
    return rolling === undefined ? [] : [
      Status.invalidValue(
        `${here}.rollingUpdate`,
        shownRolling(rolling),
        "only allowed for updateStrategy 'RollingUpdate'"
      )
    ]
  }
  if (type !== "RollingUpdate") {
    const shown = { Type: type, RollingUpdate: shownRolling(rolling) }
    return [Status.invalidValue(here, shown, "must be 'RollingUpdate' or 'OnDelete'")]
  }
  const partition = Json.number(rolling, "partition") ?? 0
  const unavailable = Json.at(rolling, "maxUnavailable") ?? 1
  const field = `${here}.rollingUpdate.maxUnavailable`
  return [
    ...(partition < 0
      ? [Status.invalidValue(`${here}.rollingUpdate.partition`, partition, "must be greater than or equal to 0")]
      : []),
    ...Workloads.numberOrPercent(unavailable, field, Number.POSITIVE_INFINITY),
    ...(Workloads.isZero(unavailable) ? [Status.invalidValue(field, unavailable, "cannot be 0")] : []),
    ...Workloads.aboveAll(unavailable, field)
  ]
}

const retentionPolicies = ["Retain", "Delete"]

const retention = (object: JsonObject): Status.FieldErrors =>
  ["whenDeleted", "whenScaled"].flatMap((field) => {
    const policy = Json.text(object, "spec", "persistentVolumeClaimRetentionPolicy", field)
    return policy === undefined || retentionPolicies.includes(policy) ? [] : [
      Status.unsupportedValue(`spec.persistentVolumeClaimRetentionPolicy.${field}`, policy, retentionPolicies)
    ]
  })

const start = (object: JsonObject): Status.FieldErrors => {
  const first = Json.number(object, "spec", "ordinals", "start") ?? 0
  return first < 0
    ? [Status.invalidValue("spec.ordinals.start", first, "must be greater than or equal to 0")]
    : []
}

/** The template as it is validated: the controller sets the names of its pods, and adds a volume for each claim. */
const withClaims = (object: JsonObject): JsonObject =>
  Kind.inside(Json.object(object, "spec", "template"), "spec", (spec) => {
    const claims = Json.objects(object, "spec", "volumeClaimTemplates").map((claim) =>
      Json.text(claim, "metadata", "name") ?? ""
    )
    const others = Json.objects(spec, "volumes").filter((volume) => !claims.includes(Json.text(volume, "name") ?? ""))
    const added = claims.map((name) => ({ name, persistentVolumeClaim: { claimName: name } }))
    const named = Json.omit(spec, "hostname", "subdomain")
    return claims.length === 0 ? named : { ...named, volumes: [...added, ...others] }
  })

const rules = (object: JsonObject, created: Status.FieldErrors, named: Status.FieldErrors): Status.FieldErrors => [
  ...management(object),
  ...strategy(object),
  ...retention(object),
  ...created,
  ...Workloads.counts(object, "replicas", "minReadySeconds"),
  ...start(object),
  ...named,
  ...Workloads.rules(object, "StatefulSet", withClaims(object))
]

const claims = (object: JsonObject): Status.FieldErrors =>
  Json.objects(object, "spec", "volumeClaimTemplates").flatMap((claim, index) =>
    PersistentVolumeClaimRules.spec(Json.object(claim, "spec"), `spec.volumeClaimTemplates[${index}].spec`)
  )

const serviceName = (object: JsonObject): Status.FieldErrors => {
  const name = Json.text(object, "spec", "serviceName") ?? ""
  return name === "" ? [] : Status.invalidValues("spec.serviceName", name, Names.dnsLabel(name))
}

const fixed = ["selector", "volumeClaimTemplates", "serviceName", "podManagementPolicy"]

const statusFields = ["replicas", "readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas"]

/** No number of pods of a sort is greater than that of all. */
const within = (object: JsonObject): Status.FieldErrors => {
  const count = (field: string) => Json.number(object, "status", field) ?? 0
  const more = (field: string, than: string) =>
    count(field) > count(than)
      ? [Status.invalidValue(`status.${field}`, count(field), `cannot be greater than status.${than}`)]
      : []
  return [
    ...statusFields.slice(1).flatMap((field) => more(field, "replicas")),
    ...more("availableReplicas", "readyReplicas")
  ]
}

const withDefaults = (spec: JsonObject): JsonObject => {
  const filled = Workloads.fillTemplate(Kind.defaults(spec, {
    replicas: 1,
    serviceName: "",
    podManagementPolicy: "OrderedReady",
    updateStrategy: {},
    revisionHistoryLimit: 10,
    persistentVolumeClaimRetentionPolicy: {}
  }))
  const retained = Kind.inside(
    filled,
    "persistentVolumeClaimRetentionPolicy",
    (policy) => Kind.defaults(policy, { whenDeleted: "Retain", whenScaled: "Retain" })
  )
  const claimed = Kind.insideEach(retained, "volumeClaimTemplates", (claim) =>
    Kind.inside(
      Kind.inside(
        { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: {}, spec: {}, status: {}, ...claim },
        "spec",
        PersistentVolumeClaimRules.fill
      ),
      "status",
      (status) => Kind.defaults(status, { phase: "Pending" })
    ))
  const numbered = Kind.inside(claimed, "ordinals", (ordinals) => Kind.defaults(ordinals, { start: 0 }))
  return Kind.inside(numbered, "updateStrategy", (given) => {
    const type = Json.text(given, "type") ?? ""
    const typed = type === "" ? { rollingUpdate: {}, ...given, type: "RollingUpdate" } : given
    return typed["type"] === "RollingUpdate"
      ? Kind.inside(typed, "rollingUpdate", (rolling) => Kind.defaults(rolling, { partition: 0, maxUnavailable: 1 }))
      : typed
  })
}

/** @since 0.1.0 @category kinds */
export const statefulSet = Kind.make({
  ...Workloads.apps,
  plural: "statefulsets",
  kind: "StatefulSet",
  name: Names.dnsLabel,
  shortNames: ["sts"],
  scale: Workloads.scale,
  fields: AppsFields.statefulSet,
  columns: AppsColumns.statefulSet,
  zero: { spec: { serviceName: "" } },
  fill: (object) => Kind.inside(object, "spec", withDefaults),
  prepare: (object) => ({ ...object, status: { replicas: 0, availableReplicas: 0 } }),
  validateNew: (object) => rules(object, claims(object), serviceName(object)),
  validateUpdate: (next, previous) => [
    ...rules(next, [], []),
    ...fixed.filter((field) => !Json.equal(Json.at(next, "spec", field), Json.at(previous, "spec", field))).map(
      (field) => Status.invalidValue(`spec.${field}`, Json.at(next, "spec", field), "field is immutable")
    )
  ],
  validateStatus: (next, previous) =>
    Workloads.statusCounts(next, previous, [...statusFields, "observedGeneration"], within(next))
})
