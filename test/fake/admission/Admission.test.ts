import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as PodSecurity from "../../../src/fake/admission/PodSecurity.js"
import * as Json from "../../../src/fake/Json.js"
import * as Program from "../../../src/fake/kubelet/Program.js"
import { api, jobs, names, plane, pod, pods, refused, settle } from "../../support/FakeApi.js"
import {
  type Container,
  type Job,
  type Manifest,
  manifest,
  type PodSpec,
  type ResourceQuota,
  type ResourceRequirements
} from "../../support/Manifest.js"

const main = (more: Partial<Manifest<Container>>) =>
  manifest<PodSpec>({ containers: [{ name: "main", image: "i", ...more }] })

describe.sequential("quotas", () => {
  it.scoped("ResourceQuota: rejects a pod above the limit and admits it later", () =>
    Effect.gen(function*() {
      const client = api(yield* plane({ pods: () => ({ programs: () => Effect.succeed(Program.runs) }) }))
      const quotas = "/api/v1/namespaces/ns/resourcequotas"
      yield* client.post(quotas, manifest<ResourceQuota>({ metadata: { name: "one" }, spec: { hard: { pods: "1" } } }))
      yield* client.post(pods, pod("a"))
      assert.deepInclude(yield* refused(client.post(pods, pod("b"))), {
        code: 403,
        reason: "Forbidden",
        message: "pods \"b\" is forbidden: exceeded quota: one, requested: pods=1, used: pods=1, limited: pods=1"
      })
      yield* client.post(
        jobs,
        manifest<Job>({
          metadata: { name: "j" },
          spec: { template: { spec: { ...main({}), restartPolicy: "Never" } } }
        })
      )
      yield* settle
      const events = Json.objects(yield* client.get("/api/v1/namespaces/ns/events"), "items")
      const created = events.find((event) => Json.text(event, "reason") === "FailedCreate")
      assert.include(Json.text(created, "message"), "exceeded quota: one")
      assert.deepStrictEqual(names(yield* client.get(pods)), ["a"])
      assert.deepInclude((yield* client.get(`${quotas}/one`))["status"], { used: { pods: "1" } })
      yield* client.delete(`${pods}/a`)
      yield* settle
      assert.match(names(yield* client.get(pods))[0] ?? "", /^j-/)
    }))

  it.scoped("ResourceQuota: counts requests and requires them", () =>
    Effect.gen(function*() {
      const client = api(yield* plane({ pods: () => ({ programs: () => Effect.succeed(Program.runs) }) }))
      const hard = { "requests.cpu": "1", "limits.memory": "2Gi" }
      yield* client.post(
        "/api/v1/namespaces/ns/resourcequotas",
        manifest<ResourceQuota>({ metadata: { name: "q" }, spec: { hard } })
      )
      const said = (name: string, resources: Manifest<ResourceRequirements>) =>
        Effect.map(refused(client.post(pods, pod(name, main({ resources })))), (status) => status.message)
      assert.strictEqual(
        yield* said("a", {}),
        "pods \"a\" is forbidden: failed quota: q: must specify limits.memory for: main; requests.cpu for: main"
      )
      yield* client.post(pods, pod("a", main({ resources: { requests: { cpu: "600m" }, limits: { memory: "1Gi" } } })))
      assert.strictEqual(
        yield* said("b", { requests: { cpu: "500m" }, limits: { memory: "1Gi" } }),
        "pods \"b\" is forbidden: exceeded quota: q, requested: requests.cpu=500m, used: requests.cpu=600m, "
          + "limited: requests.cpu=1"
      )
    }))
})

describe("pod security", () => {
  const privileged = main({ securityContext: { privileged: true, capabilities: { add: ["SYS_ADMIN", "CHOWN"] } } })
  const good = manifest<PodSpec>({
    securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
    ...main({ securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } } })
  })

  it("baseline: lists the violations", () => {
    const volumes = [{ name: "v", hostPath: { path: "/" } }]
    assert.deepStrictEqual(PodSecurity.violations("baseline", { ...privileged, volumes, hostNetwork: true }), [
      "non-default capabilities (container \"main\" must not include \"SYS_ADMIN\" in securityContext.capabilities.add)",
      "host namespaces (hostNetwork=true)",
      "hostPath volumes (volume \"v\")",
      "privileged (container \"main\" must not set securityContext.privileged=true)"
    ])
    assert.deepStrictEqual(PodSecurity.violations("baseline", main({})), [])
    assert.deepStrictEqual(PodSecurity.violations("privileged", privileged), [])
  })

  it("restricted: lists the violations", () => {
    assert.deepStrictEqual(PodSecurity.violations("restricted", main({})), [
      "allowPrivilegeEscalation != false (container \"main\" must set securityContext.allowPrivilegeEscalation=false)",
      "unrestricted capabilities (container \"main\" must set securityContext.capabilities.drop=[\"ALL\"])",
      "runAsNonRoot != true (pod or container \"main\" must set securityContext.runAsNonRoot=true)",
      "seccompProfile (pod or container \"main\" must set securityContext.seccompProfile.type to \"RuntimeDefault\" or "
      + "\"Localhost\")"
    ])
    assert.deepStrictEqual(PodSecurity.violations("restricted", good), [])
    assert.deepStrictEqual(
      PodSecurity.violations("restricted", {
        ...good,
        securityContext: {
          seccompProfile: { type: "RuntimeDefault" },
          runAsUser: 0
        },
        hostUsers: false
      }),
      []
    )
  })

  it.scoped("pod security: is enforced by the namespace's label", () =>
    Effect.gen(function*() {
      const client = api(yield* plane())
      yield* client.merge("/api/v1/namespaces/ns", {
        metadata: { labels: { "pod-security.kubernetes.io/enforce": "baseline" } }
      })
      assert.deepInclude(yield* refused(client.post(pods, pod("p", privileged), { dryRun: "All" })), {
        code: 403,
        message:
          "pods \"p\" is forbidden: violates PodSecurity \"baseline:latest\": non-default capabilities (container "
          + "\"main\" must not include \"SYS_ADMIN\" in securityContext.capabilities.add), privileged (container \"main\" "
          + "must not set securityContext.privileged=true)"
      })
      yield* client.post(pods, pod("p", main({})))
    }))
})

describe("service accounts", () => {
  it.scoped("service accounts: have to exist, and are mounted unless automount is off", () =>
    Effect.gen(function*() {
      const client = api(yield* plane())
      assert.deepInclude(yield* refused(client.post(pods, pod("p", { serviceAccountName: "none" }))), {
        code: 403,
        message: "pods \"p\" is forbidden: error looking up service account ns/none: serviceaccount \"none\" not found"
      })
      const made = yield* client.post(pods, pod("p"))
      assert.strictEqual(Json.text(made, "spec", "serviceAccountName"), "default")
      assert.match(Json.text(made, "spec", "volumes", 0, "name") ?? "", /^kube-api-access-/)
      const bare = yield* client.post(pods, pod("q", { automountServiceAccountToken: false }))
      assert.isUndefined(Json.at(bare, "spec", "volumes"))
    }))

  it.scoped("service accounts: a copy of a pod keeps its token", () =>
    Effect.gen(function*() {
      const client = api(yield* plane())
      const made = yield* client.post(pods, pod("p"))
      const copy = yield* client.post(pods, {
        metadata: { name: "q" },
        spec: Json.omit(Json.object(made, "spec"), "nodeName")
      })
      for (const path of [["volumes"], ["containers", 0, "volumeMounts"]]) {
        assert.deepStrictEqual(Json.at(copy, "spec", ...path), Json.at(made, "spec", ...path))
      }
    }))
})

describe("namespaces", () => {
  it.scoped("namespaces: those of the cluster itself may not be deleted", () =>
    Effect.gen(function*() {
      const client = api(yield* plane({ namespaces: ["ns", "kube-public"] }))
      for (const name of ["default", "kube-public", "kube-system"]) {
        assert.deepInclude(yield* refused(client.delete(`/api/v1/namespaces/${name}`)), {
          code: 403,
          reason: "Forbidden",
          message: `namespaces "${name}" is forbidden: this namespace may not be deleted`
        })
      }
      yield* client.delete("/api/v1/namespaces/ns")
      yield* settle
      assert.deepInclude(yield* refused(client.get("/api/v1/namespaces/ns")), { code: 404 })
    }))
})
