import { assert, describe, it } from "@effect/vitest"
import { Either } from "effect"
import * as StrategicMerge from "../../../src/fake/apiserver/StrategicMerge.js"
import * as CoreKinds from "../../../src/fake/kinds/CoreKinds.js"
import type { JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"

const merge = (original: JsonObject, patch: JsonObject) =>
  Either.match(StrategicMerge.merge(original, patch, CoreKinds.pod.fields), {
    onLeft: ({ code, message }) => `${code} ${message}`,
    onRight: (merged) => merged
  })

const pod = (spec: JsonObject): JsonObject => ({ spec })

const a = { name: "a", image: "one", env: [{ name: "X", value: "1" }, { name: "Y", value: "2" }] }
const b = { name: "b", image: "two" }
const c = { name: "c", image: "three" }

const cases: ReadonlyArray<readonly [title: string, original: JsonObject, patch: JsonObject, merged: unknown]> = [
  [
    "an item of a keyed list is merged by its key",
    pod({ containers: [a, b] }),
    pod({ containers: [{ name: "b", image: "new" }] }),
    pod({ containers: [a, { name: "b", image: "new" }] })
  ],
  [
    "lists inside of items are merged too",
    pod({ containers: [a] }),
    pod({ containers: [{ name: "a", env: [{ name: "Y", value: "3" }, { name: "Z", value: "4" }] }] }),
    pod({
      containers: [{
        ...a,
        env: [{ name: "X", value: "1" }, { name: "Y", value: "3" }, { name: "Z", value: "4" }]
      }]
    })
  ],
  [
    "a new item comes before those of the server",
    pod({ containers: [a] }),
    pod({ containers: [b] }),
    pod({ containers: [b, a] })
  ],
  [
    "$patch: delete removes the item of that key",
    pod({ containers: [a, b] }),
    pod({ containers: [{ name: "a", $patch: "delete" }] }),
    pod({ containers: [b] })
  ],
  [
    "$patch: replace in an item replaces the list",
    pod({ containers: [a, b] }),
    pod({ containers: [c, { $patch: "replace" }] }),
    pod({ containers: [c] })
  ],
  [
    "$patch: replace in a map replaces the map",
    { metadata: { labels: { x: "1", y: "2" } } },
    { metadata: { labels: { $patch: "replace", z: "3" } } },
    { metadata: { labels: { z: "3" } } }
  ],
  [
    "$setElementOrder: gives the order of all items",
    pod({ containers: [a, b] }),
    pod({ "$setElementOrder/containers": [{ name: "c" }, { name: "b" }, { name: "a" }], containers: [c] }),
    pod({ containers: [c, b, a] })
  ],
  [
    "$setElementOrder: without a patch of the list reorders it",
    pod({ containers: [a, b] }),
    pod({ "$setElementOrder/containers": [{ name: "b" }, { name: "a" }] }),
    pod({ containers: [b, a] })
  ],
  [
    "finalizers: are a set",
    { metadata: { finalizers: ["x/a", "x/b"] } },
    { metadata: { finalizers: ["x/b", "x/c"] } },
    { metadata: { finalizers: ["x/a", "x/b", "x/c"] } }
  ],
  [
    "$deleteFromPrimitiveList: removes values",
    { metadata: { finalizers: ["x/a", "x/b"] } },
    { metadata: { "$deleteFromPrimitiveList/finalizers": ["x/a"] } },
    { metadata: { finalizers: ["x/b"] } }
  ],
  [
    "a list without a merge key is replaced",
    pod({ tolerations: [{ key: "x" }, { key: "y" }] }),
    pod({ tolerations: [{ key: "z" }] }),
    pod({ tolerations: [{ key: "z" }] })
  ],
  [
    "$retainKeys: clears the other fields",
    pod({ volumes: [{ name: "v", emptyDir: {} }] }),
    pod({ volumes: [{ name: "v", $retainKeys: ["name", "secret"], secret: { secretName: "s" } }] }),
    pod({ volumes: [{ name: "v", secret: { secretName: "s" } }] })
  ],
  [
    "null removes a field, and is dropped where there is none",
    { metadata: { labels: { x: "1" } } },
    { metadata: { labels: { x: null }, annotations: { y: null, z: "1" } } },
    { metadata: { labels: {}, annotations: { z: "1" } } }
  ],
  [
    "$retainKeys: rejects a field that it does not name",
    pod({ volumes: [{ name: "v" }] }),
    pod({ volumes: [{ name: "v", $retainKeys: ["name"], emptyDir: {} }] }),
    "400 invalid patch format of retainKeys"
  ],
  [
    "an item without its key is rejected",
    pod({ containers: [a] }),
    pod({ containers: [{ image: "x" }] }),
    "500 map: map[image:x] does not contain declared merge key: name"
  ],
  [
    "an unknown directive is rejected",
    { metadata: { labels: { x: "1" } } },
    { metadata: { labels: { $patch: "drop" } } },
    "500 unknown patch type: drop in map: map[$patch:drop]"
  ]
]

describe("strategic merge patch", () => {
  for (const [title, original, patch, merged] of cases) {
    it(`strategic merge patch: ${title}`, () => assert.deepStrictEqual(merge(original, patch), merged))
  }

  it("strategic merge patch: leaves the original and the patch as they are", () => {
    const original = pod({ containers: [a, b] })
    const patch = pod({
      "$setElementOrder/containers": [{ name: "b" }, { name: "a" }],
      containers: [{ name: "a", $patch: "delete" }]
    })
    const before = structuredClone([original, patch])
    merge(original, patch)
    assert.deepStrictEqual([original, patch], before)
  })
})
