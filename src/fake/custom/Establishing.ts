/**
 * Accepts the names of CustomResourceDefinitions, establishes them, and deletes the objects of deleted ones.
 *
 * As in k8s.io/apiextensions-apiserver pkg/controller/status, establish and finalizer (v0.37).
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Conditions from "../controllers/Conditions.js"
import type { Controller } from "../controllers/Controller.js"
import * as Json from "../Json.js"
import * as Kind from "../kinds/Kind.js"
import * as Metadata from "../store/Metadata.js"
import { key, type Registry } from "../store/Registry.js"
import * as CustomKind from "./CustomKind.js"
import * as Definition from "./Definition.js"

const resource = Kind.resource(Definition.kind)

type Names = Readonly<Record<string, Json.Value>>

const requested = (definition: JsonObject): Names => Json.object(definition, "spec", "names")

const accepted = (definition: JsonObject): Names => Json.object(definition, "status", "acceptedNames")

/** The names that other definitions of the group have: those of resources, and those of kinds. */
const used = (others: ReadonlyArray<JsonObject>) => {
  const of = (...fields: ReadonlyArray<string>) =>
    new Set(
      others.map(accepted).flatMap((names) => [
        ...fields.map((field) => Json.text(names, field)),
        ...(fields.includes("plural") ? Json.texts(names, "shortNames") : [])
      ])
    )
  return { resources: of("plural", "singular"), kinds: of("kind", "listKind") }
}

const conflictNames = [
  ["plural", "PluralConflict"],
  ["singular", "SingularConflict"],
  ["shortNames", "ShortNamesConflict"],
  ["kind", "KindConflict"],
  ["listKind", "ListKindConflict"]
] as const

/** The names that a definition has now, and the condition about it; of several conflicts, the last one. */
const acceptNames = (definition: JsonObject, others: ReadonlyArray<JsonObject>) => {
  const taken = used(others)
  const [wanted, before] = [requested(definition), accepted(definition)]
  let names: JsonObject = before
  let condition: Conditions.Condition = {
    type: "NamesAccepted",
    status: "True",
    reason: "NoConflicts",
    message: "no conflicts found"
  }
  for (const [field, reason] of conflictNames) {
    const inUse = field === "kind" || field === "listKind" ? taken.kinds : taken.resources
    const conflicts = (Json.isList(wanted[field]) ? Json.texts(wanted, field) : [Json.text(wanted, field) ?? ""])
      .filter((name) => !Json.texts(before, field).includes(name) && before[field] !== name && inUse.has(name))
    if (conflicts.length === 0) {
      names = Json.set(names, [field], wanted[field])
    } else {
      const messages = conflicts.map((name) => `${JSON.stringify(name)} is already in use`)
      const message = messages.length === 1 ? messages[0] : `[${messages.join(", ")}]`
      condition = { type: "NamesAccepted", status: "False", reason, message }
    }
  }
  return { names: Json.set(names, ["categories"], wanted["categories"]), condition }
}

const notAccepted: Conditions.Condition = {
  type: "Established",
  status: "False",
  reason: "NotAccepted",
  message: "not all names are accepted"
}

const accepts = { message: "the initial names have been accepted" }

/** Moves a definition to its established state. @since 0.1.0 @category combinators  */
export const establish = (registry: Registry, name: string, now: number): void => {
  const { store } = registry
  const get = () => store.get(key(Definition.kind, "", name))
  const setStatus = (change: (status: JsonObject) => JsonObject): void => {
    registry.update(
      Definition.kind,
      "",
      name,
      "status",
      (existing) => Either.right({ ...existing, status: change(Json.object(existing, "status")) }),
      { now, manager: "kube-apiserver" }
    )
  }
  const definition = get()
  if (definition === undefined || Metadata.isBeingDeleted(definition)) {
    return
  }
  const group = Json.text(definition, "spec", "group")
  if (!Json.equal(requested(definition), accepted(definition))) {
    const others = store.list(resource, "").filter((other) =>
      Metadata.name(other) !== name && Json.text(other, "spec", "group") === group
    )
    const { condition, names } = acceptNames(definition, others)
    const isEstablished = Definition.isEstablished(definition)
    setStatus((status) => {
      const named = Conditions.set({ ...status, acceptedNames: names }, condition, now)
      return isEstablished ? named : Conditions.set(
        named,
        condition.status === "True"
          ? { type: "Established", status: "False", reason: "Installing", ...accepts }
          : notAccepted,
        now
      )
    })
  }
  const next = get()
  if (
    next !== undefined && !Definition.isEstablished(next)
    && Conditions.holds(Json.object(next, "status"), "NamesAccepted")
  ) {
    setStatus((status) =>
      Conditions.set(status, { type: "Established", status: "True", reason: "InitialNamesAccepted", ...accepts }, now)
    )
  }
}

const cleanUp = (registry: Registry, definition: JsonObject, now: number): void => {
  const { store } = registry
  const [kind] = CustomKind.of(definition)
  const left = (): ReadonlyArray<JsonObject> => kind === undefined ? [] : store.list(Kind.resource(kind))
  const update = (reason: string, isOver: boolean, message: string) =>
    registry.update(Definition.kind, "", Metadata.name(definition), "status", (existing) =>
      Either.right({
        ...(isOver
          ? Metadata.setFinalizers(
            existing,
            Metadata.finalizers(existing).filter((one) => one !== Definition.finalizer)
          )
          : existing),
        status: Conditions.set(
          Json.object(existing, "status"),
          { type: "Terminating", status: isOver ? "False" : "True", reason, message },
          now
        )
      }), { now, manager: "kube-apiserver" })
  update("InstanceDeletionInProgress", false, "CustomResource deletion is in progress")
  for (const object of left().filter((one) => !Metadata.isBeingDeleted(one))) {
    if (kind !== undefined) {
      registry.delete(kind, Metadata.namespace(object), Metadata.name(object), {}, { now })
    }
  }
  if (kind === undefined) {
    update("NeverEstablished", true, "resource was never established")
  } else if (left().length === 0) {
    update("InstanceDeletionCompleted", true, "removed all instances")
  }
}

/** @since 0.1.0 @category constructors */
export const make = (registry: Registry): Controller => {
  const { store } = registry
  const ofResource = (written: string): JsonObject | undefined => store.get({ resource, namespace: "", name: written })
  return {
    name: "customresourcedefinition",
    keys: (written, object) => {
      if (written === resource) {
        const group = Json.text(object, "spec", "group")
        // Names that one definition frees are accepted for another one of the group.
        return store.list(resource, "").filter((one) => Json.text(one, "spec", "group") === group).map(Metadata.name)
      }
      const definition = ofResource(written)
      return definition !== undefined && Metadata.isBeingDeleted(definition) ? [written] : []
    },
    reconcile: (name, now) => {
      const definition = ofResource(name)
      if (
        definition !== undefined && Metadata.finalizers(definition).includes(Definition.finalizer)
        && Metadata.isBeingDeleted(definition)
      ) {
        cleanUp(registry, definition, now)
      } else {
        establish(registry, name, now)
      }
      return undefined
    }
  }
}
