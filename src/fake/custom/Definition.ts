/**
 * The kind of CustomResourceDefinitions, as in k8s.io/apiextensions-apiserver pkg/registry/customresourcedefinition (v0.37).
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Conditions from "../controllers/Conditions.js"
import * as Json from "../Json.js"
import * as Column from "../kinds/Column.js"
import * as Kind from "../kinds/Kind.js"
import * as Metadata from "../store/Metadata.js"
import { fields } from "./DefinitionFields.js"
import * as DefinitionRules from "./DefinitionRules.js"

/** Delays the deletion of a definition until its objects are deleted. @since 0.1.0 @category constants  */
export const finalizer = "customresourcecleanup.apiextensions.k8s.io"

/** The versions of a definition. @since 0.1.0 @category getters  */
export const versions = (definition: JsonObject): ReadonlyArray<JsonObject> =>
  Json.objects(definition, "spec", "versions")

/** The name of the version in which objects are stored. @since 0.1.0 @category getters  */
export const storageVersion = (definition: JsonObject): string =>
  Json.text(versions(definition).find((version) => version["storage"] === true), "name") ?? ""

/** The served versions as a column. */
const servedVersions = (definition: JsonObject): string =>
  versions(definition).filter((version) => version["served"] === true).map((version) =>
    `${Json.text(version, "name") ?? ""}${version["storage"] === true ? "(storage)" : ""}`
  ).toSorted().join(",")

const fill = (object: JsonObject): JsonObject =>
  Kind.inside(object, "spec", (spec) => {
    const kind = Json.text(spec, "names", "kind") ?? ""
    return {
      conversion: { strategy: "None" },
      ...Kind.inside(spec, "names", (names) => ({
        ...(kind === "" ? {} : { singular: kind.toLowerCase(), listKind: `${kind}List` }),
        ...names
      }))
    }
  })

const withStored = (object: JsonObject): JsonObject => {
  const stored = Json.texts(object, "status", "storedVersions")
  const current = storageVersion(object)
  return current === "" || stored.includes(current)
    ? object
    : Json.set(object, ["status", "storedVersions"], [...stored, current])
}

/** @since 0.1.0 @category kinds */
export const kind: Kind.Kind = Kind.make({
  group: "apiextensions.k8s.io",
  version: "v1",
  plural: "customresourcedefinitions",
  kind: "CustomResourceDefinition",
  shortNames: ["crd", "crds"],
  categories: ["api-extensions"],
  namespaced: false,
  status: true,
  generation: "spec",
  unconditionalUpdate: false,
  fields,
  columns: [
    Column.name,
    Column.make("Scope", (object) => Json.text(object, "spec", "scope") ?? ""),
    Column.make("Versions", servedVersions),
    Column.typed("date", "Created At", (object) => Json.text(object, "metadata", "creationTimestamp") ?? ""),
    Column.wide("Group", (object) => Json.text(object, "spec", "group") ?? ""),
    Column.wide("Kind", (object) => Json.text(object, "spec", "names", "kind") ?? ""),
    Column.wide("ShortNames", (object) => Json.texts(object, "spec", "names", "shortNames").join(",")),
    { ...Column.wide("Established", (object) => isEstablished(object)), type: "boolean" }
  ],
  fill,
  prepare: (object) =>
    withStored({
      ...object,
      status: { conditions: null, acceptedNames: { plural: "", kind: "" }, storedVersions: null }
    }),
  amend: withStored,
  validate: DefinitionRules.validate,
  validateNew: DefinitionRules.validateNew,
  validateUpdate: DefinitionRules.validateUpdate,
  marked: (object, now) => {
    const finalizers = Metadata.finalizers(object)
    const marked = Metadata.setMeta(object, {
      deletionTimestamp: now,
      finalizers: finalizers.includes(finalizer) ? finalizers : [...finalizers, finalizer]
    })
    return {
      ...marked,
      status: Conditions.set(Json.object(marked, "status"), {
        type: "Terminating",
        status: "True",
        reason: "InstanceDeletionPending",
        message: "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon"
      }, Metadata.millis(now))
    }
  }
})

/** Whether the kind of a definition is served. @since 0.1.0 @category predicates  */
export const isEstablished = (definition: JsonObject): boolean =>
  Conditions.holds(Json.object(definition, "status"), "Established")
