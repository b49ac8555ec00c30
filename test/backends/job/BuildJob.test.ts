import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { type BuildInput } from "effect-os-builder"
import type { ClusterDefaults } from "../../../src/backends/controller/Definition.js"
import * as JobDefinition from "../../../src/backends/job/JobDefinition.js"
import type { JobProfile, JobSettings } from "../../../src/backends/job/JobSettings.js"
import * as Json from "../../../src/fake/Json.js"
import { full, input, profile, record } from "../../support/Jobs.js"
import full_job from "./full.job.json" with { type: "json" }

const job = (
  given: BuildInput.BuildInput,
  of: JobProfile = profile(),
  options: { readonly attempt?: number; readonly surroundings?: ClusterDefaults } = {}
) => {
  const definition = JobDefinition.make(of, Effect.succeed({}))
  const { parts } = definition.contents(given)
  return definition.manifest(
    record(given, parts.map(({ path, suffix }) => ({ name: `part-${suffix}`, path })), "custom"),
    options.attempt ?? 1,
    options.surroundings ?? {}
  )
}

const podSpec = (manifest: ReturnType<typeof job>) => Json.object(manifest, "spec", "template", "spec")

const container = (manifest: ReturnType<typeof job>, verb: "build" | "push") =>
  Json.objects(podSpec(manifest), verb === "build" ? "initContainers" : "containers")[0] ?? {}

const mountsOf = (manifest: ReturnType<typeof job>, verb: "build" | "push") =>
  Json.objects(container(manifest, verb), "volumeMounts").map((mount) => Json.text(mount, "name"))

const variable = (manifest: ReturnType<typeof job>, verb: "build" | "push", name: string) =>
  Json.objects(container(manifest, verb), "env").filter((entry) => entry["name"] === name).map((entry) =>
    entry["value"]
  )

describe("the Job of an input", () => {
  it("the Job of an input: of the files of an image has a container for them, which alone has their secret", () => {
    const digest = `sha256:${"1f".repeat(32)}`
    const image = { pullspec: `registry.example.com/acme/files:1@${digest}`, secretName: "files" }
    const given = input({
      context: { image },
      baseImage: { pullspec: "registry.example.com/base:1", secretName: "pulls" },
      finalImage: { pullspec: "registry.example.com/os:1", secretName: "pushes" }
    })
    const manifest = job(given, profile({ cacheClaimName: "layers" }))
    const [context = {}, build = {}] = Json.objects(podSpec(manifest), "initContainers")
    assert.deepStrictEqual([context, build].map(({ name }) => name), ["context", "build"])
    const volumesOf = (one: typeof context) =>
      Json.objects(one, "volumeMounts").map((mount) => Json.text(mount, "name"))
    assert.deepStrictEqual(volumesOf(context), ["input", "work", "context-memory", "context-secret"])
    assert.deepStrictEqual(volumesOf(build), ["input", "work", "build-memory", "cache", "base-secret"])
    assert.deepStrictEqual(mountsOf(manifest, "push"), ["input", "work", "push-memory", "cache", "final-secret"])
    const variables = Object.fromEntries(
      Json.objects(context, "env").map((entry) => [Json.text(entry, "name"), Json.text(entry, "value")])
    )
    assert.strictEqual(variables["OSB_CONTEXT_IMAGE"], `registry.example.com/acme/files@${digest}`)
    const policy = Json.objects(manifest, "spec", "podFailurePolicy", "rules").map((rule) =>
      Json.at(rule, "onExitCodes", "containerName")
    )
    assert.include(policy, "context")
  })

  it("the Job of an input: of everything", () => {
    const settings: JobSettings = {
      security: "userns",
      serviceAccount: "builds",
      cacheClaimName: "layers",
      registriesConfigMapName: "registries",
      insecureRegistries: ["registry.lab:5000"],
      storage: "vfs"
    }
    assert.deepStrictEqual(JSON.parse(JSON.stringify(job(full, profile(settings)))), full_job)
  })

  it("the Job of an input: shows each container its own secret, and the build what RUN sees", () => {
    const manifest = job(full)
    const shared = ["input", "work", "trust"]
    const forRun = ["entitlement", "mount-000001", "mount-000002"]
    assert.deepStrictEqual(
      mountsOf(manifest, "build").toSorted(),
      [...shared, "build-memory", "base-secret", ...forRun].toSorted()
    )
    assert.deepStrictEqual(mountsOf(manifest, "push").toSorted(), [...shared, "push-memory", "final-secret"].toSorted())
  })

  it("the Job of an input: has no token, no privilege and no secret that is optional", () => {
    const text = JSON.stringify(job(full))
    assert.include(text, "\"automountServiceAccountToken\":false")
    for (const word of ["privileged", "optional", "hostPath", "serviceAccountToken", "capabilities"]) {
      assert.notInclude(text, word)
    }
  })

  it("the Job of an input: pulls with the default secret where the input names none", () => {
    const manifest = job(input(), profile({ defaultPullSecretName: "cluster" }))
    assert.include(mountsOf(manifest, "build"), "base-secret")
    assert.include(JSON.stringify(manifest), "\"secretName\":\"cluster\"")
    assert.notInclude(mountsOf(manifest, "push"), "base-secret")
  })

  it("the Job of an input: tries again as often as its input says, less the attempts before", () => {
    const backoff = (retries: number | undefined, attempt: number) =>
      Json.at(job(input({ retries }), profile(), { attempt }), "spec", "backoffLimit")
    assert.deepStrictEqual([backoff(undefined, 1), backoff(0, 1), backoff(5, 1), backoff(5, 3)], [2, 0, 5, 3])
  })

  it("the Job of an input: takes the proxies of the cluster where the input names none", () => {
    const surroundings = { proxy: { https: "http://cluster:3128", noProxy: ".svc" } }
    const own = { https: "http://own:3128" }
    const plain = job(input(), profile(), { surroundings })
    const named = job(input({ proxy: own }), profile(), { surroundings })
    for (const verb of ["build", "push"] as const) {
      assert.deepStrictEqual(variable(plain, verb, "HTTPS_PROXY"), ["http://cluster:3128"])
      assert.deepStrictEqual(variable(plain, verb, "NO_PROXY"), [".svc"])
      assert.deepStrictEqual(variable(named, verb, "HTTPS_PROXY"), ["http://own:3128"])
      assert.deepStrictEqual(variable(named, verb, "NO_PROXY"), [])
    }
  })

  it("the Job of an input: keeps Kubernetes from reading variables in what it is given", () => {
    const manifest = job(input({ proxy: { http: "http://p:1", noProxy: "$(OSB_WORK_DIR),$$(HOME),$" } }))
    assert.deepStrictEqual(variable(manifest, "build", "NO_PROXY"), ["$$(OSB_WORK_DIR),$$$$(HOME),$$"])
  })

  it("the Job of an input: goes to nodes of its architecture", () => {
    const selector = podSpec(job(input({ architecture: "s390x" })))["nodeSelector"]
    assert.deepStrictEqual(selector, { "kubernetes.io/os": "linux", "kubernetes.io/arch": "s390x" })
  })
})

describe("the Job of an image in OpenShift's own registry", () => {
  const image = (name: string) => `image-registry.openshift-image-registry.svc:5000/builds/${name}`

  it("the Job of an image in OpenShift's own registry: trusts the authority of services, and pushes with the token of its account alone", () => {
    const manifest = job(input({ finalImage: { pullspec: image("os:1") } }))
    assert.include(
      JSON.stringify(manifest),
      "{\"configMap\":{\"name\":\"openshift-service-ca.crt\",\"items\":[{\"key\":\"service-ca.crt\"," +
        "\"path\":\"image-registry.openshift-image-registry.svc..5000.crt\"}]}}"
    )
    assert.include(mountsOf(manifest, "build"), "registries")
    assert.notInclude(mountsOf(manifest, "build"), "token")
    assert.include(mountsOf(manifest, "push"), "token")
    assert.deepStrictEqual(variable(manifest, "push", "OSB_TOKEN_FILE"), ["/os-builder/token/token"])
  })

  it("the Job of an image in OpenShift's own registry: pushes with the secret, where one is named", () => {
    const manifest = job(input({ finalImage: { pullspec: image("os:1"), secretName: "push" } }))
    assert.notInclude(mountsOf(manifest, "push"), "token")
    assert.include(mountsOf(manifest, "push"), "final-secret")
  })

  it("the Job of an image in OpenShift's own registry: gives no token for a base that is there", () => {
    const manifest = job(input({ baseImage: { pullspec: image("base:1") } }))
    assert.include(mountsOf(manifest, "build"), "registries")
    assert.notInclude(JSON.stringify(manifest), "serviceAccountToken")
  })
})

describe("the Job on a single node", () => {
  const single = profile({}, { name: "single-node", takesSlot: true })

  it("the Job on a single node: keeps other builds off its node, whatever namespace they are in", () => {
    const manifest = job(input(), single)
    assert.strictEqual(Json.text(manifest, "spec", "template", "metadata", "labels", "effect-os-builder/slot"), "build")
    assert.deepStrictEqual(podSpec(manifest)["affinity"], {
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [{
          labelSelector: { matchLabels: { "effect-os-builder/slot": "build" } },
          namespaceSelector: {},
          topologyKey: "kubernetes.io/hostname"
        }]
      }
    })
  })

  it("the Job on a single node: delivers to the node in a container that is privileged, and builds in one that is not", () => {
    const local = input({ finalImage: { pullspec: "localhost/os:1" } })
    const manifest = job(local, { ...single, deliversToNode: true })
    assert.deepStrictEqual(container(manifest, "push")["securityContext"], {
      privileged: true,
      runAsUser: 0,
      runAsGroup: 0,
      runAsNonRoot: false
    })
    assert.isUndefined(container(manifest, "build")["securityContext"])
    const hostPaths = Json.objects(podSpec(manifest), "volumes").filter((volume) => volume["hostPath"] !== undefined)
    assert.deepStrictEqual(hostPaths.map((volume) => volume["name"]), ["node-storage", "node-run"])
    assert.isFalse(mountsOf(manifest, "build").some((name) => name?.startsWith("node-")))
    assert.deepStrictEqual(variable(manifest, "build", "OSB_ARCHIVE"), ["yes"])
  })

  it("the Job on a single node: has no privilege for any other image", () => {
    assert.notInclude(JSON.stringify(job(input(), { ...single, deliversToNode: true })), "privileged")
  })
})
