/**
 * What `os-builder rbac` prints: every permission that a backend needs, and no other.
 */
import { assert, describe, it } from "@effect/vitest"
import * as k8s from "@kubernetes/client-node"
import { Effect, Layer, Schema } from "effect"
import { BackendSelection, type BuildBackend, type Cluster } from "effect-os-builder"
import * as FakeCluster from "effect-os-builder/FakeCluster"
import * as ClusterBackends from "../../src/cli/ClusterBackends.js"
import type { JsonObject } from "../../src/kubernetes/client/ApiRequest.js"
import { documents, runIn } from "../support/CommandHarness.js"
import { observe, operations } from "../support/Operations.js"
import { settle } from "../support/Quiescence.js"
import { inTime } from "../support/VirtualTime.js"

const run = runIn({})

const texts = Schema.Array(Schema.String)

const Role = Schema.Struct({
  kind: Schema.Literal("Role", "ClusterRole"),
  metadata: Schema.Struct({ name: Schema.String }),
  rules: Schema.Array(Schema.Struct({
    apiGroups: texts,
    resources: texts,
    resourceNames: Schema.optional(texts),
    verbs: texts
  }))
})

const Names = Schema.Struct({ kind: Schema.String, name: Schema.String, namespace: Schema.optional(Schema.String) })

const AnyObject = Schema.Struct({
  kind: Schema.String,
  metadata: Schema.Struct({ name: Schema.String, namespace: Schema.optional(Schema.String) }),
  rules: Schema.optional(Schema.Array(Schema.Object)),
  roleRef: Schema.optional(Names),
  subjects: Schema.optional(Schema.Array(Names))
})

/** The rules that the program gets: those of the pods are for pods. */
const rulesOf = (yaml: string): ReadonlyArray<FakeCluster.UserRule> =>
  k8s.loadAllYaml(yaml)
    .filter(Schema.is(Role))
    .filter(({ metadata }) => metadata.name !== "os-builder-pods")
    .flatMap(({ kind, rules }) =>
      rules.map(({ resourceNames, ...rule }): FakeCluster.UserRule => ({
        ...rule,
        ...(resourceNames === undefined ? {} : { resourceNames }),
        ...(kind === "Role" ? { namespaces: ["builds"] } : {})
      }))
    )

const printed = (backend: string) =>
  Effect.map(run(["rbac", "--backend", backend, "-n", "builds"]), ({ out }) => rulesOf(out))

/** The same rules, each without one of its verbs. */
const reduced = (rules: ReadonlyArray<FakeCluster.UserRule>) =>
  rules.flatMap((rule, index) =>
    rule.verbs.map((verb) => ({
      without: (rule.resources ?? []).map((resource) => `${verb} ${qualified(resource, rule.apiGroups ?? [])}`).join(),
      rules: rules.with(index, { ...rule, verbs: rule.verbs.filter((other) => other !== verb) })
    }))
  )

/** As the fake notes down what was asked: `builds.build.openshift.io/log`. */
const qualified = (resource: string, [group = ""]: ReadonlyArray<string>) => {
  const [plural = "", ...subresource] = resource.split("/")
  return [group === "" ? plural : `${plural}.${group}`, ...subresource].join("/")
}

const backends: ReadonlyArray<{
  readonly name: "openshift" | "custom" | "single-node"
  readonly cluster: FakeCluster.Options
  readonly layer: Layer.Layer<BuildBackend.BuildBackend, never, Cluster.Cluster>
}> = [
  { name: "openshift", cluster: { openShift: {} }, layer: BackendSelection.openShift().layer },
  { name: "custom", cluster: { openShift: {} }, layer: BackendSelection.custom().layer },
  {
    name: "single-node",
    cluster: { openShift: { topology: "SingleReplica" } },
    layer: BackendSelection.singleNode().layer
  }
]

describe.sequential("rbac --backend", () => {
  for (const { cluster, layer, name } of backends) {
    const under = (
      permissions: ReadonlyArray<FakeCluster.UserRule> | undefined,
      operation: typeof operations[keyof typeof operations]
    ) =>
      inTime(
        Effect.gen(function*() {
          const seen = yield* observe(operation)
          const requests = yield* (yield* FakeCluster.FakeCluster).requests
          return { seen, requests: new Set(requests.map(({ resource, verb }) => `${verb} ${resource}`)) }
        }).pipe(Effect.provide(
          layer.pipe(Layer.provideMerge(FakeCluster.layer({ ...cluster, namespace: "builds", permissions })))
        ))
      )

    it.effect(
      `${name}: every operation works with the printed rules, and needs each of them`,
      () =>
        Effect.gen(function*() {
          const rules = yield* printed(name)
          const usual = Object.entries(operations).map(([what, operation]) => ({
            what,
            operation,
            ...under(rules, operation)
          }))
          for (const { operation, seen, what } of usual) {
            assert.strictEqual(seen, under(undefined, operation).seen, what)
          }
          for (const { rules: fewer, without } of reduced(rules)) {
            yield* settle
            // OpenShift's admission checks permissions without a request.
            const asking = usual.filter(({ requests }) => requests.has(without))
            const isNeeded = (asking.length === 0 ? usual : asking).some(({ operation, seen }) =>
              under(fewer, operation).seen !== seen
            )
            assert.isTrue(isNeeded, `nothing needs ${without}`)
          }
        }),
      300_000
    )
  }
})

describe("rbac", () => {
  const auto = Effect.map(run(["rbac", "-n", "builds"]), ({ out }) => out)

  it.effect("auto: prints the rules of all backends and of the probes", () =>
    Effect.gen(function*() {
      const single = (rules: ReadonlyArray<FakeCluster.UserRule>) =>
        rules.flatMap(({ apiGroups = [], resourceNames = [], resources = [], verbs }) =>
          verbs.map((verb) => `${verb} ${resources.map((one) => qualified(one, apiGroups))} ${resourceNames}`)
        )
      const each = yield* Effect.forEach(backends, ({ name }) => printed(name))
      const more = [
        "get infrastructures.config.openshift.io cluster",
        "get clusterversions.config.openshift.io version"
      ]
      assert.deepStrictEqual(
        single(rulesOf(yield* auto)).toSorted(),
        Array.from(new Set([...each.flatMap(single), ...more])).toSorted()
      )
    }))

  it.effect("--git: adds the permissions for the commit of a branch on OpenShift, and none where Jobs build", () =>
    Effect.gen(function*() {
      const more = (backend: string) =>
        Effect.map(
          Effect.all([[], ["--git"]].map((flags) => run(["rbac", "-n", "builds", "--backend", backend, ...flags]))),
          ([without, with_]) => {
            const known = rulesOf(without?.out ?? "").map((rule) => JSON.stringify(rule))
            return rulesOf(with_?.out ?? "").filter((rule) => !known.includes(JSON.stringify(rule))).map((
              { resources, verbs }
            ) => [resources, verbs])
          }
        )
      assert.deepStrictEqual(yield* more("openshift"), [[["jobs"], ["create", "delete"]], [["proxies"], ["get"]]])
      assert.deepStrictEqual(yield* more("custom"), [])
    }))

  const clusters: ReadonlyArray<readonly [string, FakeCluster.Options, ReadonlyArray<JsonObject>]> = [
    ["a plain cluster", {}, []],
    ["OpenShift", { openShift: {} }, []],
    ["a single node", { openShift: { topology: "SingleReplica" } }, []],
    ["OpenShift whose Build API is to go", { openShift: {} }, [{
      apiVersion: "config.openshift.io/v1",
      kind: "ClusterVersion",
      metadata: { name: "version" },
      status: { capabilities: { knownCapabilities: ["Build"], enabledCapabilities: [] } }
    }]]
  ]
  const verdicts = (permissions: ReadonlyArray<FakeCluster.UserRule> | undefined) =>
    Effect.forEach(clusters, ([, options, objects]) =>
      Effect.gen(function*() {
        const fake = yield* FakeCluster.FakeCluster
        yield* fake.seed(...objects)
        const { report } = yield* Effect.provide(BackendSelection.Selection, BackendSelection.layer)
        return report.rows.map(({ verdict }) => verdict._tag)
      }).pipe(Effect.provide(FakeCluster.layer({ ...options, namespace: "builds", permissions }))))

  it.effect("auto: the probes get the same verdicts with these rules, and need each of them", () =>
    Effect.gen(function*() {
      const rules = rulesOf(yield* auto)
      const known = yield* verdicts(undefined)
      assert.deepStrictEqual(yield* verdicts(rules), known)
      const probing = reduced(rules).filter(({ without }) => /infrastructures|clusterversions/.test(without))
      assert.lengthOf(probing, 2)
      for (const { rules: fewer, without } of probing) {
        assert.notDeepEqual(yield* verdicts(fewer), known, without)
      }
    }))

  it.effect("bindings: bind the roles to service accounts in the namespace", () =>
    Effect.gen(function*() {
      const environment = { OS_BUILDER_SERVICE_ACCOUNT: "image-builder", OS_BUILDER_DELIVER_TO_NODE: "true" }
      const { out } = yield* run(["rbac", "-n", "builds", "--backend", "single-node"], { environment })
      const objects = k8s.loadAllYaml(out).map((object) => Schema.decodeUnknownSync(AnyObject)(object))
      assert.deepStrictEqual(objects.map(({ kind, metadata }) => [kind, metadata.name, metadata.namespace]), [
        ["ServiceAccount", "os-builder", "builds"],
        ["Role", "os-builder", "builds"],
        ["RoleBinding", "os-builder", "builds"],
        ["ClusterRole", "os-builder-single-node", undefined],
        ["ClusterRoleBinding", "os-builder-single-node-builds", undefined],
        ["ServiceAccount", "image-builder", "builds"],
        ["Role", "os-builder-pods", "builds"],
        ["RoleBinding", "os-builder-pods", "builds"]
      ])
      assert.deepStrictEqual(
        objects.flatMap(({ metadata, roleRef, subjects = [] }) =>
          subjects.map((subject) => [metadata.name, roleRef?.kind, roleRef?.name, subject.name, subject.namespace])
        ),
        [
          ["os-builder", "Role", "os-builder", "os-builder", "builds"],
          ["os-builder-single-node-builds", "ClusterRole", "os-builder-single-node", "os-builder", "builds"],
          ["os-builder-pods", "Role", "os-builder-pods", "image-builder", "builds"]
        ]
      )
      assert.deepStrictEqual(objects.find(({ metadata }) => metadata.name === "os-builder-pods")?.rules, [{
        apiGroups: ["security.openshift.io"],
        resources: ["securitycontextconstraints"],
        resourceNames: ["privileged"],
        verbs: ["use"]
      }])
    }))

  it.effect("--json: prints the same objects", () =>
    Effect.gen(function*() {
      const json = yield* run(["rbac", "-n", "builds", "--json"])
      assert.deepStrictEqual(
        documents(json.out).map((line) => line.type === "object" ? line.object : line),
        k8s.loadAllYaml(yield* auto)
      )
    }))

  it.effect("--help: names the backends that need permissions, and no other", () =>
    Effect.gen(function*() {
      const { out } = yield* run(["rbac", "--help"])
      for (const name of ["auto", ...ClusterBackends.names]) assert.include(out, name)
      assert.notInclude(out, "local")
    }))

  it.effect("wrong arguments: a backend without a cluster or an invalid namespace exits with 2", () =>
    Effect.gen(function*() {
      for (const wrong of [["--backend", "local"], ["--backend", "toString"], ["-n", "a\nkind: Pod"], ["-n", ""]]) {
        const { out, status } = yield* run(["rbac", ...wrong])
        assert.strictEqual(out, "", wrong.join(" "))
        assert.strictEqual(status, 2, wrong.join(" "))
      }
    }))
})
