/**
 * Roles and their bindings, by k8s.io/kubernetes pkg/apis/rbac (v1.37). They give rules to
 * users and service accounts: apiserver/Rbac.ts. An aggregationRule is stored, and aggregates nothing.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import * as Column from "./Column.js"
import { atomic, each, keptText, list, struct, text } from "./Fields.js"
import * as Kind from "./Kind.js"
import * as Names from "./Names.js"
import { labelSelector, object } from "./ObjectFields.js"

/** The API group of the kinds. @since 0.1.0 @category constants  */
export const group = "rbac.authorization.k8s.io"

// k8s.io/apimachinery pkg/api/validation/path/name.go: the names of roles may have colons.
const name = Names.pathSegment

const rules = list(
  struct(each(list(text), "apiGroups", "nonResourceURLs", "resourceNames", "resources", "verbs"))
)

const ruleErrors = (namespaced: boolean) => (role: JsonObject): Status.FieldErrors =>
  Json.objects(role, "rules").flatMap((rule, index): Status.FieldErrors => {
    const field = `rules[${index}]`
    const has = (key: string) => Json.list(rule, key).length > 0
    return [
      ...(has("verbs") ? [] : [Status.required(`${field}.verbs`)]),
      ...(has("nonResourceURLs")
        ? [
          ...(namespaced
            ? [Status.invalidValue(
              `${field}.nonResourceURLs`,
              Json.list(rule, "nonResourceURLs"),
              "namespaced rules cannot apply to non-resource URLs"
            )]
            : []),
          ...(has("apiGroups") || has("resources") || has("resourceNames")
            ? [Status.invalidValue(
              `${field}.nonResourceURLs`,
              Json.list(rule, "nonResourceURLs"),
              "rules cannot apply to both regular resources and non-resource URLs"
            )]
            : [])
        ]
        : [
          ...(has("apiGroups") ? [] : [
            Status.required(`${field}.apiGroups`, "resource rules must supply at least one api group")
          ]),
          ...(has("resources") ? [] : [
            Status.required(`${field}.resources`, "resource rules must supply at least one resource")
          ])
        ])
    ]
  })

// Go writes an empty list of rules as null.
const fillRole = (role: JsonObject): JsonObject =>
  Json.list(role, "rules").length === 0 ? { ...role, rules: null } : role

/** @since 0.1.0 @category kinds */
export const role = Kind.make({
  group,
  version: "v1",
  plural: "roles",
  kind: "Role",
  name,
  createOnUpdate: true,
  fields: object({ rules }),
  columns: [Column.name, Column.created],
  fill: fillRole,
  validate: ruleErrors(true)
})

/** @since 0.1.0 @category kinds */
export const clusterRole = Kind.make({
  group,
  version: "v1",
  plural: "clusterroles",
  kind: "ClusterRole",
  namespaced: false,
  name,
  createOnUpdate: true,
  fields: object({ aggregationRule: struct({ clusterRoleSelectors: list(labelSelector) }), rules }),
  columns: [Column.name, Column.created],
  fill: fillRole,
  validate: ruleErrors(false)
})

const subjectKinds: ReadonlyArray<string> = ["ServiceAccount", "User", "Group"]

const roleKinds = (namespaced: boolean): ReadonlyArray<string> => namespaced ? ["Role", "ClusterRole"] : ["ClusterRole"]

const bindingErrors = (namespaced: boolean) => (binding: JsonObject): Status.FieldErrors => {
  const reference = Json.object(binding, "roleRef")
  const [apiGroup, kind, named] = ["apiGroup", "kind", "name"].map((key) => Json.text(reference, key) ?? "")
  return [
    ...(apiGroup === group ? [] : [Status.unsupportedValue("roleRef.apiGroup", apiGroup, [group])]),
    ...(roleKinds(namespaced).includes(kind ?? "")
      ? []
      : [Status.unsupportedValue("roleRef.kind", kind, roleKinds(namespaced))]),
    ...Json.objects(binding, "subjects").flatMap((subject, index): Status.FieldErrors => {
      const [field, of] = [`subjects[${index}]`, Json.text(subject, "kind") ?? ""]
      return [
        ...(subjectKinds.includes(of) ? [] : [Status.unsupportedValue(`${field}.kind`, of, subjectKinds)]),
        ...(!namespaced && of === "ServiceAccount" && (Json.text(subject, "namespace") ?? "") === ""
          ? [Status.required(`${field}.namespace`)]
          : [])
      ]
    }),
    // A server validates these by declarations, which come last.
    ...Json.objects(binding, "subjects").flatMap((subject, index) =>
      (Json.text(subject, "name") ?? "") === "" ? [Status.required(`subjects[${index}].name`)] : []
    ),
    ...((named ?? "") === "" ? [Status.required("roleRef.name")] : [])
  ]
}

const fillBinding = (binding: JsonObject): JsonObject =>
  Kind.insideEach(
    Kind.inside(binding, "roleRef", (reference) => Kind.defaults(reference, { apiGroup: group })),
    "subjects",
    (subject) => subject["kind"] === "ServiceAccount" ? subject : Kind.defaults(subject, { apiGroup: group })
  )

const sameRole = (next: JsonObject, previous: JsonObject): Status.FieldErrors =>
  Json.equal(next["roleRef"], previous["roleRef"])
    ? []
    : [Status.invalidValue(
      "roleRef",
      // The server shows its internal type.
      {
        APIGroup: Json.at(next, "roleRef", "apiGroup") ?? "",
        Kind: Json.at(next, "roleRef", "kind") ?? "",
        Name: Json.at(next, "roleRef", "name") ?? ""
      },
      "field is immutable"
    )]

const subjects = (kind: string) => (binding: JsonObject): string =>
  Json.objects(binding, "subjects").filter((one) => one["kind"] === kind).map((one) =>
    kind === "ServiceAccount" ? `${Json.text(one, "namespace")}/${Json.text(one, "name")}` : Json.text(one, "name")
  ).join(", ")

const bindingColumns = [
  Column.name,
  Column.make("Role", (one) => `${Json.text(one, "roleRef", "kind")}/${Json.text(one, "roleRef", "name")}`),
  Column.age,
  Column.wide("Users", subjects("User")),
  Column.wide("Groups", subjects("Group")),
  Column.wide("ServiceAccounts", subjects("ServiceAccount"))
]

const binding = object({
  roleRef: atomic(struct(each(keptText, "apiGroup", "kind", "name"))),
  subjects: list(atomic(struct({ ...each(text, "apiGroup", "namespace"), ...each(keptText, "kind", "name") })))
})

/** @since 0.1.0 @category kinds */
export const roleBinding = Kind.make({
  group,
  version: "v1",
  plural: "rolebindings",
  kind: "RoleBinding",
  name,
  createOnUpdate: true,
  fields: binding,
  columns: bindingColumns,
  fill: fillBinding,
  validate: bindingErrors(true),
  validateUpdate: sameRole
})

/** @since 0.1.0 @category kinds */
export const clusterRoleBinding = Kind.make({
  group,
  version: "v1",
  plural: "clusterrolebindings",
  kind: "ClusterRoleBinding",
  namespaced: false,
  name,
  createOnUpdate: true,
  fields: binding,
  columns: bindingColumns,
  fill: fillBinding,
  validate: bindingErrors(false),
  validateUpdate: sameRole
})

/** @since 0.1.0 @category kinds */
export const kinds: ReadonlyArray<Kind.Kind> = [clusterRole, clusterRoleBinding, role, roleBinding]
