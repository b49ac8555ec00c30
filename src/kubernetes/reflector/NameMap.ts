/**
 * Values by the namespace and the name of an object. The keys are the texts that the objects have anyway: a joined one would take
 * more memory for each of thousands of objects than its place in the map.
 */
export interface Key {
  /** Empty if the object has none. */
  readonly namespace: string
  readonly name: string
}

export interface NameMap<V> {
  readonly size: () => number
  readonly get: (key: Key) => V | undefined
  readonly set: (key: Key, value: V) => void
  readonly delete: (key: Key) => void
  /** The values of a namespace are together, in the order in which they were added. A value may be deleted meanwhile. */
  readonly forEach: (use: (value: V, key: Key) => void) => void
}

export const make = <V>(): NameMap<V> => {
  const namespaces = new Map<string, Map<string, V>>()
  let size = 0
  return {
    size: () => size,
    get: ({ name, namespace }) => namespaces.get(namespace)?.get(name),
    set: ({ name, namespace }, value) => {
      let names = namespaces.get(namespace)
      if (names === undefined) {
        names = new Map()
        namespaces.set(namespace, names)
      }
      if (!names.has(name)) size++
      names.set(name, value)
    },
    delete: ({ name, namespace }) => {
      const names = namespaces.get(namespace)
      if (names?.delete(name) !== true) return
      size--
      if (names.size === 0) namespaces.delete(namespace)
    },
    forEach: (use) => {
      for (const [namespace, names] of namespaces) {
        for (const [name, value] of names) use(value, { namespace, name })
      }
    }
  }
}
