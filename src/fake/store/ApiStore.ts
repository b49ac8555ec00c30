/**
 * What a Kubernetes API server keeps: objects by resource, namespace and name, under one resourceVersion for all of them,
 * and the changes that led there. The part of etcd and the watch cache.
 *
 * Everything here is synchronous, so a check followed by a write is one step; objects are frozen, so nobody changes what
 * is stored but by writing.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import { ChangeLog } from "./ChangeLog.js"
import { type Equality, NamespaceStore } from "./NamespaceStore.js"

/** Where an object is: `resource` is plural and group, `namespace` is empty for what has none. @category models */
export interface Key {
  readonly resource: string
  readonly namespace: string
  readonly name: string
}

/** @since 0.1.0 @category models */
export interface Options {
  /** How many changes are remembered for each resource, and for each namespace of it. */
  readonly history: number
}

/** @since 0.1.0 @category models */
export class ApiStore {
  private counter = 0
  private identities = 0
  private readonly shelves = new Map<string, NamespaceStore>()
  private readonly logs = new Map<string, ChangeLog>()
  private readonly listeners = new Set<(resource: string, object: JsonObject) => void>()
  private readonly history: number
  private compacted = 0

  constructor(options: Options) {
    this.history = options.history
  }

  /** The resourceVersion of the latest write. */
  get revision(): number {
    return this.counter
  }

  /** A uid that no object had before, nor do two of them begin alike: some names tell objects apart by that. */
  nextUid(): string {
    this.identities += 1
    const beginning = (Math.imul(this.identities, 0x9e3779b1) >>> 0).toString(16).padStart(8, "0")
    return `${beginning}-0000-4000-8000-${this.identities.toString(16).padStart(12, "0")}`
  }

  /** Five characters for a generated name: the alphabet is the server's, the choice repeats from run to run. */
  nextSuffix(): string {
    this.identities += 1
    const alphabet = "bcdfghjklmnpqrstvwxz2456789"
    let seed = Math.imul(this.identities, 0x9e3779b1) >>> 0
    return Array.from({ length: 5 }, () => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
      return alphabet[(seed >>> 8) % alphabet.length]
    }).join("")
  }

  get(key: Key): JsonObject | undefined {
    return this.shelves.get(shelf(key.resource, key.namespace))?.get(key.name)
  }

  /**
   * The objects of a resource that have all these labels, in the order of namespace and name; an absent namespace stands
   * for all.
   */
  list(resource: string, namespace?: string, having?: ReadonlyArray<Equality>): ReadonlyArray<JsonObject> {
    return namespace === undefined
      ? [...this.shelves].filter(([name]) => name.startsWith(`${resource} `)).sort(byFirst).flatMap(([, one]) =>
        one.list(having)
      )
      : this.shelves.get(shelf(resource, namespace))?.list(having) ?? []
  }

  /** The same list as it was at a revision, or nothing if the changes since are forgotten. */
  listAt(resource: string, namespace: string | undefined, revision: number): ReadonlyArray<JsonObject> | undefined {
    const log = this.log(resource, namespace)
    if (!log.reaches(revision)) {
      return undefined
    }
    const past = new Map(this.list(resource, namespace).map((object) => [path(object), object]))
    for (const change of [...log.after(revision)].reverse()) {
      if (change.previous === undefined) {
        past.delete(path(change.object))
      } else {
        past.set(path(change.object), change.previous)
      }
    }
    return [...past].sort(byFirst).map(([, object]) => object)
  }

  /** Stores an object under the next resourceVersion, and answers it as it is now. */
  put(key: Key, object: JsonObject): JsonObject {
    const previous = this.get(key)
    const stored = this.stamp(object)
    const name = shelf(key.resource, key.namespace)
    const there = this.shelves.get(name) ?? new NamespaceStore()
    this.shelves.set(name, there)
    there.set(key.name, stored)
    this.record(key, { type: previous === undefined ? "ADDED" : "MODIFIED", object: stored, previous })
    return stored
  }

  /** Takes an object away, and answers its last state. */
  remove(key: Key, last: JsonObject): JsonObject {
    const previous = this.get(key)
    const stamped = this.stamp(last)
    this.shelves.get(shelf(key.resource, key.namespace))?.delete(key.name)
    this.record(key, { type: "DELETED", object: stamped, previous })
    return stamped
  }

  /** The changes of a resource; an absent namespace stands for all. */
  log(resource: string, namespace?: string): ChangeLog {
    const name = namespace === undefined ? resource : shelf(resource, namespace)
    const log = this.logs.get(name) ?? new ChangeLog(this.history, this.compacted)
    this.logs.set(name, log)
    return log
  }

  /** Forgets all changes so far: whoever wants to go on from an old resourceVersion has to list again. */
  compact(): void {
    this.compacted = this.counter
    this.logs.forEach((log) => log.compact(this.counter))
  }

  /** Tells of every write, at once. The answer ends it. */
  onWrite(listener: (resource: string, object: JsonObject) => void): () => void {
    this.listeners.add(listener)
    return () => {
      this.listeners.delete(listener)
    }
  }

  private stamp(object: JsonObject): JsonObject {
    this.counter += 1
    return Json.freeze(Json.set(object, ["metadata", "resourceVersion"], String(this.counter)))
  }

  private record(key: Key, change: Omit<Parameters<ChangeLog["append"]>[0], "revision">): void {
    const entry = { ...change, revision: this.counter }
    this.log(key.resource).append(entry)
    if (key.namespace !== "") {
      this.log(key.resource, key.namespace).append(entry)
    }
    this.listeners.forEach((listener) => listener(key.resource, change.object))
  }
}

const shelf = (resource: string, namespace: string): string => `${resource} ${namespace}`

/** `namespace/name`, the order of lists. @since 0.1.0 @category getters */
export const path = (object: JsonObject): string =>
  `${Json.text(object, "metadata", "namespace") ?? ""}/${Json.text(object, "metadata", "name") ?? ""}`

const byFirst = (a: readonly [string, unknown], b: readonly [string, unknown]): number =>
  a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0
