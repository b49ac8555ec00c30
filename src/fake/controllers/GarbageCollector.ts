/**
 * Deletes dependents with their owners. As in k8s.io/kubernetes pkg/controller/garbagecollector (v1.37): Background,
 * Foreground and Orphan.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import type { Catalog } from "../kinds/Catalog.js"
import type { Kind } from "../kinds/Kind.js"
import * as Deletion from "../store/Deletion.js"
import * as Metadata from "../store/Metadata.js"
import { key as storeKey, type Registry } from "../store/Registry.js"
import type { Controller } from "./Controller.js"

interface Identity {
  readonly apiVersion: string
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly uid: string
}

const identify = (object: JsonObject): Identity => ({
  apiVersion: Json.text(object, "apiVersion") ?? "",
  kind: Json.text(object, "kind") ?? "",
  namespace: Metadata.namespace(object),
  name: Metadata.name(object),
  uid: Metadata.uid(object)
})

const withoutOwners = (object: JsonObject, uids: ReadonlyArray<string>): JsonObject => {
  const left = Metadata.owners(object).filter((owner) => !uids.includes(Json.text(owner, "uid") ?? ""))
  return Metadata.setMeta(object, { ownerReferences: left.length === 0 ? undefined : left })
}

const owns = (uid: string) => (owner: JsonObject): boolean => Json.text(owner, "uid") === uid

/** @since 0.1.0 @category constructors */
export const make = (registry: Registry, catalog: Catalog): Controller => {
  const known = new Map<string, Identity>()
  const dependents = new Map<string, Set<string>>()

  const find = (identity: Identity): { readonly kind: Kind; readonly object: JsonObject } | undefined => {
    const kind = catalog.named(identity.apiVersion, identity.kind)
    const object = kind === undefined
      ? undefined
      : registry.store.get(storeKey(kind, identity.namespace, identity.name))
    return kind === undefined || object === undefined || Metadata.uid(object) !== identity.uid
      ? undefined
      : { kind, object }
  }

  const dependentsOf = (uid: string): ReadonlyArray<Identity> =>
    [...dependents.get(uid) ?? []].flatMap((dependent) => {
      const identity = known.get(dependent)
      return identity !== undefined && Metadata.owners(find(identity)?.object ?? {}).some(owns(uid)) ? [identity] : []
    })

  const change = (identity: Identity, now: number, edit: (object: JsonObject) => JsonObject): void => {
    const found = find(identity)
    if (found !== undefined) {
      registry.update(
        found.kind,
        identity.namespace,
        identity.name,
        "main",
        (existing) => Either.right(edit(existing)),
        { now }
      )
    }
  }

  const drop = (identity: Identity, propagationPolicy: string, now: number): void => {
    const found = find(identity)
    if (found !== undefined && !Metadata.isBeingDeleted(found.object)) {
      const options = { propagationPolicy, uid: identity.uid }
      registry.delete(found.kind, identity.namespace, identity.name, options, { now })
    }
  }

  /** Deletes an object whose owners are all deleted, or wait for its deletion. */
  const follow = (identity: Identity, object: JsonObject, now: number): void => {
    const owners = Metadata.owners(object).map((reference) => {
      const kind = catalog.named(Json.text(reference, "apiVersion") ?? "", Json.text(reference, "kind") ?? "")
      const owner = find({
        apiVersion: Json.text(reference, "apiVersion") ?? "",
        kind: Json.text(reference, "kind") ?? "",
        namespace: identity.namespace,
        name: Json.text(reference, "name") ?? "",
        uid: Json.text(reference, "uid") ?? ""
      })?.object
      const waits = owner !== undefined && Metadata.isBeingDeleted(owner)
        && Metadata.finalizers(owner).includes(Deletion.foregroundFinalizer)
      return {
        uid: Json.text(reference, "uid") ?? "",
        is: kind === undefined || (owner !== undefined && !waits),
        waits
      }
    })
    const lost = owners.filter(({ is, waits }) => !is && !waits).map(({ uid }) => uid)
    const waiting = owners.filter(({ waits }) => waits).map(({ uid }) => uid)
    if (owners.some(({ is }) => is)) {
      if (lost.length + waiting.length > 0) {
        change(identity, now, (existing) => withoutOwners(existing, [...lost, ...waiting]))
      }
      return
    }
    const finalizers = Metadata.finalizers(object)
    const policy = waiting.length > 0 && dependentsOf(identity.uid).length > 0
      ? "Foreground"
      : finalizers.includes(Deletion.orphanFinalizer)
      ? "Orphan"
      : finalizers.includes(Deletion.foregroundFinalizer)
      ? "Foreground"
      : "Background"
    drop(identity, policy, now)
  }

  /** Performs the orphan and foreground finalizers of an object that is being deleted. */
  const finalize = (identity: Identity, object: JsonObject, now: number): void => {
    const finish = (finalizer: string) =>
      change(
        identity,
        now,
        (existing) => Metadata.setFinalizers(existing, Metadata.finalizers(existing).filter((one) => one !== finalizer))
      )
    if (Metadata.finalizers(object).includes(Deletion.orphanFinalizer)) {
      dependentsOf(identity.uid).forEach((dependent) =>
        change(dependent, now, (existing) => withoutOwners(existing, [identity.uid]))
      )
      finish(Deletion.orphanFinalizer)
    }
    if (Metadata.finalizers(object).includes(Deletion.foregroundFinalizer)) {
      const left = dependentsOf(identity.uid)
      left.forEach((dependent) => visit(dependent, now))
      const blocks = dependentsOf(identity.uid).some((dependent) =>
        Metadata.owners(find(dependent)?.object ?? {}).some((owner) =>
          owns(identity.uid)(owner) && owner["blockOwnerDeletion"] === true
        )
      )
      if (!blocks) {
        finish(Deletion.foregroundFinalizer)
      }
    }
  }

  const visit = (identity: Identity, now: number): void => {
    const found = find(identity)
    if (found === undefined) {
      dependentsOf(identity.uid).forEach((dependent) => visit(dependent, now))
      dependents.delete(identity.uid)
      known.delete(identity.uid)
      return
    }
    if (Metadata.isBeingDeleted(found.object)) {
      finalize(identity, found.object, now)
    } else if (Metadata.owners(found.object).length > 0) {
      follow(identity, found.object, now)
    }
  }

  return {
    name: "garbage-collector",
    keys: (_, object) => {
      const identity = identify(object)
      known.set(identity.uid, identity)
      const owners = Metadata.owners(object).map((owner) => Json.text(owner, "uid") ?? "")
      owners.forEach((owner) => dependents.set(owner, (dependents.get(owner) ?? new Set()).add(identity.uid)))
      return [identity.uid, ...owners.filter((owner) => known.has(owner))]
    },
    reconcile: (uid, now) => {
      const identity = known.get(uid)
      if (identity !== undefined) {
        visit(identity, now)
      }
      return undefined
    }
  }
}
