import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { BuildInput } from "effect-os-builder"
import * as Fingerprint from "../../../src/core/input/Fingerprint.js"

describe("make", () => {
  it("make: is the start of a SHA-256 in base32", () => {
    // printf '[0:]' | sha256sum | xxd -r -p | base32 | head -c 26 | tr A-Z a-z
    assert.strictEqual(Fingerprint.make([""]), "2iumuuf7fokgbuog5sk2b4gjdm")
  })

  it("make: tells apart what looks alike when it is put together", () => {
    const contents: ReadonlyArray<Fingerprint.Content> = [
      "",
      [],
      {},
      [""],
      ["", ""],
      [["", ""]],
      [[""], ""],
      ["a", "b"],
      ["ab"],
      ["a1:b"],
      { a: "b" },
      { a: ["b"] },
      { "1:a": "b" },
      { a: "", b: "" },
      { a: { b: "" } },
      "é",
      "e\u0301"
    ]
    assert.strictEqual(new Set(contents.map(Fingerprint.make)).size, contents.length)
  })

  it("make: takes text for its bytes, and keys in any order", () => {
    assert.strictEqual(Fingerprint.make(["é"]), Fingerprint.make([new TextEncoder().encode("é")]))
    assert.strictEqual(
      Fingerprint.make({ a: "1", Z: "2", "10": "3", "9": "4" }),
      Fingerprint.make({ "9": "4", Z: "2", "10": "3", a: "1" })
    )
  })
})

const least: BuildInput.Options = {
  dockerfile: "ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\n",
  baseImage: { pullspec: "quay.io/acme/base:1" },
  finalImage: { pullspec: "quay.io/acme/os:1" }
}

const full: BuildInput.Options = {
  ...least,
  entitlementSecretName: "etc-pki-entitlement",
  buildArgs: { B: "2", A: "1" },
  imageLabels: { "org.example.b": "é", "org.example.a": "" },
  context: {
    "etc/motd": "Welcome\n",
    "bin/run": { content: "#!/bin/sh\n", mode: 0o755 },
    data: new Uint8Array([0, 255])
  },
  mounts: [{ kind: "Secret", name: "s", path: "/opt/s" }, { kind: "ConfigMap", name: "c", path: "/opt/c" }],
  trustBundle: { configMapName: "ca" },
  proxy: { http: "http://proxy:3128", noProxy: ".svc" },
  architecture: "arm64",
  revision: "1"
}

const language: BuildInput.Options = {
  ...least,
  dockerfile: "FROM a AS one\nFROM b\n",
  secrets: [{ id: "s", secretName: "t" }],
  target: "one",
  buildContexts: { i: { image: "quay.io/acme/i:1" }, d: { directory: "/srv/d" } },
  inheritLabels: false,
  unsetLabels: ["a", "b"],
  squash: true
}

const overlay: BuildInput.Options = {
  ...least,
  context: {
    "etc/x.service": { link: "/dev/null" },
    etc: { directory: true, mode: 0o2755 },
    empty: { directory: true }
  }
}

const fingerprint = (options: BuildInput.Options): string =>
  BuildInput.fingerprint(Effect.runSync(BuildInput.make(options)))

describe("of a build input", () => {
  // These never change: builds are found again by them.
  it("of a build input: is what it was", () => {
    assert.strictEqual(fingerprint(least), "xr2c77hyp4eqxd3hf3tmcka2du")
    assert.strictEqual(fingerprint(full), "7bwsxvg2k6scjk6xtpzi7uzz5b")
  })

  it("of links and directories: is what it was", () => {
    assert.strictEqual(fingerprint(overlay), "mxxextkxz6vy55xaadv3x5jfkl")
  })

  it("context: a directory that its files imply changes nothing", () => {
    assert.strictEqual(
      fingerprint({ ...full, context: { ...full.context, etc: { directory: true, mode: 0o755 } } }),
      fingerprint(full)
    )
  })

  it("of a build input: can stand in the name of a Kubernetes object", () => {
    assert.match(fingerprint(least), /^[a-z2-7]{26}$/)
  })

  it("of a build input: covers all that determines the image", () => {
    const changes: ReadonlyArray<Partial<BuildInput.Options>> = [
      { dockerfile: `${full.dockerfile}RUN x\n` },
      { baseImage: { pullspec: "quay.io/acme/base:2" } },
      { finalImage: { pullspec: "quay.io/acme/os:2" } },
      { entitlementSecretName: undefined },
      { buildArgs: { B: "2", A: "2" } },
      { buildArgs: { B: "2" } },
      { buildArgs: { A: "2", B: "1" } },
      { imageLabels: { "org.example.b": "é" } },
      { context: { ...full.context, "etc/motd": "Bye\n" } },
      { context: { ...full.context, "etc/motd": { content: "Welcome\n", mode: 0o600 } } },
      { context: { ...full.context, more: "" } },
      { context: { ...full.context, more: { link: "data" } } },
      { context: { ...full.context, more: { link: "bin/run" } } },
      { context: { ...full.context, more: { directory: true } } },
      { context: { ...full.context, more: { directory: true, mode: 0o2755 } } },
      { context: { ...full.context, etc: { directory: true, mode: 0o700 } } },
      { context: undefined },
      { mounts: [{ kind: "Secret", name: "s", path: "/opt/s" }, { kind: "Secret", name: "c", path: "/opt/c" }] },
      { mounts: [{ kind: "Secret", name: "t", path: "/opt/s" }, { kind: "ConfigMap", name: "c", path: "/opt/c" }] },
      { mounts: [{ kind: "Secret", name: "s", path: "/opt/t" }, { kind: "ConfigMap", name: "c", path: "/opt/c" }] },
      { mounts: undefined },
      { trustBundle: { configMapName: "cb" } },
      { trustBundle: { configMapName: "ca", key: "ca.pem" } },
      { trustBundle: undefined },
      { proxy: { https: "http://proxy:3128", noProxy: ".svc" } },
      { proxy: { http: "http://proxy:3128" } },
      { proxy: undefined },
      { architecture: "amd64" },
      { architecture: undefined },
      { revision: "2" },
      { revision: undefined },
      { tags: ["2"] },
      { tags: ["2", "3"] },
      { annotations: { a: "b" } },
      { annotations: { a: "c" } },
      { format: "docker" },
      { format: "oci" },
      { compression: "gzip" },
      { compression: "zstd" },
      { compression: { algorithm: "zstd", level: 3 } },
      { timestamp: 0 },
      { timestamp: 1 }
    ]
    const fingerprints = [full, ...changes.map((change) => ({ ...full, ...change }))].map(fingerprint)
    assert.strictEqual(new Set(fingerprints).size, fingerprints.length)
  })

  it("of a build input: covers the language of a build, and not where a secret is from", () => {
    const changes: ReadonlyArray<Partial<BuildInput.Options>> = [
      { secrets: undefined },
      { secrets: [{ id: "u", secretName: "t" }] },
      { secrets: [{ id: "s", secretName: "t", key: "k" }] },
      { target: undefined },
      { target: "0" },
      { buildContexts: undefined },
      { buildContexts: { i: { image: "quay.io/acme/i:2" }, d: { directory: "/srv/d" } } },
      { buildContexts: { i: { image: "quay.io/acme/i:1" }, d: { directory: "/srv/e" } } },
      { buildContexts: { j: { image: "quay.io/acme/i:1" }, d: { directory: "/srv/d" } } },
      { inheritLabels: undefined },
      { unsetLabels: ["a"] },
      { squash: undefined }
    ]
    const fingerprints = [language, ...changes.map((change) => ({ ...language, ...change }))].map(fingerprint)
    assert.strictEqual(new Set(fingerprints).size, fingerprints.length)
    const same: ReadonlyArray<Partial<BuildInput.Options>> = [
      { secrets: [{ id: "s", secretName: "another", key: "s" }] },
      { buildContexts: { d: { directory: "/srv/d" }, i: { image: "quay.io/acme/i:1" } } },
      { unsetLabels: ["b", "a"] }
    ]
    for (const change of same) assert.strictEqual(fingerprint({ ...language, ...change }), fingerprint(language))
    assert.strictEqual(
      fingerprint({ ...least, secrets: [], buildContexts: {}, inheritLabels: true, unsetLabels: [], squash: false }),
      fingerprint(least)
    )
  })

  it("of a build input: covers nothing else", () => {
    const changes: ReadonlyArray<Partial<BuildInput.Options>> = [
      { baseImage: { pullspec: "quay.io/acme/base:1", secretName: "pull" } },
      { finalImage: { pullspec: "quay.io/acme/os:1", secretName: "push" } },
      { entitlementSecretName: "another" },
      { resources: { cpu: "4" } },
      { placement: { nodeSelector: { a: "b" }, tolerations: [{ operator: "Exists" }] } },
      { objectLabels: { a: "b" } },
      { queueName: "q" },
      { timeout: "5 minutes" },
      { pendingTimeout: "5 minutes" },
      { retries: 0 },
      { metadata: { requester: "alice" } },
      { buildArgs: { A: "1", B: "2" } },
      { mounts: [...full.mounts ?? []].reverse() },
      { context: Object.fromEntries(Object.entries(full.context ?? {}).reverse()) },
      { context: { ...full.context, "etc/motd": new TextEncoder().encode("Welcome\n") } },
      { context: { ...full.context, "etc/motd": { content: "Welcome\n", mode: 0o644 } } },
      { trustBundle: { configMapName: "ca", key: "ca-bundle.crt" } },
      { proxy: { http: "http://proxy:3128", https: undefined, noProxy: ".svc" } }
    ]
    for (const change of changes) {
      assert.strictEqual(fingerprint({ ...full, ...change }), fingerprint(full), JSON.stringify(change))
    }
    assert.strictEqual(
      fingerprint({ ...least, buildArgs: {}, imageLabels: {}, context: {}, mounts: [], proxy: {}, revision: "" }),
      fingerprint(least)
    )
  })
})
