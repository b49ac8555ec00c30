/**
 * Validation of the strategy of a Build: openshift/openshift-apiserver
 * pkg/build/apis/build/validation/validation.go (February 2026).
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import * as BuildDefaults from "./BuildDefaults.js"
import { image, internal, origin, secretReference, startsUp, textOf, when } from "./BuildReferences.js"
import * as Names from "./Names.js"

const policies = ["None", "SkipLayers", "SkipLayersAndWarn"]

const jenkinsfileLimit = 100_000

const environment = (strategy: JsonObject, field: string): Status.FieldErrors =>
  Json.objects(strategy, "env").flatMap((entry, index) => {
    const name = textOf(entry, "name")
    const problems = Names.variable(name)
    const here = `${field}.env[${index}]`
    return [
      ...(name === ""
        ? [Status.required(`${here}.name`)]
        : when(problems.length > 0, Status.invalidValue(`${here}.name`, name, problems.join("; ")))),
      ...when(
        Json.at(entry, "valueFrom", "resourceFieldRef") !== undefined,
        Status.invalidValue(
          `${here}.valueFrom.ResourceFieldRef`,
          name,
          "ResourceFieldRef is not valid for valueFrom in build environment variables"
        )
      )
    ]
  })

const keysToPaths = (object: JsonObject): JsonObject => ({
  ...object,
  ...(Json.isList(object["items"])
    ? { items: Json.objects(object, "items").map((item) => internal(item, { key: "", path: "", mode: null })) }
    : {})
})

const volumeObject = (object: JsonObject, name: "secretName" | "name"): JsonObject =>
  internal(keysToPaths(object), { [name]: "", items: null, defaultMode: null, optional: null })

const volumeKinds: ReadonlyArray<readonly [key: string, type: string, name: string]> = [
  ["secret", "Secret", "secretName"],
  ["configMap", "ConfigMap", "name"],
  ["csi", "CSI", "driver"]
]

const volumeSource = (from: JsonObject, field: string): Status.FieldErrors =>
  volumeKinds.flatMap(([key, , nameKey]): Status.FieldErrors => {
    const object = from[key]
    if (!Json.isObject(object)) {
      return []
    }
    const name = textOf(object, nameKey)
    const here = `${field}.${key}.${nameKey}`
    if (name === "") {
      return [Status.required(here)]
    }
    if (key === "csi") {
      return [
        ...when(name.length > 63, Status.tooLong(here, 63)),
        ...Status.invalidValues(here, name, Names.dnsSubdomain(name.toLowerCase()))
      ]
    }
    const shown = volumeObject(object, key === "secret" ? "secretName" : "name")
    return Status.invalidValues(here, shown, Names.dnsSubdomain(name))
  })

const volume = (values: JsonObject, field: string): Status.FieldErrors => {
  const [name, from, mounts] = [textOf(values, "name"), Json.object(values, "source"), Json.objects(values, "mounts")]
  const type = textOf(from, "type")
  const found = volumeKinds.filter(([key]) => Json.isObject(from[key]))
  const [secret, configMap] = [from["secret"], from["configMap"]]
  const shown: JsonObject = {
    Type: type,
    Secret: Json.isObject(secret) ? volumeObject(secret, "secretName") : null,
    ConfigMap: Json.isObject(configMap) ? volumeObject(configMap, "name") : null,
    CSI: from["csi"] ?? null
  }
  return [
    ...(name === ""
      ? [Status.required(`${field}.name`)]
      : Status.invalidValues(`${field}.name`, name, Names.dnsLabel(name))),
    ...when(type === "", Status.required(`${field}.source.type`, "must not be blank")),
    ...volumeSource(from, `${field}.source`),
    ...when(found.length === 0, Status.invalidValue(`${field}.source`, shown, "must specify one volume source")),
    ...when(found.length > 1, Status.invalidValue(`${field}.source`, shown, "only one volume source is allowed")),
    ...when(
      found.length > 0 && found[0]?.[1] !== type,
      Status.invalidValue(`${field}.source.type`, type, "source type and specified type must match")
    ),
    ...when(mounts.length === 0, Status.required(`${field}.mounts`, "must supply at least one mount")),
    ...mounts.flatMap((mount, index): Status.FieldErrors => {
      const path = textOf(mount, "destinationPath")
      const wrong = (problem: string) => Status.invalidValue(`${field}.mounts[${index}].destinationPath`, path, problem)
      return path === ""
        // Upstream leaves out the index.
        ? [Status.required(`${field}.mounts.destinationPath`, "must not be blank")]
        : [
          ...when(path.includes(":"), wrong("must not contain ':'")),
          ...when(!path.startsWith("/"), wrong("must be an absolute path")),
          ...when(startsUp(path), wrong("must not start with '..'"))
        ]
    })
  ]
}

const volumes = (strategy: JsonObject, field: string): Status.FieldErrors =>
  Json.objects(strategy, "volumes").flatMap((one, index) => volume(one, `${field}.volumes[${index}]`))

const filePath = (strategy: JsonObject, key: string, field: string): Status.FieldErrors => {
  const path = textOf(strategy, key)
  const clean = BuildDefaults.cleanPath(path)
  return when(
    path !== "" && (clean.startsWith("/") || BuildDefaults.leaves(clean)),
    Status.invalidValue(`${field}.${key}`, path, `${key} must be a relative path within your source location`)
  )
}

const docker = (strategy: JsonObject, field: string): Status.FieldErrors => {
  const policy = strategy["imageOptimizationPolicy"]
  return [
    ...when(
      policy !== undefined && !policies.some((known) => known === policy),
      Status.invalidValue(
        `${field}.imageOptimizationPolicy`,
        policy,
        "must be unset, 'None', 'SkipLayers', or 'SkipLayersAndWarn'"
      )
    ),
    ...filePath(strategy, "dockerfilePath", field)
  ]
}

const jenkinsPipeline = (strategy: JsonObject, field: string): Status.FieldErrors =>
  textOf(strategy, "jenkinsfile") !== "" && textOf(strategy, "jenkinsfilePath") !== ""
    ? [Status.invalidValue(
      field,
      internal(strategy, { jenkinsfilePath: "", jenkinsfile: "", env: null }),
      "must provide a value for at most one of jenkinsfilePath, or jenkinsfile"
    )]
    : [
      ...when(
        new TextEncoder().encode(textOf(strategy, "jenkinsfile")).length > jenkinsfileLimit,
        Status.invalidValue(`${field}.jenkinsfile`, "", `must be smaller than ${jenkinsfileLimit} bytes`)
      ),
      ...filePath(strategy, "jenkinsfilePath", field)
    ]

/** @since 0.1.0 @category rules */
export const strategy = (set: JsonObject): Status.FieldErrors => {
  const [key, ...more] = Object.keys(BuildDefaults.strategies).filter((name) => set[name] !== undefined)
  if (key === undefined || more.length > 0) {
    return [Status.invalidValue(
      "spec.strategy",
      internal(set, Object.fromEntries(Object.keys(BuildDefaults.strategies).map((name) => [name, null]))),
      "must provide a value for exactly one of sourceStrategy, customStrategy, dockerStrategy, or jenkinsPipelineStrategy"
    )]
  }
  const [values, field] = [Json.object(set, key), `spec.strategy.${key}`]
  return [
    ...(Json.isObject(values["from"]) ? image(values["from"], `${field}.from`, origin) : []),
    ...secretReference(values, "pullSecret", field),
    ...(key === "dockerStrategy" ? docker(values, field) : []),
    ...(key === "jenkinsPipelineStrategy" ? jenkinsPipeline(values, field) : []),
    ...volumes(values, field),
    ...environment(values, field)
  ]
}
