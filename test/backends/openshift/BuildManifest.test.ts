import { assert, describe, it } from "@effect/vitest"
import { OpenShiftBuildBackend } from "effect-os-builder"
import type { OpenShiftSettings } from "../../../src/backends/openshift/OpenShiftSettings.js"
import * as Json from "../../../src/fake/Json.js"
import { input, record } from "../../support/Builds.js"

const manifest = (settings: OpenShiftSettings, given: ReturnType<typeof input>) => {
  const definition = OpenShiftBuildBackend.definition(settings)
  const { parts } = definition.contents(given)
  return definition.manifest(record(given, parts.map(({ path, suffix }) => ({ name: `child-${suffix}`, path }))), 1, {})
}

describe("the Build of an input", () => {
  it("the Build of an input: of the least", () => {
    assert.deepStrictEqual(manifest({}, input()), {
      apiVersion: "build.openshift.io/v1",
      kind: "Build",
      spec: {
        serviceAccount: "builder",
        source: { type: "Dockerfile", dockerfile: "ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nRUN true\n" },
        strategy: {
          type: "Docker",
          dockerStrategy: { buildArgs: [{ name: "BASE_IMAGE", value: "registry.example.com/base:1" }] }
        },
        output: { to: { kind: "DockerImage", name: "registry.example.com/os:1" } },
        resources: { requests: { cpu: "500m", memory: "2Gi", "ephemeral-storage": "20Gi" } },
        completionDeadlineSeconds: 3600
      }
    })
  })

  it("the Build of an input: of everything", () => {
    const given = input({
      baseImage: { pullspec: "quay.io/acme/base@sha256:" + "0".repeat(64), secretName: "pulls" },
      finalImage: { pullspec: "registry.example.com:5000/acme/os:1", secretName: "pushes" },
      entitlementSecretName: "entitlement",
      buildArgs: { CHANNEL: "stable", EMPTY: "" },
      imageLabels: { "com.example/team": "os & \"friends\"" },
      context: {
        "motd": { content: "hello", mode: 0o600 },
        "etc/a.conf": { content: new Uint8Array([1]), mode: 0o600 },
        "etc/b.conf": { content: "b", mode: 0o600 },
        "etc/deep er/c": { content: "c", mode: 0o600 }
      },
      mounts: [
        { kind: "Secret", name: "token", path: "/opt/token" },
        { kind: "ConfigMap", name: "repos", path: "/etc/yum.repos.d" },
        { kind: "Secret", name: "token", path: "/opt/again" },
        { kind: "Secret", name: "entitlement", path: "/opt/entitlement" }
      ],
      architecture: "arm64",
      resources: { cpu: "2", memory: "8Gi" },
      placement: { nodeSelector: { "example.com/pool": "builds" } },
      objectLabels: { team: "os" },
      timeout: "90500 millis",
      pendingTimeout: "5 minutes",
      retries: 0,
      revision: "2"
    })
    const settings = { serviceAccount: "builds", defaultPullSecretName: "unused", mountTrustedCA: true }
    assert.deepStrictEqual(manifest(settings, given), {
      apiVersion: "build.openshift.io/v1",
      kind: "Build",
      spec: {
        serviceAccount: "builds",
        source: {
          type: "Dockerfile",
          dockerfile: given.dockerfile ?? "",
          configMaps: [
            { configMap: { name: "child-context-1" }, destinationDir: "" },
            { configMap: { name: "child-context-2" }, destinationDir: "etc" },
            { configMap: { name: "child-context-3" }, destinationDir: "etc/deep er" }
          ]
        },
        strategy: {
          type: "Docker",
          dockerStrategy: {
            pullSecret: { name: "pulls" },
            buildArgs: [
              { name: "CHANNEL", value: "stable" },
              { name: "EMPTY", value: "" },
              { name: "BASE_IMAGE", value: `quay.io/acme/base@sha256:${"0".repeat(64)}` }
            ],
            volumes: [
              {
                name: "volume-1",
                source: { type: "Secret", secret: { secretName: "entitlement" } },
                mounts: [
                  { destinationPath: "/etc/pki/entitlement" },
                  { destinationPath: "/opt/entitlement" }
                ]
              },
              {
                name: "volume-2",
                source: { type: "Secret", secret: { secretName: "token" } },
                mounts: [{ destinationPath: "/opt/token" }, { destinationPath: "/opt/again" }]
              },
              {
                name: "volume-3",
                source: { type: "ConfigMap", configMap: { name: "repos" } },
                mounts: [{ destinationPath: "/etc/yum.repos.d" }]
              }
            ]
          }
        },
        output: {
          to: { kind: "DockerImage", name: "registry.example.com:5000/acme/os:1" },
          pushSecret: { name: "pushes" },
          imageLabels: [{ name: "com.example/team", value: "os & \"friends\"" }]
        },
        resources: { requests: { cpu: "2", memory: "8Gi", "ephemeral-storage": "20Gi" } },
        completionDeadlineSeconds: 91,
        nodeSelector: { "example.com/pool": "builds", "kubernetes.io/arch": "arm64" },
        mountTrustedCA: true
      }
    })
    assert.deepStrictEqual(OpenShiftBuildBackend.definition(settings).check(given), [])
  })

  it("the Build of an input: of a commit of a repository, a directory of it, and its secret", () => {
    const commit = "1f".repeat(20)
    const git = { url: "https://git.example.com/acme/os.git", ref: "main", commit, subPath: "os", secretName: "deploy" }
    const given = input({ context: { git }, imageLabels: { "org.opencontainers.image.source": "mine" } })
    const { spec } = manifest({}, given)
    assert.deepStrictEqual(Json.at(spec, "source"), {
      type: "Git",
      git: { uri: git.url, ref: commit },
      contextDir: "os",
      sourceSecret: { name: "deploy" },
      dockerfile: given.dockerfile ?? ""
    })
    assert.deepStrictEqual(Json.at(spec, "output", "imageLabels"), [
      { name: "org.opencontainers.image.source", value: "mine" },
      { name: "org.opencontainers.image.revision", value: commit }
    ])
    assert.deepStrictEqual(OpenShiftBuildBackend.definition().check(given), [])
  })

  it("the Build of an input: of the files of an image, with its secret or that of the other pulls", () => {
    const digest = `sha256:${"0".repeat(64)}`
    const images = (secretName?: string) => {
      const given = input({
        context: { image: { pullspec: `quay.io/acme/files:1@${digest}`, secretName } },
        pullSecretName: "pulls",
        buildContexts: { tools: { image: "quay.io/acme/tools:1" } }
      })
      assert.deepStrictEqual(OpenShiftBuildBackend.definition().check(given), [])
      return Json.at(manifest({}, given), "spec", "source", "images")
    }
    const files = (name: string) => ({
      from: { kind: "DockerImage", name: `quay.io/acme/files@${digest}` },
      paths: [{ sourcePath: "/.", destinationDir: "." }],
      pullSecret: { name }
    })
    const tools = { from: { kind: "DockerImage", name: "quay.io/acme/tools:1" }, as: ["tools"] }
    assert.deepStrictEqual(images("files"), [files("files"), tools])
    assert.deepStrictEqual(images(), [files("pulls"), tools])
  })

  it("a base with a tag and a digest: BASE_IMAGE without the tag", () => {
    const text = (pullspec: string) => JSON.stringify(manifest({}, input({ baseImage: { pullspec } })))
    const digest = `sha256:${"0".repeat(64)}`
    assert.include(text(`quay.io:443/acme/base:1@${digest}`), `"value":"quay.io:443/acme/base@${digest}"`)
    assert.include(text("quay.io:443/acme/base:1"), "\"value\":\"quay.io:443/acme/base:1\"")
  })

  it("the Build of an input: pulls with the default secret where the input names none", () => {
    const { spec } = manifest({ defaultPullSecretName: "cluster" }, input())
    assert.include(JSON.stringify(spec), "\"pullSecret\":{\"name\":\"cluster\"}")
  })
})

describe("a build pod", () => {
  const { recordOf } = OpenShiftBuildBackend.definition()
  const pod = (
    metadata: { readonly annotations?: Record<string, string>; readonly labels?: Record<string, string> }
  ) => ({
    metadata: { name: "p", uid: "u", resourceVersion: "1", ...metadata }
  })
  const { ref } = record(input())

  it("a build pod: tells its record, whatever the attempt", () => {
    for (const attempt of ["", "-a2", "-a11"]) {
      const build = `${ref.name}-00000000${attempt}`
      assert.strictEqual(recordOf(pod({ annotations: { "openshift.io/build.name": build } })), ref.name)
      assert.strictEqual(recordOf(pod({ labels: { "openshift.io/build.name": build } })), ref.name)
    }
  })

  it("a build pod: of another Build tells none", () => {
    for (const build of ["mine", ref.name, `${ref.name}-00000000-b2`, `x${ref.name}-00000000`]) {
      assert.isUndefined(recordOf(pod({ labels: { "openshift.io/build.name": build } })))
    }
    assert.isUndefined(recordOf(pod({})))
  })
})
