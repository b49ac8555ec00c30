/**
 * Secrets, target, build contexts, labels and layers: what each backend makes of them.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { type BuildInput } from "effect-os-builder"
import * as JobDefinition from "../../src/backends/job/JobDefinition.js"
import * as LocalUnsupported from "../../src/backends/local/LocalUnsupported.js"
import * as BuildManifest from "../../src/backends/openshift/BuildManifest.js"
import * as OpenShiftUnsupported from "../../src/backends/openshift/OpenShiftUnsupported.js"
import * as BuildScript from "../../src/backends/script/BuildScript.js"
import * as Json from "../../src/fake/Json.js"
import { input, profile, record } from "../support/Jobs.js"

const pod = (given: BuildInput.BuildInput) => {
  const manifest = JobDefinition.make(profile(), Effect.succeed({})).manifest(record(given, [], "custom"), 1, {})
  return Json.object(manifest, "spec", "template", "spec")
}

const dockerfile = [
  "ARG BASE_IMAGE",
  "FROM ${BASE_IMAGE} AS os",
  "RUN --mount=type=secret,id=token,required=true true",
  "COPY --from=data /a /b",
  "FROM os",
  "RUN --mount=type=bind,from=data,dst=/mnt <<EOF",
  "true",
  "EOF",
  ""
].join("\n")

const everything = input({
  dockerfile,
  secrets: [{ id: "token", secretName: "logins" }, { id: "other", secretName: "logins", key: "a.key" }],
  target: "0",
  buildContexts: { data: { image: "quay.io/acme/data:1" }, files: { directory: "/srv/files" } },
  inheritLabels: false,
  unsetLabels: ["a,b\"c"],
  squash: true
})

describe("the language of a build", () => {
  it("the language of a build: reaches the script as files, and no secret is named in them", () => {
    const files = Object.fromEntries(
      BuildScript.inputFiles(everything).map(({ content, key }) => [key, String(content)])
    )
    const { containerfile, images, requires = "", ...rest } = files
    assert.strictEqual(containerfile, dockerfile)
    // The image of a build context is not among the images that the Containerfile names.
    assert.notInclude(images, "data")
    assert.deepStrictEqual(requires.split("\n").map((line) => line.split(" ").slice(0, 4).join(" ")), [
      "1 33 0 unsetLabels",
      "1 40 0 inheritLabels",
      "1 31 3 RUN",
      ""
    ])
    assert.deepStrictEqual(rest, {
      target: "os",
      "inherit-labels": "no",
      "unset-label.000001": "\"a,b\"\"c\"",
      squash: "yes",
      "build-context.000001.name": "data",
      "build-context.000001.image": "quay.io/acme/data:1",
      "build-context.000002.name": "files",
      "build-context.000002.directory": "/srv/files",
      "secret.000001.id": "token",
      "secret.000002.id": "other"
    })
  })

  it("secrets of a Job: one key each, required, and for the build container alone", () => {
    const spec = pod(everything)
    const volumes = Json.objects(spec, "volumes").filter(({ name }) => String(name).startsWith("secret-"))
    assert.deepStrictEqual(volumes, [
      {
        name: "secret-000001",
        secret: { secretName: "logins", defaultMode: 0o440, items: [{ key: "token", path: "value" }] }
      },
      {
        name: "secret-000002",
        secret: { secretName: "logins", defaultMode: 0o440, items: [{ key: "a.key", path: "value" }] }
      }
    ])
    const mounts = (container: string) =>
      Json.objects(Json.objects(spec, container)[0] ?? {}, "volumeMounts").filter(({ name }) =>
        String(name).startsWith("secret-")
      )
    assert.deepStrictEqual(mounts("initContainers"), [
      { name: "secret-000001", mountPath: "/os-builder/secrets/000001", readOnly: true },
      { name: "secret-000002", mountPath: "/os-builder/secrets/000002", readOnly: true }
    ])
    assert.deepStrictEqual(mounts("containers"), [])
    assert.notInclude(JSON.stringify(Json.objects(spec, "initContainers")), "logins")
  })

  it("build contexts of a Job: no directories, and no registry in the pod", () => {
    const { check } = JobDefinition.make(profile(), Effect.succeed({}))
    assert.deepStrictEqual(
      check(input({
        dockerfile: "FROM scratch\n",
        buildContexts: {
          a: { directory: "/srv" },
          b: { image: "localhost:5000/b:1" },
          c: { image: "quay.io/acme/c:1" }
        }
      })).map(String),
      [
        "buildContexts.a: is a directory, which build pods do not have; put its files into context or into an image, or " +
        "use the local backend",
        "buildContexts.b: has the build pod itself as its registry; use a registry that the cluster can reach"
      ]
    )
  })

  it("the language of a build on OpenShift: a target cuts the Containerfile, and images replace names", () => {
    const given = input({
      dockerfile,
      target: "os",
      secrets: [{ id: "token", secretName: "logins" }],
      buildContexts: { data: { image: `quay.io/acme/data:1@sha256:${"0".repeat(64)}` } }
    })
    const manifest = BuildManifest.make({}, { input: given, parts: [] })
    const source = Json.object(manifest, "spec", "source")
    assert.strictEqual(source["dockerfile"], `${dockerfile.split("\n").slice(0, 4).join("\n")}\n`)
    assert.deepStrictEqual(source["images"], [
      { from: { kind: "DockerImage", name: `quay.io/acme/data@sha256:${"0".repeat(64)}` }, as: ["data"] }
    ])
  })

  it("the language of a build on OpenShift: refused by field or line, with what to do", () => {
    const said = (given: BuildInput.BuildInput) => OpenShiftUnsupported.issues(given, {}).map(String)
    assert.deepStrictEqual(said(everything).map((issue) => issue.replace(/:.*/s, "")), [
      "buildContexts.files",
      "secrets",
      "dockerfile (line 3)",
      "inheritLabels",
      "unsetLabels",
      "squash"
    ])
    for (const issue of said(everything)) assert.match(issue, /or use (?:a backend that runs a Job|the local backend)/)
    const later = input({
      dockerfile: "FROM a\nRUN --mount=type=bind,from=data,dst=/mnt true\nRUN --mount=type=secret,id=x,env=X true\n",
      buildContexts: { data: { image: "quay.io/acme/data:1" } }
    })
    assert.match(said(later).join("\n"), /\(line 2\): RUN --mount=from=data names a build context/)
    assert.match(said(later).join("\n"), /\(line 3\): RUN --mount=type=secret with env is newer/)
  })

  it("the language of a build on this machine: what its buildah lacks, by field", () => {
    const machine = (minor: number) => ({ architecture: "amd64", buildah: [1, minor] as const })
    const said = (given: BuildInput.BuildInput, minor: number) =>
      LocalUnsupported.issues(given, machine(minor)).map(String)
    const labels = input({ dockerfile: "FROM a\n", inheritLabels: false, unsetLabels: ["a"] })
    assert.deepStrictEqual(said(labels, 28).map((issue) => issue.replace(/ or later.*/s, "")), [
      "unsetLabels: needs buildah 1.33",
      "inheritLabels: needs buildah 1.40",
      "inheritLabels: needs buildah 1.43"
    ])
    assert.match(said(labels, 41).join(), /^inheritLabels: needs buildah 1\.43 or later: an older one keeps the labels/)
    assert.deepStrictEqual(said(labels, 43), [])
    // What follows the target is not built.
    const targeted = input({ dockerfile: "FROM a AS b\nFROM b\nRUN --mount=type=tmpfs,dst=/tmp true\n", target: "b" })
    assert.deepStrictEqual(said(targeted, 28), [])
  })
})
