/**
 * Validation of pods: the rules of k8s.io/kubernetes pkg/apis/core/validation (v1.37) that apply to generated pods.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import * as Names from "./Names.js"
import * as PortRules from "./PortRules.js"
import * as ProbeRules from "./ProbeRules.js"
import * as RestartRules from "./RestartRules.js"
import * as SpreadRules from "./SpreadRules.js"
import * as TolerationRules from "./TolerationRules.js"

const invalidNames = (field: string, name: string | undefined, rule: Names.Rule): Status.FieldErrors =>
  name === undefined || name === ""
    ? [Status.required(field)]
    : Status.invalidValues(field, name, rule(name))

const duplicates = (values: ReadonlyArray<string>, field: (index: number) => string): Status.FieldErrors =>
  values.flatMap((value, index) => values.indexOf(value) < index ? [Status.duplicate(field(index), value)] : [])

/** @since 0.1.0 @category rules */
export const labels = (object: JsonObject, field: string): Status.FieldErrors =>
  Object.entries(Json.record(object, "labels")).flatMap(([key, value]) => [
    ...Status.invalidValues(`${field}.labels`, key, Names.labelKey(key)),
    ...Status.invalidValues(`${field}.labels`, value, Names.labelValue(value))
  ])

const pullPolicies = ["Always", "IfNotPresent", "Never"]

const container = (values: JsonObject, field: string, volumes: ReadonlyArray<string>): Status.FieldErrors => {
  const policy = Json.text(values, "imagePullPolicy")
  const mounts = Json.objects(values, "volumeMounts")
  const requests = Json.object(values, "resources", "requests")
  const limits = Json.object(values, "resources", "limits")
  return [
    ...invalidNames(`${field}.name`, Json.text(values, "name"), Names.dnsLabel),
    ...((Json.text(values, "image") ?? "").trim() === "" ? [Status.required(`${field}.image`)] : []),
    ...PortRules.container(values, field),
    ...(policy !== undefined && !pullPolicies.includes(policy)
      ? [Status.unsupportedValue(`${field}.imagePullPolicy`, policy, pullPolicies)]
      : []),
    ...Json.objects(values, "env").flatMap((entry, index) =>
      Json.text(entry, "name") === undefined ? [Status.required(`${field}.env[${index}].name`)] : []
    ),
    ...mounts.flatMap((mount, index): Status.FieldErrors => {
      const name = Json.text(mount, "name")
      return [
        ...(name === undefined
          ? [Status.required(`${field}.volumeMounts[${index}].name`)]
          : volumes.includes(name)
          ? []
          : [{ type: "NotFound" as const, field: `${field}.volumeMounts[${index}].name`, value: name }]),
        ...(Json.text(mount, "mountPath") === undefined
          ? [Status.required(`${field}.volumeMounts[${index}].mountPath`)]
          : [])
      ]
    }),
    ...duplicates(
      mounts.map((mount) => Json.text(mount, "mountPath") ?? ""),
      (index) => `${field}.volumeMounts[${index}].mountPath`
    ).map((error) => ({ ...error, type: "Invalid" as const, detail: "must be unique" })),
    ...Object.entries(requests).flatMap(([name, value]) =>
      limits[name] !== undefined && quantity(value) > quantity(limits[name])
        ? [Status.invalidValue(
          `${field}.resources.requests`,
          String(value),
          `must be less than or equal to ${name} limit of ${String(limits[name])}`
        )]
        : []
    )
  ]
}

const suffixes: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60
}

/** The numeric value of a quantity such as `500m` or `2Gi`. @since 0.1.0 @category getters  */
export const quantity = (value: unknown): number => {
  const match = /^([+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)([a-zA-Z]*)$/.exec(String(value))
  return match === null ? Number.NaN : Number(match[1]) * (suffixes[match[2] ?? ""] ?? Number.NaN)
}

const inEphemeral = "cannot be set for an Ephemeral Container"

const notEphemeral = [
  ...["ports", "resources", "resizePolicy", "restartPolicy", "restartPolicyRules"],
  ...["livenessProbe", "readinessProbe", "startupProbe", "lifecycle"]
]

/** Every container has resources, which may be none. */
const isSet = (container: JsonObject, key: string): boolean =>
  key === "resources" ? Object.keys(Json.object(container, key)).length > 0 : container[key] !== undefined

const namesOf = (containers: ReadonlyArray<JsonObject>): ReadonlyArray<string> =>
  containers.map((one) => Json.text(one, "name") ?? "")

/** The rules of containers that are added to a running pod, given the names of the others. */
const ephemeral = (
  containers: ReadonlyArray<JsonObject>,
  others: ReadonlyArray<string>,
  field: string,
  volumes: ReadonlyArray<string>
): Status.FieldErrors =>
  containers.flatMap((one, index) => {
    const here = `${field}[${index}]`
    const [name = "", target = ""] = [Json.text(one, "name"), Json.text(one, "targetContainerName")]
    return [
      ...container(one, here, volumes),
      ...([...others, ...namesOf(containers.slice(0, index))].includes(name)
        ? [Status.duplicate(`${here}.name`, name)]
        : []),
      ...(target === "" || others.includes(target)
        ? []
        : [{ type: "NotFound" as const, field: `${here}.targetContainerName`, value: target }]),
      ...notEphemeral.flatMap((key) => isSet(one, key) ? [Status.forbiddenField(`${here}.${key}`, inEphemeral)] : []),
      ...Json.objects(one, "volumeMounts").flatMap((mount, at) =>
        ["subPath", "subPathExpr"].flatMap((key) =>
          mount[key] === undefined
            ? []
            : [Status.forbiddenField(`${here}.volumeMounts[${at}].${key}`, inEphemeral)]
        )
      )
    ]
  })

const volumeNames = (spec: JsonObject): ReadonlyArray<string> =>
  Json.objects(spec, "volumes").map((volume) => Json.text(volume, "name") ?? "")

const volumes = (spec: JsonObject, field: string): Status.FieldErrors => [
  ...Json.objects(spec, "volumes").flatMap((volume, index): Status.FieldErrors => {
    const here = `${field}.volumes[${index}]`
    const sources = Object.keys(volume).filter((key) => key !== "name")
    return [
      ...invalidNames(`${here}.name`, Json.text(volume, "name"), Names.dnsLabel),
      ...sources.slice(1).map((source) =>
        Status.forbiddenField(`${here}.${source}`, "may not specify more than 1 volume type")
      ),
      ...(volume["secret"] !== undefined && (Json.text(volume, "secret", "secretName") ?? "") === ""
        ? [Status.required(`${here}.secret.secretName`)]
        : []),
      ...(volume["configMap"] !== undefined && (Json.text(volume, "configMap", "name") ?? "") === ""
        ? [Status.required(`${here}.configMap.name`)]
        : [])
    ]
  }),
  ...duplicates(volumeNames(spec), (index) => `${field}.volumes[${index}].name`)
]

const antiAffinity = (spec: JsonObject, field: string): Status.FieldErrors =>
  ["podAffinity", "podAntiAffinity"].flatMap((affinity) =>
    Json.objects(spec, "affinity", affinity, "requiredDuringSchedulingIgnoredDuringExecution").flatMap((term, index) =>
      (Json.text(term, "topologyKey") ?? "") === ""
        ? [Status.required(
          `${field}.affinity.${affinity}.requiredDuringSchedulingIgnoredDuringExecution[${index}].topologyKey`,
          "can not be empty"
        )]
        : []
    )
  )

const dnsPolicies = ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"]

const restartPolicies = ["Always", "OnFailure", "Never"]

/** @since 0.1.0 @category rules */
export const podSpec = (spec: JsonObject, field: string): Status.FieldErrors => {
  const names = volumeNames(spec)
  const init = Json.objects(spec, "initContainers")
  const main = Json.objects(spec, "containers")
  const policy = Json.text(spec, "restartPolicy") ?? "Always"
  const dns = Json.text(spec, "dnsPolicy") ?? "ClusterFirst"
  const grace = Json.number(spec, "terminationGracePeriodSeconds") ?? 30
  const deadline = Json.number(spec, "activeDeadlineSeconds")
  return [
    ...volumes(spec, field),
    ...(main.length === 0 ? [Status.required(`${field}.containers`)] : []),
    ...main.flatMap((one, index) => {
      const here = `${field}.containers[${index}]`
      return [
        ...container(one, here, names),
        ...ProbeRules.container(one, here, grace),
        ...RestartRules.container(one, here)
      ]
    }),
    ...PortRules.hostPorts(main, `${field}.containers`),
    ...init.flatMap((one, index) => {
      const here = `${field}.initContainers[${index}]`
      return [
        ...container(one, here, names),
        ...(one["restartPolicy"] === "Always" ? ProbeRules.container(one, here, grace) : []),
        ...RestartRules.container(one, here),
        ...RestartRules.init(one, here)
      ]
    }),
    ...duplicates(
      [...main, ...init].map((one) => Json.text(one, "name") ?? ""),
      (index) =>
        index < main.length
          ? `${field}.containers[${index}].name`
          : `${field}.initContainers[${index - main.length}].name`
    ),
    ...ephemeral(
      Json.objects(spec, "ephemeralContainers"),
      namesOf([...main, ...init]),
      `${field}.ephemeralContainers`,
      names
    ),
    ...(restartPolicies.includes(policy)
      ? []
      : [Status.unsupportedValue(`${field}.restartPolicy`, policy, restartPolicies)]),
    ...(dnsPolicies.includes(dns) ? [] : [Status.unsupportedValue(`${field}.dnsPolicy`, dns, dnsPolicies)]),
    ...antiAffinity(spec, field),
    ...SpreadRules.constraints(spec, field),
    ...(deadline !== undefined && deadline < 1
      ? [Status.invalidValue(`${field}.activeDeadlineSeconds`, deadline, "must be between 1 and 2147483647, inclusive")]
      : []),
    ...TolerationRules.tolerations(spec, field),
    // A server takes them, and its scheduler waits for them.
    ...(Json.list(spec, "resourceClaims").length === 0 ? [] : [
      Status.forbiddenField(`${field}.resourceClaims`, "the fake has no ResourceClaims; leave the field out")
    ])
  ]
}

/** The rules of a pod template. @since 0.1.0 @category rules  */
export const template = (given: JsonObject, field: string): Status.FieldErrors => [
  ...labels(Json.object(given, "metadata"), field),
  ...podSpec(Json.object(given, "spec"), `${field}.spec`),
  ...(Json.list(given, "spec", "ephemeralContainers").length === 0
    ? []
    : [Status.forbiddenField(`${field}.spec.ephemeralContainers`, "ephemeral containers not allowed in pod template")])
]

const mutable = ["activeDeadlineSeconds", "tolerations", "schedulingGates"]

const withoutImages = (spec: JsonObject): JsonObject =>
  ["containers", "initContainers"].reduce(
    (object, key) => Json.set(object, [key], Json.objects(spec, key).map((one) => Json.omit(one, "image"))),
    Json.omit(spec, ...mutable)
  )

const pod = (pod: JsonObject): Status.FieldErrors => podSpec(Json.object(pod, "spec"), "spec")

/** The rules of a new pod. @since 0.1.0 @category rules  */
export const podCreate = (made: JsonObject): Status.FieldErrors => [
  ...pod(made),
  ...(Json.list(made, "spec", "ephemeralContainers").length === 0
    ? []
    : [Status.forbiddenField("spec.ephemeralContainers", "cannot be set on create")])
]

/** Ephemeral containers are added, and stay as they are. @since 0.1.0 @category rules  */
export const ephemeralUpdate = (next: JsonObject, previous: JsonObject): Status.FieldErrors => [
  ...pod(next),
  ...Json.objects(previous, "spec", "ephemeralContainers").flatMap((before) => {
    const name = Json.text(before, "name") ?? ""
    const now = Json.objects(next, "spec", "ephemeralContainers").findLast((one) => one["name"] === name)
    return Json.equal(now, before) ? [] : [Status.forbiddenField(
      "spec.ephemeralContainers",
      // A server adds the difference of its internal types.
      `existing ephemeral containers ${JSON.stringify(name)} may not be ${now === undefined ? "removed" : "changed"}\n`
    )]
  })
]

/** Only few fields of an existing pod may change. @since 0.1.0 @category rules  */
export const podUpdate = (next: JsonObject, previous: JsonObject): Status.FieldErrors => [
  ...pod(next),
  ...changes(next, previous)
]

const changes = (next: JsonObject, previous: JsonObject): Status.FieldErrors => {
  const changed = ["containers", "initContainers"].filter((field) =>
    Json.list(next, "spec", field).length !== Json.list(previous, "spec", field).length
  )
  if (changed.length > 0) {
    return changed.map((field) =>
      Status.forbiddenField(`spec.${field}`, "pod updates may not add or remove containers")
    )
  }
  const [deadline, before] = [next, previous].map((pod) => Json.number(pod, "spec", "activeDeadlineSeconds"))
  const refused = (why: string) => Status.invalidValue("spec.activeDeadlineSeconds", deadline, why)
  return deadline !== undefined && deadline < 0
    ? [refused("must be between 0 and 2147483647, inclusive")]
    : deadline !== undefined && before !== undefined && deadline > before
    ? [refused("must be less than or equal to previous value")]
    : [
      ...(deadline === undefined && before !== undefined
        ? [refused("must not update from a positive integer to nil value")]
        : []),
      ...TolerationRules.update(next, previous),
      ...fixedFields(next, previous)
    ]
}

const fixedFields = (next: JsonObject, previous: JsonObject): Status.FieldErrors =>
  Json.equal(withoutImages(Json.object(next, "spec")), withoutImages(Json.object(previous, "spec")))
    ? []
    : [Status.forbiddenField(
      "spec",
      "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
        + "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
        + "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)"
    )]
