import { assert, describe, it } from "@effect/vitest"
import { type BuildInput } from "effect-os-builder"
import * as JobUnsupported from "../../../src/backends/job/JobUnsupported.js"
import { full, input, profile } from "../../support/Jobs.js"

type Options = Partial<BuildInput.Options>

const final = (pullspec: string, secretName?: string): Options => ({ finalImage: { pullspec, secretName } })

const refused: ReadonlyArray<readonly [what: string, Options, where: ReadonlyArray<string>, says: RegExp]> = [
  [
    "a cache of layers in the pod itself",
    { cacheFrom: "localhost:5000/cache", cacheTo: "127.0.0.1:5000/cache" },
    ["cacheFrom", "cacheTo"],
    /build pod itself/
  ],
  [
    "a Containerfile and arguments that fill a ConfigMap",
    {
      dockerfile: `FROM scratch\n${"#".repeat(511 * 1024)}`,
      objectLabels: {},
      mounts: Array.from({ length: 60 }, (_, index) => ({
        kind: "ConfigMap" as const,
        name: `c${index}`,
        path: `/opt/${"m".repeat(900)}${index}`
      })),
      imageLabels: Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`l${index}`, "\"".repeat(1000)])),
      buildArgs: Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`A${index}`, "\u0001".repeat(1000)]))
    },
    [""],
    /exceed the size of a ConfigMap by/
  ],
  [
    "a context of more than 8 MiB",
    { context: Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`f${index}`, new Uint8Array(950_000)])) },
    ["context"],
    /at most 8388608 \(8 MiB\)/
  ],
  [
    "an image as the context that is in the build pod",
    { context: { image: { pullspec: `localhost/files@sha256:${"1f".repeat(32)}` } } },
    ["context.image.pullspec"],
    /the build pod itself/
  ],
  [
    "a context of 4,097 files",
    { context: Object.fromEntries(Array.from({ length: 4097 }, (_, index) => [`f${index}`, ""])) },
    ["context"],
    /has 4097 files; at most 4096/
  ],
  ["a shift with blanks", { dockerfile: "FROM a\nRUN echo $(( 1 << 4 ))" }, ["dockerfile"], /write it without blanks/],
  [
    "a base on loopback",
    { baseImage: { pullspec: "127.0.0.1:5000/base:1" } },
    ["baseImage.pullspec"],
    /build pod itself/
  ],
  ["a final image on loopback", final("127.0.0.1:5000/os:1"), ["finalImage.pullspec"], /build pod itself/],
  [
    "registries on an IPv6 address",
    {
      ...final("[2001:db8::1]:5000/os:1"),
      dockerfile: "ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nCOPY --from=[2001:db8::1]/tools:1 /a /a\n",
      baseImage: { pullspec: "[2001:db8::1]/base:1" },
      buildContexts: { more: { image: "[2001:db8::1]/more:1" } },
      cacheFrom: "[2001:db8::1]/cache",
      cacheTo: "[2001:db8::1]/cache"
    },
    ["finalImage.pullspec", "baseImage.pullspec", "buildContexts.more", "cacheFrom", "cacheTo", "dockerfile"],
    /has an IPv6 address as its registry, which buildah cannot read; use a host name/
  ],
  ["an image of the node", final("localhost/os:1"), ["finalImage.pullspec"], /deliverToNode/],
  [
    "nodes of another architecture",
    { architecture: "arm64", placement: { nodeSelector: { "kubernetes.io/arch": "amd64" } } },
    ["placement.nodeSelector"],
    /kubernetes\.io\/arch=amd64.* arm64/
  ],
  [
    "labels that others set",
    { objectLabels: { "job-name": "a", "batch.kubernetes.io/job-name": "a", "controller-uid": "a", ok: "a" } },
    [
      "objectLabels[\"job-name\"]",
      "objectLabels[\"batch.kubernetes.io/job-name\"]",
      "objectLabels[\"controller-uid\"]"
    ],
    /choose another label/
  ],
  ["labels of Kueue", { objectLabels: { "kueue.x-k8s.io/priority-class": "a" } }, [
    "objectLabels[\"kueue.x-k8s.io/priority-class\"]"
  ], /choose/]
]

describe("a Job cannot honour", () => {
  for (const [what, options, where, says] of refused) {
    it(what, () => {
      const issues = JobUnsupported.issues(input(options), profile())
      assert.deepStrictEqual(issues.map(({ path }) => path), where)
      for (const { message } of issues) assert.match(message, says)
    })
  }

  it("a Job cannot honour: nothing of what an input can say otherwise", () => {
    assert.deepStrictEqual(JobUnsupported.issues(full, profile()), [])
    assert.deepStrictEqual(
      JobUnsupported.issues(input({ dockerfile: "FROM scratch\nRUN <<EOF\ntrue\nEOF\n" }), profile()),
      []
    )
  })
})

describe("a Job that delivers to its node", () => {
  it("a Job that delivers to its node: takes an image of the node, and no secret for it", () => {
    assert.deepStrictEqual(
      JobUnsupported.issues(input(final("localhost/os:1")), profile({}, { deliversToNode: true })),
      []
    )
    const issues = JobUnsupported.issues(input(final("localhost/os:1", "push")), profile({}, { deliversToNode: true }))
    assert.deepStrictEqual(issues.map(({ path }) => path), ["finalImage.secretName"])
  })

  it("a Job that delivers to its node: takes every form of an image but a compression", () => {
    const form = {
      tags: ["latest"],
      annotations: { a: "b" },
      format: "oci" as const,
      compression: "zstd" as const,
      timestamp: 0
    }
    assert.deepStrictEqual(
      JobUnsupported.issues(input({ ...final("localhost/os:1"), ...form }), profile({}, { deliversToNode: true })).map((
        { path }
      ) => path),
      ["compression"]
    )
    assert.deepStrictEqual(JobUnsupported.issues(input(form), profile({}, { deliversToNode: true })), [])
  })

  it("a Job that delivers to its node: takes no other registry on loopback", () => {
    const issues = JobUnsupported.issues(input(final("localhost:5000/os:1")), profile({}, { deliversToNode: true }))
    assert.deepStrictEqual(issues.map(({ path }) => path), ["finalImage.pullspec"])
  })
})
