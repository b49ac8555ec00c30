/** Random requests for objects of one kind. */
import type { Json, JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"
import type { Step } from "../../support/ApiProgram.js"
import type { Action } from "./Action.js"
import { duplicated } from "./Duplicated.js"
import { query, type Random } from "./Random.js"
import type { Subject } from "./Subjects.js"

const oddValues: readonly [Json, ...ReadonlyArray<Json>] = [null, "", "odd", -1, 0, 7, true, [], {}, ["a"], { a: "b" }]

/** Sets the value at a path such as `rules.0.verbs`. */
const set = (json: Json | undefined, path: ReadonlyArray<string>, value: Json): Json => {
  const [key, ...rest] = path
  if (key === undefined) return value
  if (Array.isArray(json)) return json.map((item, index) => String(index) === key ? set(item, rest, value) : item)
  const object: JsonObject = typeof json === "object" && json !== null && !Array.isArray(json) ? Object(json) : {}
  return { ...object, [key]: set(object[key], rest, value) }
}

const metadata = (random: Random, name: string): JsonObject => ({
  name,
  ...(random.chance(0.3)
    ? { labels: { app: random.pick(["x", "y"]), ...(random.chance(0.1) ? { "-": "?" } : {}) } }
    : {}),
  ...(random.chance(0.15) ? { annotations: { note: random.pick(["a", "b", ""]) } } : {}),
  ...(random.chance(0.1) ? { finalizers: [random.pick(["example.com/a", "example.com/b", "bad"])] } : {}),
  ...(random.chance(0.05) ? { resourceVersion: random.pick(["1", "x", "{rv}", "{rv}", "{first}"]) } : {}),
  ...(random.chance(0.03) ? { uid: "00000000-0000-4000-8000-000000000000" } : {}),
  ...(random.chance(0.03) ? { namespace: "default" } : {})
})

const object = (random: Random, subject: Subject, name: string): JsonObject => {
  const whole: JsonObject = {
    apiVersion: subject.apiVersion,
    kind: subject.kind,
    metadata: metadata(random, random.chance(0.03) ? subject.cluster ? "{ns}_Not" : "Not_Valid" : name),
    ...subject.body(random)
  }
  const odd = random.chance(0.3) ? set(whole, random.pick(subject.odd).split("."), random.pick(oddValues)) : whole
  return typeof odd === "object" && odd !== null && !Array.isArray(odd) ? Object(odd) : whole
}

const dry = [0.1, "dryRun=All"] as const
const validation = (random: Random) =>
  [0.3, `fieldValidation=${random.pick(["Strict", "Strict", "Warn", "Ignore", "Sometimes"])}`] as const

// Without Foreground and Orphan, which a controller finishes some time later.
const deletion = (random: Random): JsonObject => ({
  ...(random.chance(0.3) ? { propagationPolicy: random.pick(["Background", "Sometimes"]) } : {}),
  ...(random.chance(0.15)
    ? {
      preconditions: random.pick<JsonObject>([
        { uid: "00000000-0000-4000-8000-000000000000" },
        { resourceVersion: "{rv}" },
        { resourceVersion: "{first}" }
      ])
    }
    : {}),
  ...(random.chance(0.1) ? { gracePeriodSeconds: random.pick([0, 1, -1]) } : {}),
  ...(random.chance(0.1) ? { dryRun: ["All"] } : {})
})

const labels = [
  "labelSelector=app%3Dx",
  "labelSelector=app%20in%20(x%2Cy)",
  "labelSelector=app%20notin%20(x)",
  "labelSelector=app!%3Dx",
  "labelSelector=!app",
  "labelSelector=%3D",
  "labelSelector=app%3Dx%2C!note"
] as const

const selector = (random: Random, subject: Subject): string =>
  random.pick([
    ...labels,
    "fieldSelector=metadata.name%3Da",
    "fieldSelector=metadata.name!%3Da",
    "fieldSelector=metadata.name%3Da%2Cmetadata.namespace%3D{ns}",
    "fieldSelector=spec.wrong%3Da",
    ...(subject.fields ?? []).map((field) => `fieldSelector=${encodeURIComponent(field)}`),
    ""
  ])

const list = (random: Random, subject: Subject): Action => {
  const select = random.chance(0.6) ? selector(random, subject) : ""
  const limit = random.chance(0.4) ? `limit=${random.pick(["1", "1", "2", "0", "-1", "x"])}` : ""
  const exact = random.pick([
    "",
    "",
    "",
    "continue={continue}",
    "continue={continue}",
    "continue=odd",
    "resourceVersionMatch=Exact",
    "resourceVersionMatch=Exact&resourceVersion=0",
    "resourceVersionMatch=Exact&resourceVersion={rv}",
    "resourceVersionMatch=Exact&resourceVersion={first}",
    "resourceVersionMatch=Sometimes&resourceVersion={rv}",
    "resourceVersionMatch=NotOlderThan",
    "resourceVersion=x",
    "resourceVersion={rv}&continue={continue}",
    "sendInitialEvents=true"
  ])
  const cached = random.pick([
    "resourceVersion=0",
    "resourceVersion={rv}",
    "resourceVersionMatch=NotOlderThan&resourceVersion={first}"
  ])
  const soon = random.chance(0.15)
  const parts = [select, limit, soon ? cached : exact].filter((part) => part !== "").join("&")
  // The cache of the server may be behind.
  return soon ? ["SETTLED", `${subject.path}?${parts}`] : ["GET", `${subject.path}?${parts}`]
}

const watch = (random: Random, subject: Subject): Action => {
  const parts = [
    random.chance(0.4) ? selector(random, subject) : "",
    random.pick([
      "resourceVersion={first}",
      "resourceVersion={first}",
      "resourceVersion={rv}",
      "resourceVersion=0",
      "",
      "resourceVersion=x",
      "sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true",
      "sendInitialEvents=true&resourceVersionMatch=NotOlderThan",
      "sendInitialEvents=true",
      "sendInitialEvents=false&resourceVersionMatch=NotOlderThan&resourceVersion={first}",
      "resourceVersionMatch=NotOlderThan&resourceVersion={first}",
      "resourceVersionMatch=Exact&resourceVersion={first}"
    ])
  ]
  return ["WATCH", `${subject.path}?${parts.filter((part) => part !== "").join("&")}`]
}

const apply = (random: Random, subject: Subject, name: string, extra: string): Action => {
  const { metadata, ...rest } = object(random, subject, name)
  const { resourceVersion: _, uid: __, ...kept } = Object(metadata)
  return [
    "PATCH",
    `${subject.path}/${name}?fieldManager=${random.pick(["one", "two"])}${
      random.chance(0.3) ? "&force=true" : ""
    }${extra}`,
    { ...rest, metadata: kept },
    "application/apply-patch+yaml"
  ]
}

const jsonPatch = (random: Random): ReadonlyArray<Json> => [{
  op: random.pick(["add", "replace", "remove", "test"]),
  path: random.pick([
    "/metadata/labels",
    "/metadata/labels/app",
    "/metadata/annotations",
    "/metadata/name",
    "/metadata/finalizers",
    "/spec",
    "/data/x"
  ]),
  value: random.pick<Json>([{ app: "z" }, "z", null, []])
}]

/** Without the objects of a namespace, which controllers make again some time later. */
const unowned = ({ path }: Subject): string =>
  ["configmaps", "serviceaccounts"].includes(path) ? "&labelSelector=app" : ""

/** One object is written more often than it is read, so that it has a history. */
const verbs = [
  ...["create", "create", "create", "get", "put", "merge", "merge", "strategic", "json"] as const,
  ...["apply", "apply", "status", "delete"] as const
] as const

const many = ["list", "list", "watch", "all"] as const

/** A request for one or more objects of a kind. */
export const action = (random: Random, subject: Subject): Action => {
  const found = plain(random, subject)
  return isWrite(found) && random.chance(0.07) ? duplicated(random, found) : found
}

const isWrite = (action: Action): action is Step => action[0] === "POST" || action[0] === "PUT" || action[0] === "PATCH"

const plain = (random: Random, subject: Subject): Action => {
  const name = subject.cluster ? "{ns}-a" : random.pick(["a", "a", "b"])
  const one = `${subject.path}/${name}`
  const made = () => object(random, subject, name)
  if (subject.dry) {
    return random.chance(0.7)
      ? ["POST", `${subject.path}?dryRun=All${random.chance(0.3) ? "&fieldValidation=Strict" : ""}`, made()]
      : apply(random, subject, name, "&dryRun=All")
  }
  switch (random.pick([...verbs, ...(subject.cluster ? [] : many)])) {
    case "create":
      return ["POST", `${subject.path}${query(random, dry, validation(random))}`, made()]
    case "get":
      return ["GET", one]
    case "list":
      return list(random, subject)
    case "watch":
      return watch(random, subject)
    case "put":
      return ["PUT", `${one}${query(random, dry, validation(random))}`, made()]
    case "merge":
    case "strategic": {
      const { apiVersion: _, kind: __, ...part } = made()
      return [
        "PATCH",
        `${one}${query(random, dry, validation(random))}`,
        part,
        `application/${random.pick(["merge", "strategic-merge"])}-patch+json`
      ]
    }
    case "json":
      return ["PATCH", one, jsonPatch(random), "application/json-patch+json"]
    case "apply":
      return apply(random, subject, name, random.chance(0.1) ? "&dryRun=All" : "")
    case "status":
      return subject.scale && random.chance(0.5)
        ? [
          "PATCH",
          `${one}/scale`,
          { spec: { replicas: random.pick([0, 2, -1]) } },
          "application/merge-patch+json"
        ]
        : subject.status
        ? ["PATCH", `${one}/status`, { status: { conditions: [] }, spec: { wrong: 1 } }, "application/merge-patch+json"]
        : ["GET", `${one}/status`]
    case "delete":
      return random.chance(0.5) ? ["DELETE", one] : ["DELETE", one, deletion(random)]
    case "all":
      return random.chance(0.5)
        ? ["DELETE", `${subject.path}?labelSelector=app%3D${random.pick(["x", "y"])}`]
        : [
          "DELETE",
          `${subject.path}?${
            random.pick([`limit=1${unowned(subject)}`, "fieldSelector=metadata.name%3Da", "dryRun=All"])
          }`
        ]
  }
}
