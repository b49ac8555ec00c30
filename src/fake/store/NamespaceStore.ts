/**
 * The objects of one resource in one namespace, sorted by name and indexed by label.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"

/** A required label and its value. @since 0.1.0 @category models  */
export type Equality = readonly [label: string, value: string]

/** The names of objects by the value of one label. */
type Index = Map<string, Set<string>>

const valueOf = (object: JsonObject, label: string): string | undefined =>
  Json.text(object, "metadata", "labels", label)

/**
 * Names are sorted once, and a label is indexed at its first use: a lookup of one object costs the same among ten thousand
 * objects as among ten.
 *
 * @since 0.1.0
 * @category models
 */
export class NamespaceStore {
  private readonly objects = new Map<string, JsonObject>()
  private readonly indexes = new Map<string, Index>()
  private names: ReadonlyArray<string> | undefined

  get(name: string): JsonObject | undefined {
    return this.objects.get(name)
  }

  set(name: string, object: JsonObject): void {
    const previous = this.objects.get(name)
    if (previous === undefined) {
      this.names = undefined
    }
    this.objects.set(name, object)
    this.indexes.forEach((index, label) => {
      const before = previous === undefined ? undefined : valueOf(previous, label)
      const after = valueOf(object, label)
      if (before !== after) {
        take(index, before, name)
        put(index, after, name)
      }
    })
  }

  delete(name: string): void {
    const previous = this.objects.get(name)
    if (previous !== undefined) {
      this.objects.delete(name)
      this.names = undefined
      this.indexes.forEach((index, label) => take(index, valueOf(previous, label), name))
    }
  }

  /** The objects with all these labels; without labels, all objects. */
  list(having: ReadonlyArray<Equality> = []): ReadonlyArray<JsonObject> {
    const [first, ...more] = having.map((equality) => this.named(equality)).sort((a, b) => a.size - b.size)
    return first === undefined
      ? this.read(this.names ??= [...this.objects.keys()].sort())
      : this.read([...first].filter((name) => more.every((names) => names.has(name))).sort())
  }

  private read(names: ReadonlyArray<string>): ReadonlyArray<JsonObject> {
    return names.map((name) => this.objects.get(name)).filter((object) => object !== undefined)
  }

  private named([label, value]: Equality): ReadonlySet<string> {
    const known = this.indexes.get(label)
    if (known !== undefined) {
      return known.get(value) ?? none
    }
    const index: Index = new Map()
    this.objects.forEach((object, name) => put(index, valueOf(object, label), name))
    this.indexes.set(label, index)
    return index.get(value) ?? none
  }
}

const none: ReadonlySet<string> = new Set()

const put = (index: Index, value: string | undefined, name: string): void => {
  if (value === undefined) {
    return
  }
  const names = index.get(value)
  if (names === undefined) {
    index.set(value, new Set([name]))
  } else {
    names.add(name)
  }
}

const take = (index: Index, value: string | undefined, name: string): void => {
  if (value === undefined) {
    return
  }
  const names = index.get(value)
  names?.delete(name)
  if (names?.size === 0) {
    index.delete(value)
  }
}
