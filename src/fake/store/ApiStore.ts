/**
 * The store of a Kubernetes API server: objects by resource, namespace and name with one resourceVersion counter, and their
 * change logs. It does the work of etcd and the watch cache.
 *
 * Every method is synchronous, so a check followed by a write is atomic; objects are frozen, so the store changes only by
 * writes.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import { ChangeLog } from "./ChangeLog.js"
import { type Equality, NamespaceStore } from "./NamespaceStore.js"

/** The key of an object: `resource` is plural and group, `namespace` is empty for cluster-scoped kinds. @category models  */
export interface Key {
  readonly resource: string
  readonly namespace: string
  readonly name: string
}

/** @since 0.1.0 @category models */
export interface Options {
  /** The number of changes kept for each resource, and for each namespace of it. */
  readonly history: number
}

/** @since 0.1.0 @category models */
export class ApiStore {
  private counter = 0
  private identities = 0
  private readonly namespaces = new Map<string, NamespaceStore>()
  private readonly logs = new Map<string, ChangeLog>()
  private readonly listeners = new Set<(resource: string, object: JsonObject) => void>()
  private readonly history: number
  private compacted = 0
  private readonly woken: Array<() => void> = []
  private transactions = 0

  constructor(options: Options) {
    this.history = options.history
  }

  /** The resourceVersion of the latest write. */
  get revision(): number {
    return this.counter
  }

  /** A new uid. The first group is unique too: some names use only that. */
  nextUid(): string {
    this.identities += 1
    const beginning = (Math.imul(this.identities, 0x9e3779b1) >>> 0).toString(16).padStart(8, "0")
    return `${beginning}-0000-4000-8000-${this.identities.toString(16).padStart(12, "0")}`
  }

  /** Five characters for a generated name, from the server's alphabet and deterministic. */
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
    return this.namespaces.get(storeKey(key.resource, key.namespace))?.get(key.name)
  }

  /**
   * The objects of a resource with all these labels, by namespace and name; without a namespace, those of all namespaces.
   */
  list(resource: string, namespace?: string, having?: ReadonlyArray<Equality>): ReadonlyArray<JsonObject> {
    return namespace === undefined
      ? [...this.namespaces].filter(([name]) => name.startsWith(`${resource} `)).sort(byFirst).flatMap(([, one]) =>
        one.list(having)
      )
      : this.namespaces.get(storeKey(resource, namespace))?.list(having) ?? []
  }

  /** The list at a past revision; undefined if the changes since are compacted. */
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

  /** Stores an object under the next resourceVersion and returns the stored object. */
  put(key: Key, object: JsonObject): JsonObject {
    const previous = this.get(key)
    const stored = this.stamp(object)
    const name = storeKey(key.resource, key.namespace)
    const namespaceStore = this.namespaces.get(name) ?? new NamespaceStore()
    this.namespaces.set(name, namespaceStore)
    namespaceStore.set(key.name, stored)
    this.record(key, { type: previous === undefined ? "ADDED" : "MODIFIED", object: stored, previous })
    return stored
  }

  /** Deletes an object and returns its last state. */
  remove(key: Key, last: JsonObject): JsonObject {
    const previous = this.get(key)
    const stamped = this.stamp(last)
    this.namespaces.get(storeKey(key.resource, key.namespace))?.delete(key.name)
    this.record(key, { type: "DELETED", object: stamped, previous })
    return stamped
  }

  /** The change log of a resource; without a namespace, that of all namespaces. */
  log(resource: string, namespace?: string): ChangeLog {
    const name = namespace === undefined ? resource : storeKey(resource, namespace)
    const log = this.logs.get(name) ?? new ChangeLog(this.history, this.compacted)
    this.logs.set(name, log)
    return log
  }

  /** Compacts all changes: a watch from an older resourceVersion has to list again. */
  compact(): void {
    this.compacted = this.counter
    this.logs.forEach((log) => log.compact(this.counter))
  }

  /** Calls a listener at every write. Returns a function that removes it. */
  onWrite(listener: (resource: string, object: JsonObject) => void): () => void {
    this.listeners.add(listener)
    return () => {
      this.listeners.delete(listener)
    }
  }

  /**
   * Runs writes that belong together: what waits for one of them goes on after all of them. A fiber of Effect 4 goes on within
   * the call that wakes it, and may write itself.
   */
  transaction<A>(writes: () => A): A {
    this.transactions += 1
    try {
      return writes()
    } finally {
      // What a wake writes wakes others after it: they are added to the same queue.
      for (let wake = this.nextWake(); wake !== undefined; wake = this.nextWake()) wake()
      this.transactions -= 1
    }
  }

  /** Calls `wake` after the transaction, or now if there is none. */
  afterTransaction(wake: () => void): void {
    this.transaction(() => this.woken.push(wake))
  }

  private nextWake(): (() => void) | undefined {
    return this.transactions === 1 ? this.woken.shift() : undefined
  }

  private stamp(object: JsonObject): JsonObject {
    this.counter += 1
    return Json.freeze(Json.set(object, ["metadata", "resourceVersion"], String(this.counter)))
  }

  private record(key: Key, change: Omit<Parameters<ChangeLog["append"]>[0], "revision">): void {
    const entry = { ...change, revision: this.counter }
    this.transaction(() => {
      this.woken.push(...this.log(key.resource).append(entry))
      if (key.namespace !== "") {
        this.woken.push(...this.log(key.resource, key.namespace).append(entry))
      }
      this.listeners.forEach((listener) => listener(key.resource, change.object))
    })
  }
}

const storeKey = (resource: string, namespace: string): string => `${resource} ${namespace}`

/** `namespace/name`, the sort key of lists. @since 0.1.0 @category getters  */
export const path = (object: JsonObject): string =>
  `${Json.text(object, "metadata", "namespace") ?? ""}/${Json.text(object, "metadata", "name") ?? ""}`

const byFirst = (a: readonly [string, unknown], b: readonly [string, unknown]): number =>
  a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0
