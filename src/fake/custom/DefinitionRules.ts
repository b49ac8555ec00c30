/**
 * The rules of CustomResourceDefinitions, as in k8s.io/apiextensions-apiserver pkg/apis/apiextensions/validation (v0.37).
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Status from "../apiserver/Status.js"
import * as Conditions from "../controllers/Conditions.js"
import * as Json from "../Json.js"
import * as Names from "../kinds/Names.js"
import * as JsonPath from "./JsonPath.js"
import * as JsonSchema from "./JsonSchema.js"
import * as SchemaRules from "./SchemaRules.js"

const label = (field: string, value: string | undefined, prefix = ""): Status.FieldErrors => {
  const problems = value === undefined || value === ""
    ? []
    : Names.dns1035Label(prefix === "" ? value : value.toLowerCase())
  return problems.length === 0 ? [] : [Status.invalidValue(field, value, `${prefix}${problems.join(",")}`)]
}

const mixedCase = "may have mixed case, but should otherwise match: "

const nameRules = (names: JsonObject, path: string): Status.FieldErrors => {
  const text = (name: string) => Json.text(names, name)
  const [kind, listKind] = [text("kind"), text("listKind")]
  const labels = (name: string) =>
    Json.texts(names, name).flatMap((one, index) => label(`${path}.${name}[${index}]`, one))
  return [
    ...label(`${path}.plural`, text("plural")),
    ...label(`${path}.singular`, text("singular")),
    ...label(`${path}.kind`, kind, mixedCase),
    ...label(`${path}.listKind`, listKind, mixedCase),
    ...labels("shortNames"),
    ...(kind !== undefined && kind === listKind
      ? [Status.invalidValue(`${path}.listKind`, listKind, "kind and listKind may not be the same")]
      : []),
    ...labels("categories")
  ]
}

const groupRules = (group: string): Status.FieldErrors => {
  const problems = Names.dnsSubdomain(group)
  return group === ""
    ? [Status.required("spec.group")]
    : problems.length > 0
    ? [Status.invalidValue("spec.group", group, problems.join(","))]
    : group.includes(".")
    ? []
    : [Status.invalidValue("spec.group", group, "should be a domain with at least one dot")]
}

const simplePath = (field: string, path: string): Status.FieldErrors =>
  path.startsWith(".") ? [] : [Status.invalidValue(field, path, "must be a simple json path starting with .")]

const scalePath = (
  scale: Json.Value,
  path: string,
  name: string,
  ...roots: ReadonlyArray<string>
): Status.FieldErrors => {
  const value = Json.text(scale, name) ?? ""
  const field = `${path}.scale.${name}`
  const wrong = simplePath(field, value)
  const isOptional = name === "labelSelectorPath"
  return value === ""
    ? isOptional ? [] : [Status.required(field)]
    : wrong.length > 0 || roots.some((root) => value.startsWith(`.${root}.`))
    ? wrong
    : [Status.invalidValue(
      field,
      value,
      `should be a json path under ${isOptional ? "either " : ""}${roots.map((root) => `.${root}`).join(" or ")}`
    )]
}

const columnTypes = ["boolean", "date", "integer", "number", "string"]

const columnFormats = ["byte", "date", "date-time", "double", "float", "int32", "int64", "password"]

const columnRules = (column: JsonObject, path: string): Status.FieldErrors => {
  const text = (name: string) => Json.text(column, name) ?? ""
  const known = `must be one of ${columnTypes.join(",")}`
  return [
    ...(text("name") === "" ? [Status.required(`${path}.name`)] : []),
    ...(text("type") === ""
      ? [Status.required(`${path}.type`, known)]
      : columnTypes.includes(text("type"))
      ? []
      : [Status.invalidValue(`${path}.type`, text("type"), known)]),
    ...(text("format") === "" || columnFormats.includes(text("format"))
      ? []
      : [Status.invalidValue(`${path}.format`, text("format"), `must be one of ${columnFormats.join(",")}`)]),
    ...(text("jsonPath") === ""
      ? [Status.required(`${path}.JSONPath`)]
      : simplePath(`${path}.JSONPath`, text("jsonPath"))),
    ...(JsonPath.parse(text("jsonPath")) === undefined
      ? [Status.invalidValue(
        `${path}.jsonPath`,
        text("jsonPath"),
        "the fake cluster has only names, indexes and filters such as [?(@.type==\"Ready\")]"
      )]
      : [])
  ]
}

const selectableRules = (version: JsonObject, path: string): Status.FieldErrors => {
  const schema = Json.object(version, "schema", "openAPIV3Schema")
  return Json.objects(version, "selectableFields").flatMap((one, index) => {
    const field = `${path}.selectableFields[${index}].jsonPath`
    const value = Json.text(one, "jsonPath") ?? ""
    const of = value.replace(/^\./, "").split(".").reduce<JsonSchema.Schema | undefined>(JsonSchema.property, schema)
    return value === ""
      ? [Status.required(field)]
      : of === undefined
      ? [Status.invalidValue(field, value, "is an invalid path: does not refer to a valid field")]
      : value.startsWith(".metadata")
      ? [Status.invalidValue(field, value, "must not point to fields in metadata")]
      : ["string", "boolean", "integer"].includes(Json.text(of, "type") ?? "")
      ? []
      : [Status.invalidValue(
        field,
        value,
        "must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed."
      )]
  })
}

const subresourceRules = (subresources: Json.Value, path: string): Status.FieldErrors => {
  const scale = Json.at(subresources, "scale")
  return scale === undefined ? [] : [
    ...scalePath(scale, path, "specReplicasPath", "spec"),
    ...scalePath(scale, path, "statusReplicasPath", "status"),
    ...scalePath(scale, path, "labelSelectorPath", "spec", "status")
  ]
}

/** The rules of a field of versions: it has its place in `spec`, named `common`, if it is equal in all of them. */
const perVersion = (
  versions: ReadonlyArray<JsonObject>,
  field: string,
  common: string,
  rules: (value: Json.Value, path: string) => Status.FieldErrors
): Status.FieldErrors => {
  const [first, ...others] = versions
  const value = first?.[field]
  return value !== undefined && others.every((version) => Json.equal(version[field], value))
    ? rules(value, `spec.${common}`)
    : versions.flatMap((version, index) => {
      const own = version[field]
      return own === undefined ? [] : rules(own, `spec.versions[${index}].${field}`)
    })
}

const deprecationProblems = (warning: string, isDeprecated: boolean): ReadonlyArray<string> => {
  if (!isDeprecated) return ["can only be set for deprecated versions"]
  const [odd] = Names.unprintable(warning)
  return [
    ...(Buffer.byteLength(warning) > 256 ? ["must be <= 256 characters long"] : []),
    ...(warning === "" ? ["must not be an empty string"] : []),
    ...(odd === undefined
      ? []
      : [`must only contain printable UTF-8 characters; non-printable character found at index ${odd.byte}`])
  ]
}

const versionRules = (versions: ReadonlyArray<JsonObject>): Status.FieldErrors => [
  ...versions.flatMap((version, index) => {
    const path = `spec.versions[${index}]`
    const warning = Json.text(version, "deprecationWarning")
    return [
      ...label(`${path}.name`, Json.text(version, "name")),
      ...(warning === undefined
        ? []
        : Status.invalidValues(
          `${path}.deprecationWarning`,
          warning,
          deprecationProblems(warning, version["deprecated"] === true)
        )),
      ...selectableRules(version, path)
    ]
  }),
  ...label("spec.version", Json.text(versions[0], "name")),
  ...perVersion(versions, "schema", "validation", (value, path) => {
    const schema = Json.at(value, "openAPIV3Schema")
    return Json.isObject(schema) ? SchemaRules.validate(schema, `${path}.openAPIV3Schema`) : []
  }),
  ...perVersion(versions, "subresources", "subresources", subresourceRules),
  ...perVersion(
    versions,
    "additionalPrinterColumns",
    "additionalPrinterColumns",
    (columns, path) => Json.objects(columns).flatMap((column, index) => columnRules(column, `${path}[${index}]`))
  )
]

const conversionRules = (object: JsonObject): Status.FieldErrors => {
  const strategy = Json.text(object, "spec", "conversion", "strategy") ?? ""
  const field = "spec.conversion.strategy"
  const known = ["None", "Webhook"]
  return strategy === ""
    ? [Status.required(field)]
    : !known.includes(strategy)
    ? [Status.unsupportedValue(field, strategy, known)]
    : strategy === "Webhook"
    ? [
      Status.forbiddenField(
        field,
        "the fake cluster does not call webhooks: use the strategy None in the definition that a test uses"
      )
    ]
    : Json.at(object, "spec", "conversion", "webhook") === undefined
    ? []
    : [
      Status.forbiddenField(
        "spec.conversion.webhookClientConfig",
        "should not be set when strategy is not set to Webhook"
      )
    ]
}

const approval = "api-approved.kubernetes.io"

const seeApproval = "see https://github.com/kubernetes/enhancements/pull/1111"

/** Groups of Kubernetes itself need an approval. */
const approvalRules = (object: JsonObject, group: string): Status.FieldErrors => {
  const value = Json.record(object, "metadata", "annotations")[approval] ?? ""
  const field = `metadata.annotations[${approval}]`
  return !/(^|\.)(k8s|kubernetes)\.io$/.test(group) || value.startsWith("unapproved") || /^\w+:\/\/[^/]/.test(value)
    ? []
    : value === ""
    ? [Status.required(field, `protected groups must have approval annotation "${approval}", ${seeApproval}`)]
    : [Status.invalidValue(
      field,
      value,
      `protected groups must have approval annotation "${approval}" with either a URL or a reason starting with "unapproved", ${seeApproval}`
    )]
}

const scopes = ["Cluster", "Namespaced"]

/** The rules of every write. @since 0.1.0 @category rules  */
export const validate = (object: JsonObject): Status.FieldErrors => {
  const group = Json.text(object, "spec", "group") ?? ""
  const scope = Json.text(object, "spec", "scope") ?? ""
  const versions = Json.objects(object, "spec", "versions")
  const names = Json.object(object, "spec", "names")
  const versionNames = versions.map((version) => Json.text(version, "name"))
  return [
    ...groupRules(group),
    ...(scope === ""
      ? [Status.required("spec.scope")]
      : scopes.includes(scope)
      ? []
      : [Status.unsupportedValue("spec.scope", scope, scopes)]),
    ...versions.flatMap((version, index) =>
      Json.at(version, "schema", "openAPIV3Schema") === undefined
        ? [Status.required(`spec.versions[${index}].schema.openAPIV3Schema`)]
        : []
    ),
    ...versionRules(versions),
    ...(new Set(versionNames).size < versions.length
      ? [Status.invalidValue("spec.versions", versions, "must contain unique version names")]
      : []),
    ...(versions.filter((version) => version["storage"] === true).length === 1
      ? []
      : [Status.invalidValue("spec.versions", versions, "must have exactly one version marked as storage version")]),
    ...["plural", "singular", "kind", "listKind"].filter((name) => (Json.text(names, name) ?? "") === "").map((name) =>
      Status.required(`spec.names.${name}`)
    ),
    ...nameRules(names, "spec.names"),
    ...conversionRules(object),
    ...Json.texts(object, "status", "storedVersions").flatMap((stored, index) =>
      versionNames.includes(stored) ? [] : [Status.invalidValue(
        `status.storedVersions[${index}]`,
        stored,
        `missing from spec.versions; ${stored} was previously a storage version, and must remain in spec.versions until a `
          + `storage migration ensures no data remains persisted in ${stored} and removes ${stored} from status.storedVersions`
      )]
    ),
    ...approvalRules(object, group)
  ]
}

/** The rules of a new definition. @since 0.1.0 @category rules  */
export const validateNew = (object: JsonObject): Status.FieldErrors => {
  const name = Json.text(object, "metadata", "name") ?? ""
  const plural = Json.text(object, "spec", "names", "plural") ?? ""
  return [
    ...(name === `${plural}.${Json.text(object, "spec", "group") ?? ""}`
      ? []
      : [Status.invalidValue("metadata.name", name, "must be spec.names.plural+\".\"+spec.group")]),
    ...(Json.at(object, "spec", "preserveUnknownFields") === true
      ? [Status.invalidValue(
        "spec.preserveUnknownFields",
        true,
        "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead"
      )]
      : [])
  ]
}

/** What an update cannot change. @since 0.1.0 @category rules  */
export const validateUpdate = (next: JsonObject, previous: JsonObject): Status.FieldErrors => {
  const established = Conditions.holds(Json.object(previous, "status"), "Established")
  const fixed = [
    ...(established ? [["scope"], ["names", "kind"]] : []),
    ["group"],
    ["names", "plural"]
  ]
  return fixed.flatMap((path) => {
    const value = Json.at(next, "spec", ...path)
    return Json.equal(value, Json.at(previous, "spec", ...path))
      ? []
      : [Status.invalidValue(`spec.${path.join(".")}`, value, "field is immutable")]
  })
}
