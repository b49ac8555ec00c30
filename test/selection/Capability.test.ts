import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Schema } from "effect"
import { Capability, Cluster } from "effect-os-builder"
import * as FakeCluster from "effect-os-builder/FakeCluster"
import type { JsonObject } from "../../src/kubernetes/client/ApiRequest.js"
import { timed } from "../support/Quiescence.js"
import { layer, openShift, type Refusal, type Script, scripted } from "../support/ScriptedCluster.js"

const on = <A, E>(script: Script, probe: Effect.Effect<A, E, Cluster.Cluster>) => Effect.provide(probe, layer(script))

const pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "os-build-probe" },
  spec: { serviceAccountName: "builder-of-os", containers: [] }
}

const forbidden: Refusal = { code: 403, reason: "Forbidden", message: "no permission" }

describe("singleNode", () => {
  const topologies: ReadonlyArray<readonly [string, Script, string, RegExp]> = [
    ["SingleReplica", { ...openShift, topology: "SingleReplica" }, "Available", /SingleReplica/],
    ["HighlyAvailable", openShift, "Absent", /HighlyAvailable/],
    ["HighlyAvailableArbiter", { ...openShift, topology: "HighlyAvailableArbiter" }, "Absent", /Arbiter/],
    ["DualReplica", { ...openShift, topology: "DualReplica" }, "Absent", /DualReplica/],
    ["External", { ...openShift, topology: "External" }, "Absent", /External/],
    ["no word of it", { ...openShift, topology: "" }, "Absent", /controlPlaneTopology/],
    ["no Infrastructure", { groups: openShift.groups ?? [] }, "Absent", /no Infrastructure/],
    ["no OpenShift", {}, "Absent", /no API group config.openshift.io/],
    [
      "no permission",
      { ...openShift, refuses: { "/infrastructures/cluster": forbidden } },
      "Forbidden",
      /no permission/
    ]
  ]
  for (const [name, script, tag, evidence] of topologies) {
    it.effect(name, () =>
      Effect.gen(function*() {
        const verdict = yield* on(script, Capability.singleNode)
        assert.strictEqual(verdict._tag, tag)
        assert.match(verdict.evidence, evidence)
        assert.strictEqual(yield* on(script, Capability.isSingleNode), tag === "Available")
      }))
  }

  it.effect("singleNode: asks for nothing that discovery does not name", () =>
    Effect.scoped(Effect.gen(function*() {
      const { cluster, paths } = yield* scripted({})
      yield* Effect.provideService(Capability.singleNode, Cluster.Cluster, cluster)
      assert.sameMembers([...yield* paths], ["/api", "/apis"])
    })))

  it.effect("singleNode: names the rule that is missing", () =>
    Effect.gen(function*() {
      const verdict = yield* on(
        { ...openShift, refuses: { "/infrastructures/cluster": forbidden } },
        Capability.singleNode
      )
      assert.deepStrictEqual(
        verdict._tag === "Forbidden" ? verdict.rule : undefined,
        new Capability.RbacRule({
          apiGroups: ["config.openshift.io"],
          resources: ["infrastructures"],
          resourceNames: ["cluster"],
          verbs: ["get"]
        })
      )
      assert.strictEqual(
        verdict._tag === "Forbidden" ? String(verdict.rule) : "",
        "get infrastructures (config.openshift.io) named cluster cluster-wide"
      )
    }))
})

describe("openShiftBuilds", () => {
  const cases: ReadonlyArray<readonly [string, Script, string, RegExp]> = [
    ["everything is there", openShift, "Available", /serves builds/],
    ["no group", { groups: ["batch"] }, "Absent", /no API group build.openshift.io/],
    ["no resource", { ...openShift, buildResources: ["buildconfigs"] }, "Absent", /serves no builds/],
    [
      "group listed, version gone",
      { ...openShift, refuses: { "openshift.io/v1": { code: 404 } } },
      "Absent",
      /serves no/
    ],
    [
      "discovery forbidden",
      { ...openShift, refuses: { "build.openshift.io/v1": forbidden } },
      "Forbidden",
      /permission/
    ],
    ["groups forbidden", { ...openShift, refuses: { "/apis": forbidden } }, "Forbidden", /no permission/],
    ["no known capabilities", { ...openShift, capabilities: { enabledCapabilities: [] } }, "Available", /Build/],
    ["capability not known", { ...openShift, capabilities: { knownCapabilities: ["Insights"] } }, "Available", /Build/],
    [
      "capability enabled",
      { ...openShift, capabilities: { knownCapabilities: ["Build"], enabledCapabilities: ["Build"] } },
      "Available",
      /Build/
    ],
    [
      "capability not enabled",
      { ...openShift, capabilities: { knownCapabilities: ["Build"], enabledCapabilities: ["Insights"] } },
      "Absent",
      /capability Build is not enabled/
    ],
    [
      "capability known, none enabled",
      { ...openShift, capabilities: { knownCapabilities: ["Build"] } },
      "Absent",
      /capability Build is not enabled/
    ],
    [
      "ClusterVersion forbidden: a hint, no more",
      { ...openShift, refuses: { "/clusterversions/version": forbidden } },
      "Available",
      /is not known/
    ],
    [
      "no ClusterVersion",
      { ...openShift, refuses: { "/clusterversions/version": { code: 404, reason: "NotFound" } } },
      "Available",
      /is not known/
    ],
    ["no group for the hint", { groups: ["build.openshift.io"] }, "Available", /is not known/],
    [
      "access reviews forbidden",
      { ...openShift, refuses: { "/selfsubjectaccessreviews": forbidden } },
      "Forbidden",
      /no permission/
    ]
  ]
  for (const [name, script, tag, evidence] of cases) {
    it.effect(name, () =>
      Effect.gen(function*() {
        const verdict = yield* on(script, Capability.openShiftBuilds)
        assert.strictEqual(verdict._tag, tag)
        assert.match(verdict.evidence, evidence)
        assert.strictEqual(yield* on(script, Capability.hasOpenShiftBuilds), tag === "Available")
      }))
  }

  const denials: ReadonlyArray<readonly [ReadonlyArray<string>, ReadonlyArray<string>]> = [
    [["builds"], ["build.openshift.io"]],
    [["builds/docker"], ["build.openshift.io"]],
    [["configmaps"], [""]],
    [["configmaps", "builds/docker"], ["", "build.openshift.io"]]
  ]
  for (const [denied, apiGroups] of denials) {
    it.effect(`names the rule to grant: ${denied.join(", ")}`, () =>
      Effect.gen(function*() {
        const verdict = yield* on({ ...openShift, denied }, Capability.openShiftBuildsWith({ namespace: "os" }))
        assert(verdict._tag === "Forbidden")
        assert.deepStrictEqual(
          verdict.rule,
          new Capability.RbacRule({ apiGroups, resources: denied, verbs: ["create"], namespace: "os" })
        )
      }))
  }
})

describe("buildJobs", () => {
  const refusing = (message: string, code = 403, reason = "Forbidden"): Script => ({
    groups: ["batch", "security.openshift.io"],
    refuses: { "/pods": { code, reason, message } }
  })
  const cases: ReadonlyArray<readonly [string, Script, string, RegExp]> = [
    ["everything is there", {}, "Available", /a build pod is admitted to namespace builds/],
    ["no batch group", { groups: [] }, "Absent", /no API group batch/],
    ["no Jobs", { denied: ["jobs"] }, "Forbidden", /may not create jobs \(batch\) in namespace builds/],
    [
      "no ConfigMaps",
      { denied: ["configmaps"] },
      "Forbidden",
      /may not create configmaps \(core\) in namespace builds/
    ],
    [
      "PodSecurity",
      refusing("pods \"p\" is forbidden: violates PodSecurity \"restricted:latest\": runAsNonRoot != true"),
      "Forbidden",
      /violates PodSecurity.*label namespace builds pod-security/
    ],
    [
      "no SCC",
      refusing("pods \"p\" is forbidden: unable to validate against any security context constraint: [...]"),
      "Forbidden",
      /unable to validate against any security context constraint/
    ],
    [
      "a quota in which the pod never fits",
      refusing(
        "pods \"p\" is forbidden: exceeded quota: compute, requested: limits.memory=2Gi,pods=1, " +
          "used: limits.memory=0,pods=9, limited: limits.memory=1536Mi,pods=9"
      ),
      "Forbidden",
      /exceeded quota.*raise the quota/
    ],
    [
      "a quota that is full now",
      refusing(
        "pods \"p\" is forbidden: exceeded quota: compute, requested: limits.cpu=1500m,limits.memory=2Gi, " +
          "used: limits.cpu=1,limits.memory=2Gi, limited: limits.cpu=2,limits.memory=2048Mi"
      ),
      "Available",
      /builds wait for room in the quota/
    ],
    [
      "a quota that wants limits",
      refusing("pods \"p\" is forbidden: failed quota: compute: must specify limits.cpu for: build"),
      "Forbidden",
      /must specify limits.cpu/
    ],
    [
      "a webhook",
      refusing("admission webhook \"policy.example.com\" denied the request: no", 400, "BadRequest"),
      "Forbidden",
      /policy.example.com/
    ],
    [
      "an invalid pod",
      refusing("Pod \"p\" is invalid: spec.containers: Required", 422, "Invalid"),
      "Forbidden",
      /Required/
    ],
    ["no namespace", refusing("namespaces \"builds\" not found", 404, "NotFound"), "Absent", /"builds" not found/],
    [
      "a namespace that goes away",
      refusing(
        "pods \"p\" is forbidden: unable to create new content in namespace builds because it is being terminated"
      ),
      "Absent",
      /being terminated/
    ],
    [
      "no permission to create pods, which only the Job controller needs",
      refusing(
        "pods is forbidden: User \"u\" cannot create resource \"pods\" in API group \"\" in the namespace \"builds\""
      ),
      "Available",
      /could not be tried/
    ],
    [
      "a service account that may use an SCC",
      { groups: ["batch", "security.openshift.io"], scc: "anyuid" },
      "Available",
      /service account builder-of-os may use SCC anyuid/
    ],
    [
      "a service account that may use no SCC, though we may",
      { groups: ["batch", "security.openshift.io"], scc: null },
      "Forbidden",
      /service account builder-of-os may use no SCC/
    ],
    [
      "a cluster that cannot be asked about service accounts",
      { groups: ["batch", "security.openshift.io"] },
      "Available",
      /^may .*; it is not known which SCC service account builder-of-os may use: the cluster refused the review$/
    ]
  ]
  for (const [name, script, tag, evidence] of cases) {
    it.effect(name, () =>
      Effect.gen(function*() {
        const verdict = yield* on(script, Capability.buildJobsWith({ pod }))
        assert.strictEqual(verdict._tag, tag)
        assert.match(verdict.evidence, evidence)
      }))
  }

  it.effect("buildJobs: names the SCC to grant, and where", () =>
    Effect.gen(function*() {
      const verdict = yield* on(
        { groups: ["batch", "security.openshift.io"], scc: null },
        Capability.buildJobsWith({ pod, namespace: "os", scc: "privileged" })
      )
      assert(verdict._tag === "Forbidden")
      assert.deepStrictEqual(
        verdict.rule,
        new Capability.RbacRule({
          apiGroups: ["security.openshift.io"],
          resources: ["securitycontextconstraints"],
          resourceNames: ["privileged"],
          verbs: ["use"],
          namespace: "os"
        })
      )
    }))

  it.effect("buildJobs: tries the pod without creating it, for its own service account", () =>
    Effect.scoped(Effect.gen(function*() {
      const { cluster, requests } = yield* scripted({ groups: ["batch", "security.openshift.io"], scc: "anyuid" })
      yield* Effect.provideService(Capability.buildJobsWith({ pod, namespace: "os" }), Cluster.Cluster, cluster)
      const tried = (yield* requests).find(({ path }) => path.endsWith("/pods"))
      const asked = (yield* requests).find(({ path }) => path.endsWith("/podsecuritypolicysubjectreviews"))
      assert.strictEqual(tried?.path, "/api/v1/namespaces/os/pods")
      assert.strictEqual(tried?.query["dryRun"], "All")
      assert.deepStrictEqual(asked?.body, {
        apiVersion: "security.openshift.io/v1",
        kind: "PodSecurityPolicySubjectReview",
        spec: { groups: ["system:authenticated"], template: { metadata: pod.metadata, spec: pod.spec } }
      })
    })))

  it.effect("buildJobs: notices a server that drops the user namespace", () =>
    Effect.gen(function*() {
      const isolated = { ...pod, spec: { ...pod.spec, hostUsers: false } }
      const kept = yield* on({}, Capability.buildJobsWith({ pod: isolated }))
      assert.strictEqual(kept._tag, "Available")
      const dropped = yield* on({ admits: () => pod }, Capability.buildJobsWith({ pod: isolated }))
      assert.strictEqual(dropped._tag, "Absent")
      assert.match(dropped.evidence, /user namespaces/)
    }))

  describe("a pod that is admitted with less than a build needs", () => {
    const without = (securityContext: JsonObject, annotations: JsonObject = {}) => ({
      ...pod,
      metadata: { ...pod.metadata, annotations },
      spec: { ...pod.spec, initContainers: [{ name: "build", securityContext }], containers: [{ name: "push" }] }
    })
    const nonroot = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] } }
    const results: ReadonlyArray<readonly [string, Script, string, RegExp]> = [
      [
        "the dry run shows that SCC nonroot-v2 admits it",
        { admits: () => without(nonroot, { "openshift.io/scc": "nonroot-v2" }) },
        "Absent",
        /by SCC nonroot-v2, but cannot build: its container build has allowPrivilegeEscalation: false and lacks the capabilities SETUID and SETGID, .*use SCC anyuid$/
      ],
      [
        "the review shows that the service account may use SCC nonroot-v2 alone",
        { groups: ["batch", "security.openshift.io"], scc: "nonroot-v2", reviewed: without(nonroot) },
        "Absent",
        /by SCC nonroot-v2, but cannot build/
      ],
      [
        "a webhook forbids privilege escalation",
        { admits: () => without({ allowPrivilegeEscalation: false }) },
        "Absent",
        /^a build pod is admitted, but cannot build: its container build has allowPrivilegeEscalation: false, so that buildah has only one user id$/
      ],
      [
        "a webhook drops one capability",
        { admits: () => without({ capabilities: { drop: ["SETUID", "KILL"] } }) },
        "Absent",
        /lacks the capability SETUID,/
      ],
      [
        "a webhook drops all capabilities but those",
        { admits: () => without({ capabilities: { drop: ["ALL"], add: ["SETUID", "SETGID"] } }) },
        "Available",
        /admitted/
      ],
      ["a privileged container", { admits: () => without({ privileged: true }) }, "Available", /admitted/],
      [
        "the review shows SCC anyuid",
        {
          groups: ["batch", "security.openshift.io"],
          scc: "anyuid",
          reviewed: without({ capabilities: { drop: ["MKNOD"] } })
        },
        "Available",
        /may use SCC anyuid/
      ]
    ]
    for (const [name, script, tag, evidence] of results) {
      it.effect(`buildJobs: ${name}: ${tag}`, () =>
        Effect.gen(function*() {
          const verdict = yield* on(script, Capability.buildJobsWith({ pod }))
          assert.strictEqual(verdict._tag, tag)
          assert.match(verdict.evidence, evidence)
        }))
    }
  })

  it.effect("buildJobs: tries no pod when none is given", () =>
    Effect.gen(function*() {
      assert.isTrue(yield* on(refusing("no"), Capability.canRunBuildJobs))
    }))
})

describe("singleNodeJobs", () => {
  it.effect("singleNodeJobs: takes a single node, and Jobs on it", () =>
    Effect.gen(function*() {
      const probe = Capability.singleNodeJobsWith({ pod })
      const both = yield* on({ ...openShift, topology: "SingleReplica" }, probe)
      assert.strictEqual(both._tag, "Available")
      assert.match(both.evidence, /SingleReplica.*may create.*admitted/)
      assert.strictEqual(
        (yield* on({ ...openShift, topology: "SingleReplica", denied: ["jobs"] }, probe))._tag,
        "Forbidden"
      )
      assert.strictEqual((yield* on({}, probe))._tag, "Absent")
    }))

  it.effect("singleNodeJobs: does not wait for what cannot change the answer", () =>
    Effect.gen(function*() {
      const verdict = yield* on(
        { ...openShift, refuses: { "/pods": { code: 503 } } },
        Capability.singleNodeJobsWith({ pod })
      )
      assert.strictEqual(verdict._tag, "Absent")
    }))
})

describe.sequential("a cluster that does not answer", { timeout: 30_000 }, () => {
  const away = {
    code: 503,
    reason: "ServiceUnavailable",
    message: "the server is currently unable to handle the request"
  }
  const unanswered: ReadonlyArray<readonly [string, Script]> = [
    ["the server is away", { refuses: { "/apis": away } }],
    ["the group is listed, and nobody serves it", { ...openShift, refuses: { "build.openshift.io/v1": away } }],
    ["the server throttles", { ...openShift, refuses: { "/selfsubjectaccessreviews": { code: 429, retryAfter: 25 } } }],
    ["nothing ever comes back", { latency: "1 hour" }]
  ]
  for (const [name, script] of unanswered) {
    it.effect(`fails after two minutes: ${name}`, () =>
      Effect.gen(function*() {
        const { took, value } = yield* timed(Effect.flip(on(script, Capability.openShiftBuilds)))
        assert.instanceOf(value, Capability.ProbeError)
        assert.isTrue(value.retryable)
        assert.match(value.message, /openShiftBuilds failed: no response within 2m.* \(try again/)
        assert.strictEqual(took, 120_000)
      }))
  }

  it.effect("a cluster that does not answer: keeps the cause", () =>
    Effect.gen(function*() {
      const { value } = yield* timed(Effect.flip(on({ refuses: { "/apis": away } }, Capability.buildJobs)))
      assert.propertyVal(value.cause, "reason", "Unreachable")
    }))

  it.effect("a cluster that does not answer: waits as long as it is told to", () =>
    Effect.gen(function*() {
      const probe = on({ refuses: { "/apis": away } }, Capability.singleNode)
      const { took } = yield* timed(
        Effect.flip(Effect.provideService(probe, Capability.ProbeTimeout, Duration.seconds(7)))
      )
      assert.strictEqual(took, 7_000)
    }))

  it.effect("a cluster that does not answer: goes on when it comes back", () =>
    Effect.gen(function*() {
      const script = { ...openShift, refuses: { "build.openshift.io/v1": { times: 12, refusal: away } } }
      const { took, value } = yield* timed(on(script, Capability.hasOpenShiftBuilds))
      assert.isTrue(value)
      assert.isAbove(took, 5_000)
      assert.isBelow(took, 120_000)
    }))

  it.effect("a cluster that does not answer: comes back no sooner than the server asks for", () =>
    Effect.gen(function*() {
      const script = { refuses: { "/apis": { times: 1, refusal: { code: 429, retryAfter: 40 } } } }
      const { took, value } = yield* timed(on(script, Capability.canRunBuildJobs))
      assert.isTrue(value)
      assert.strictEqual(took, 40_000)
    }))

  it.effect("a cluster that does not answer: waits for a webhook that is down, and a quota that is not counted yet", () =>
    Effect.gen(function*() {
      const refusals: ReadonlyArray<Refusal> = [
        { code: 500, reason: "InternalError", message: "failed calling webhook \"x\"" },
        {
          code: 403,
          reason: "Forbidden",
          message: "pods \"p\" is forbidden: status unknown for quota: q, resources: pods"
        },
        { code: 409, reason: "Conflict", message: "Operation cannot be fulfilled on resourcequotas \"q\"" }
      ]
      for (const refusal of refusals) {
        const script = { refuses: { "/pods": { times: 6, refusal } } }
        const { value } = yield* timed(on(script, Capability.buildJobsWith({ pod })))
        assert.strictEqual(value._tag, "Available", refusal.message)
      }
    }))

  it.effect("a cluster that does not answer: does not wait for what waiting does not change", () =>
    Effect.gen(function*() {
      const script = { refuses: { "/apis": { code: 401, reason: "Unauthorized", message: "Unauthorized" } } }
      const error = yield* Effect.flip(on(script, Capability.singleNode))
      assert.isFalse(error.retryable)
      assert.match(error.message, /singleNode failed: .*log in again/)
    }))
})

it.effect("Capability: every probe takes two round trips", () =>
  Effect.gen(function*() {
    const script: Script = { ...openShift, topology: "SingleReplica", scc: "anyuid", latency: "100 millis" }
    const probes = [
      Capability.singleNode,
      Capability.openShiftBuilds,
      Capability.buildJobsWith({ pod }),
      Capability.singleNodeJobsWith({ pod })
    ]
    const { took, value } = yield* timed(on(script, Effect.all(probes, { concurrency: "unbounded" })))
    assert.strictEqual(took, 200)
    assert.deepStrictEqual(value.map(({ _tag }) => _tag), ["Available", "Available", "Available", "Available"])
  }))

it.effect("Capability: verdicts go through JSON", () =>
  Effect.gen(function*() {
    const verdict = yield* on({ denied: ["jobs"] }, Capability.buildJobs)
    const asJson = Schema.parseJson(Capability.Verdict)
    const json = yield* Schema.encode(asJson)(verdict)
    assert.deepStrictEqual(yield* Schema.decode(asJson)(json), verdict)
  }))

describe("uploads", () => {
  const asked = (verbs: ReadonlyArray<string>) =>
    Effect.provide(
      Capability.uploads,
      FakeCluster.layer({
        namespace: "builds",
        permissions: [{ apiGroups: [""], resources: ["pods/attach"], verbs }]
      })
    )

  it.effect("uploads: Available with both verbs of pods/attach, else Forbidden with the rule that is missing", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* asked(["create", "get"]))._tag, "Available")
      for (const [had, missing] of [["get", "create"], ["create", "get"]] as const) {
        const verdict = yield* asked([had])
        assert.deepStrictEqual(
          verdict._tag === "Forbidden" ? verdict.rule : verdict,
          new Capability.RbacRule({
            apiGroups: [""],
            resources: ["pods/attach"],
            verbs: [missing],
            namespace: "builds"
          })
        )
      }
    }))
})
