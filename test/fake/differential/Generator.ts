/** Random programs of requests, valid and invalid, from a seed. */
import type { Json, JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"
import type { Step } from "../../support/ApiProgram.js"

/** A source of random numbers: mulberry32. */
const random = (seed: number) => {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    chance: (probability: number): boolean => next() < probability,
    pick: <A>(items: readonly [A, ...ReadonlyArray<A>]): A => items[Math.floor(next() * items.length)] ?? items[0]
  }
}

type Random = ReturnType<typeof random>

interface Subject {
  readonly path: string
  readonly apiVersion: string
  readonly kind: string
  /** The fields of a valid object beside its metadata. */
  readonly body: (random: Random) => JsonObject
  /** Paths that are set to odd values. */
  readonly odd: readonly [string, ...ReadonlyArray<string>]
  readonly status?: true
}

const pod = (random: Random): JsonObject => ({
  metadata: { labels: { app: random.pick(["x", "x", "y"]) } },
  spec: { containers: [{ name: random.pick(["main", "side"]), image: random.pick(["image:1", "image"]) }] }
})

const text = (random: Random): string => random.pick(["a", "b", "long text", ""])

const subjects: readonly [Subject, ...ReadonlyArray<Subject>] = [
  {
    path: "configmaps",
    apiVersion: "v1",
    kind: "ConfigMap",
    body: (random) => ({ data: { [random.pick(["x", "y", "z"])]: text(random), w: text(random) } }),
    odd: ["data", "data.x", "immutable", "binaryData", "wrong"]
  },
  {
    path: "secrets",
    apiVersion: "v1",
    kind: "Secret",
    body: (random) => ({ stringData: { x: text(random) }, type: random.pick(["Opaque", "kubernetes.io/tls"]) }),
    odd: ["data", "stringData.x", "immutable", "type"]
  },
  {
    path: "serviceaccounts",
    apiVersion: "v1",
    kind: "ServiceAccount",
    body: () => ({ imagePullSecrets: [{ name: "a" }] }),
    odd: ["automountServiceAccountToken", "imagePullSecrets", "secrets"]
  },
  {
    path: "services",
    apiVersion: "v1",
    kind: "Service",
    body: (random) => ({
      spec: {
        selector: { app: "x" },
        ports: [{ port: random.pick([80, 443]), name: "a" }, { port: 8080, name: "b", targetPort: "http" }]
      }
    }),
    odd: ["spec.ports", "spec.type", "spec.selector", "spec.sessionAffinity", "spec.wrong"],
    status: true
  },
  {
    path: "coordination/leases",
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    body: (random) => ({
      spec: { holderIdentity: random.pick(["me", "you"]), leaseDurationSeconds: random.pick([15, 30]) }
    }),
    odd: ["spec.leaseDurationSeconds", "spec.holderIdentity", "spec.leaseTransitions"]
  },
  {
    path: "rbac/roles",
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "Role",
    body: (random) => ({ rules: [{ apiGroups: [""], resources: ["pods"], verbs: [random.pick(["get", "*"])] }] }),
    odd: ["rules", "rules.0.verbs", "rules.0.resources"]
  },
  {
    path: "rbac/rolebindings",
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    body: (random) => ({
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: random.pick(["a", "a", "b"]) },
      subjects: [{ kind: "ServiceAccount", name: "a", namespace: "default" }]
    }),
    odd: ["subjects", "subjects.0.kind", "roleRef.kind"]
  },
  {
    path: "networking/networkpolicies",
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    body: () => ({ spec: { podSelector: { matchLabels: { app: "x" } }, ingress: [{ ports: [{ port: 80 }] }] } }),
    odd: ["spec.policyTypes", "spec.egress", "spec.podSelector"]
  },
  {
    path: "apps/statefulsets",
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    body: (random) => ({
      spec: {
        replicas: random.pick([0, 1, 3]),
        serviceName: "a",
        selector: { matchLabels: { app: "x" } },
        template: pod(random)
      }
    }),
    odd: ["spec.replicas", "spec.selector", "spec.template.spec.restartPolicy", "spec.minReadySeconds", "spec.wrong"],
    status: true
  }
]

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
  ...(random.chance(0.15) ? { annotations: { note: text(random) } } : {}),
  ...(random.chance(0.1) ? { finalizers: [random.pick(["example.com/a", "example.com/b", "bad"])] } : {}),
  ...(random.chance(0.05) ? { resourceVersion: random.pick(["1", "x"]) } : {}),
  ...(random.chance(0.03) ? { uid: "00000000-0000-4000-8000-000000000000" } : {}),
  ...(random.chance(0.03) ? { namespace: "default" } : {})
})

const object = (random: Random, subject: Subject, name: string): JsonObject => {
  const whole: JsonObject = {
    apiVersion: subject.apiVersion,
    kind: subject.kind,
    metadata: metadata(random, random.chance(0.03) ? "Not_Valid" : name),
    ...subject.body(random)
  }
  const odd = random.chance(0.3) ? set(whole, random.pick(subject.odd).split("."), random.pick(oddValues)) : whole
  return typeof odd === "object" && odd !== null && !Array.isArray(odd) ? Object(odd) : whole
}

const query = (random: Random, ...parts: ReadonlyArray<readonly [probability: number, text: string]>): string => {
  const chosen = parts.filter(([probability]) => random.chance(probability)).map(([, text]) => text)
  return chosen.length === 0 ? "" : `?${chosen.join("&")}`
}

const dry = [0.1, "dryRun=All"] as const
const strict = [0.2, "fieldValidation=Strict"] as const

// Without Foreground and Orphan, which a controller finishes some time later.
const deletion = (random: Random): JsonObject => ({
  ...(random.chance(0.3)
    ? { propagationPolicy: random.pick(["Background", "Sometimes"]) }
    : {}),
  ...(random.chance(0.15) ? { preconditions: { uid: "00000000-0000-4000-8000-000000000000" } } : {}),
  ...(random.chance(0.1) ? { dryRun: ["All"] } : {})
})

const step = (random: Random, subject: Subject): Step => {
  const name = random.pick(["a", "a", "b"])
  const one = `${subject.path}/${name}`
  const made = () => object(random, subject, name)
  const manager = random.pick(["one", "two"])
  switch (
    random.pick([
      "create",
      "create",
      "get",
      "list",
      "put",
      "merge",
      "merge",
      "json",
      "apply",
      "apply",
      "status",
      "delete",
      "all"
    ])
  ) {
    case "create":
      return ["POST", `${subject.path}${query(random, dry, strict)}`, made()]
    case "get":
      return ["GET", one]
    case "list":
      return [
        "GET",
        `${subject.path}?${
          random.pick([
            "labelSelector=app%3Dx",
            "labelSelector=app%20in%20(x%2Cy)",
            "labelSelector=!app",
            "labelSelector=%3D",
            "fieldSelector=metadata.name%3Da",
            "fieldSelector=spec.wrong%3Da",
            ""
          ])
        }`
      ]
    case "put":
      return ["PUT", `${one}${query(random, dry, strict)}`, made()]
    case "merge": {
      const { apiVersion: _, kind: __, ...part } = made()
      return ["PATCH", `${one}${query(random, dry)}`, part, "application/merge-patch+json"]
    }
    case "json":
      return [
        "PATCH",
        one,
        [{
          op: random.pick(["add", "replace", "remove", "test"]),
          path: random.pick(["/metadata/labels", "/metadata/labels/app", "/metadata/annotations", "/metadata/name"]),
          value: random.pick<Json>([{ app: "z" }, "z"])
        }],
        "application/json-patch+json"
      ]
    case "apply": {
      const { metadata, ...rest } = made()
      const { resourceVersion: _, uid: __, ...kept } = Object(metadata)
      return [
        "PATCH",
        `${one}?fieldManager=${manager}${random.chance(0.3) ? "&force=true" : ""}`,
        { ...rest, metadata: kept },
        "application/apply-patch+yaml"
      ]
    }
    case "status":
      return subject.status
        ? ["PATCH", `${one}/status`, { status: { conditions: [] }, spec: { wrong: 1 } }, "application/merge-patch+json"]
        : ["GET", `${one}/status`]
    case "delete":
      return random.chance(0.5) ? ["DELETE", one] : ["DELETE", one, deletion(random)]
    default:
      return ["DELETE", `${subject.path}?labelSelector=app%3D${random.pick(["x", "y"])}`]
  }
}

/** A program of one or two kinds, with about twenty requests. */
export const program = (seed: number): ReadonlyArray<Step> => {
  const source = random(seed)
  const chosen = [source.pick(subjects), source.pick(subjects)] as const
  return Array.from({ length: 20 }, () => step(source, source.pick(chosen)))
}
