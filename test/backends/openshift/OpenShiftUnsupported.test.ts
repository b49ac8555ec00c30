import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { BuildInput } from "effect-os-builder"
import type { OpenShiftSettings } from "../../../src/backends/openshift/OpenShiftSettings.js"
import * as OpenShiftUnsupported from "../../../src/backends/openshift/OpenShiftUnsupported.js"
import { digest, input } from "../../support/Builds.js"

type Options = Partial<BuildInput.Options>

const text = (...lines: ReadonlyArray<string>): string =>
  ["ARG BASE_IMAGE", "FROM ${BASE_IMAGE}", ...lines].map((line) => `${line}\n`).join("")

const found = (options: Options, settings: OpenShiftSettings = {}): ReadonlyArray<string> =>
  OpenShiftUnsupported.issues(input(options), settings).map(({ line, path }) =>
    line === undefined ? path : `${path}:${line}`
  )

const said = (options: Options): string => OpenShiftUnsupported.issues(input(options), {}).map(String).join("\n")

const git = { url: "https://git.example.com/acme/os.git", ref: "main" }

const secret = (name: string, path: string) => ({ kind: "Secret" as const, name, path })
const configMap = (name: string, path: string) => ({ kind: "ConfigMap" as const, name, path })
const private_ = (content: string) => ({ content, mode: 0o600 })

const refused: ReadonlyArray<readonly [what: string, Options, where: ReadonlyArray<string>, says: RegExp]> = [
  ["a Containerfile of 60,001 bytes", { dockerfile: text("#".repeat(59_966)) }, ["dockerfile"], /60001 .* 60000/],
  ["a heredoc", { dockerfile: text("RUN <<EOF", "true", "EOF") }, ["dockerfile:3"], /heredoc/],
  [
    "empty lists of a command",
    { dockerfile: text("ENTRYPOINT []", "CMD [ ]", "ONBUILD ENTRYPOINT []", "RUN []", "CMD [\"\"]") },
    ["dockerfile:3", "dockerfile:4", "dockerfile:5", "dockerfile:6"],
    /null/
  ],
  ["an escape directive", { dockerfile: `# escape=\`\n${text("RUN true")}` }, ["dockerfile:1"], /escape directive/],
  [
    "a context of more than 8 MiB",
    { context: Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`f${index}`, new Uint8Array(950_000)])) },
    ["context"],
    /at most 8388608 \(8 MiB\)/
  ],
  ["a file name that is no key", { context: { "a b": "", "é/ok": "" } }, ["context[\"a b\"]"], /as a key/],
  ["a file name of 254 characters", { context: { ["a".repeat(254)]: "" } }, [`context["${"a".repeat(200)}…"]`], /253/],
  [
    "names that begin with two dots",
    { context: { "..a": "", "b/..c": "", "..d/e": "", "f/..g/h": "", ".i": "", "j..": "" } },
    ["context[\"..a\"]", "context[\"b/..c\"]", "context[\"..d/e\"]"],
    /two dots/
  ],
  [
    "a file that no ConfigMap holds",
    { context: { big: new Uint8Array(1_000_001) } },
    ["context.big"],
    /1000001 .* 1000000/
  ],
  ["a file in the place of the Containerfile", { context: { Dockerfile: "" } }, ["context.Dockerfile"], /keeps/],
  [
    "files below the place of the Containerfile",
    { context: { "Dockerfile/a": "", "Dockerfile/b/c": "", "Dockerfiles/a": "", "x/Dockerfile/a": "" } },
    ["context[\"Dockerfile/a\"]", "context[\"Dockerfile/b/c\"]"],
    /keeps the Containerfile/
  ],
  [
    "images by tag and digest, which the builder pulls by the tag",
    {
      buildArgs: { OTHER: `x.example/o:1@${digest}` },
      dockerfile: [
        "ARG BASE_IMAGE",
        `ARG TOOLS=x.example/t:1@${digest}`,
        "ARG OTHER",
        `FROM x.example:5000/a:1@${digest} AS a`,
        `FROM x.example:5000/a@${digest} AS b`,
        "FROM $TOOLS AS c",
        "FROM ${OTHER} AS d",
        "FROM ${BASE_IMAGE}",
        `COPY --chmod=1 --from=x.example/a:1@${digest} /a /b`,
        `RUN --mount=type=bind,from=x.example/a:1@${digest},target=/a true`
      ].join("\n"),
      baseImage: { pullspec: `x.example/base:1@${digest}` }
    },
    ["dockerfile:4", "dockerfile:6", "dockerfile:7", "dockerfile:9"],
    /by its tag.*without the tag, as in x\.example:5000\/a@sha256/
  ],
  [
    "variables without a value in the names of images",
    {
      buildArgs: { SET: "1" },
      dockerfile: [
        "ARG BASE_IMAGE",
        "ARG TARGETARCH",
        "ARG SET",
        "ARG UNSET",
        "ARG DEFAULT=1",
        "ARG NESTED=1-${DEFAULT} QUOTED=\"1\" BARE=1",
        "FROM x.example/x:1-${TARGETARCH} AS a",
        "FROM x.example/x:1-$SET-${DEFAULT} AS b",
        "FROM ${UNSET:?needed} AS c",
        "FROM x.example/x:${UNSET:-1} AS d",
        "FROM x.example/x:$NESTED AS e",
        "FROM \"x.example/x:$BARE\" AS f",
        "FROM x.example/x:$QUOTED AS g",
        "FROM ${BASE_IMAGE}",
        "ARG V=1",
        "COPY --chmod=1 --from=x.example/x:v${V} /a /a",
        "RUN --mount=type=bind,from=x.example/x:v${V},target=/a true"
      ].join("\n")
    },
    ["dockerfile:7", "dockerfile:9", "dockerfile:11", "dockerfile:13", "dockerfile:16"],
    /TARGETARCH.*before the first FROM/s
  ],
  [
    "a copy of the whole context",
    {
      context: { a: private_(""), Dx: private_(""), "x.conf": private_("") },
      dockerfile: text(
        "COPY . /a",
        "COPY ./ a /b",
        "COPY [\"/\", \"/c\"]",
        "ADD D* /d",
        "COPY a /e",
        "COPY a* /f",
        "COPY *.conf /etc/"
      )
    },
    ["dockerfile:3", "dockerfile:4", "dockerfile:5", "dockerfile:6"],
    /adds a file named Dockerfile/
  ],
  [
    "a file whose mode the builder does not keep",
    {
      context: { "a b/c": "", d: private_("") },
      dockerfile: text(
        "COPY d /d",
        "COPY --chmod=644 d /e",
        "ADD --chown=1 d /f",
        "ADD https://example.com/x git@example.com:y /g",
        "COPY --from=x.example/a /d /h",
        "RUN --mount=target=/c cat /c/d",
        "RUN --mount=type=bind,target=/c cat /c/d",
        "RUN --mount=type=cache,target=/c --mount=type=bind,from=x.example/a,target=/d true",
        "WORKDIR /d"
      )
    },
    ["dockerfile:3", "dockerfile:5", "dockerfile:8", "dockerfile:9"],
    /COPY finds every file with mode 600 .* context\["a b\/c"\] is to have 644; say COPY --chmod=644/
  ],
  [
    "links and empty directories",
    {
      context: {
        "a/x.service": { link: "/dev/null" },
        "b/c": { directory: true, mode: 0o700 },
        b: { directory: true, mode: 0o700 },
        "d/e": private_(""),
        d: { directory: true },
        "f g": { link: "a" }
      }
    },
    ["context[\"a/x.service\"]", "context[\"f g\"]", "context[\"b/c\"]", "context.b"],
    /x\.service.* is a symbolic link, and a ConfigMap holds files only.*b\/c.*is an empty directory/s
  ],
  [
    "a copy of the whole repository, or of the file that the builder writes there",
    {
      context: { git },
      dockerfile: text("COPY . /a", "COPY D* /b", "COPY ./Dockerfile /c", "COPY os /d", "COPY --from=x.example/a / /e")
    },
    ["dockerfile:3", "dockerfile:4", "dockerfile:5"],
    /leaves the folder \.git; put the files .*\n.*\n.*takes the file Dockerfile, over which/
  ],
  [
    "a copy of all files of an image, or of the file that the builder writes there",
    {
      context: { image: { pullspec: `quay.io/acme/files@${digest}` } },
      dockerfile: text("COPY . /a", "ADD Dockerfile /c", "COPY os /d")
    },
    ["dockerfile:3", "dockerfile:4"],
    /writes the Containerfile as Dockerfile; put the files into a directory of the image and COPY that/
  ],
  [
    "files of an image in the build pod",
    { context: { image: { pullspec: `localhost/files@${digest}` } } },
    ["context.image.pullspec"],
    /the build pod itself/
  ],
  [
    "an upload",
    { context: { upload: { directory: "/srv/context", digest } } },
    ["context.upload"],
    /takes an upload that was cut, .*, for a context with fewer files/
  ],
  [
    "a Containerfile of a repository",
    { context: { git }, dockerfile: undefined, dockerfilePath: "Containerfile" },
    ["dockerfilePath"],
    /loses heredocs and an escape directive .* give its text as dockerfile/
  ],
  [
    "a directory of a repository that begins with two dots",
    { context: { git: { ...git, subPath: "..os/a" } } },
    ["context.git.subPath"],
    /two dots, which OpenShift refuses/
  ],
  ...["$HOME.git", "a%2.git", "%"].map((name) =>
    [
      `the URL ${name} of a repository`,
      { context: { git: { ...git, url: `https://git.example.com/${name}` } } },
      ["context.git.url"],
      /changes or refuses; write it as %24 or %25/
    ] as const
  ),
  [
    "a directory whose mode the builder does not keep",
    {
      context: { "a/d": private_(""), a: { directory: true, mode: 0o700 } },
      dockerfile: text("COPY a /a", "COPY --chmod=700 a /b")
    },
    ["dockerfile:3"],
    /COPY finds every directory with mode 755 .* context\.a is to have 700; say COPY --chmod=700/
  ],
  [
    "mounts in the build pod's own places",
    { mounts: [secret("a", "/tmp/build"), secret("b", "/tmp/builds"), configMap("c", "/var/run/containers")] },
    ["mounts[0].path", "mounts[2].path"],
    /build pod/
  ],
  [
    "objects that would share a volume",
    {
      entitlementSecretName: "x.y",
      mounts: [configMap("a", "/a"), secret("a", "/b"), configMap("x-y", "/c"), configMap("a", "/d"), secret("z", "/e")]
    },
    ["mounts", "mounts"],
    /Secret a for another .*\n.*ConfigMap x-y for another/s
  ],
  [
    "a base image of the build pod itself",
    { baseImage: { pullspec: "localhost/a:1" } },
    ["baseImage.pullspec"],
    /itself/
  ],
  [
    "a registry in the build pod",
    { finalImage: { pullspec: "127.0.0.1:5000/a:1" } },
    ["finalImage.pullspec"],
    /itself/
  ],
  [
    "images on an IPv6 address",
    { baseImage: { pullspec: "[2001:db8::1]:5000/a:1" }, finalImage: { pullspec: "[2001:db8::1]:5000/a:1" } },
    ["finalImage.pullspec", "baseImage.pullspec"],
    /IPv6/
  ],
  [
    "a final image whose registry and path have 256 characters",
    {
      baseImage: { pullspec: `quay.io/${"a".repeat(248)}:1` },
      finalImage: { pullspec: `quay.io/${"a".repeat(248)}:1` }
    },
    ["finalImage.pullspec"],
    /256 characters .* OpenShift takes 255/
  ],
  [
    "a label key that is no Kubernetes name",
    { imageLabels: { "a b": "", "a/b": "" } },
    ["imageLabels[\"a b\"]"],
    /LABEL/
  ],
  [
    "label values that the builder changes",
    { imageLabels: { a: "$HOME", b: "two\nlines", c: "no-break\u00a0space", d: "plain \"é\\ü\" <&> 漢字" } },
    ["imageLabels.a", "imageLabels.b", "imageLabels.c"],
    /LABEL in the Containerfile/
  ],
  ["further names", { tags: ["latest"] }, ["tags"], /a Build pushes to one; push them with skopeo copy or oc tag/],
  ["annotations", { annotations: { a: "b" } }, ["annotations"], /makes the docker format; use imageLabels/],
  ["the OCI format", { format: "oci" }, ["format"], /makes the docker format/],
  ["a compression", { compression: "gzip" }, ["compression"], /compressed by gzip; remove it/],
  ["a timestamp", { timestamp: 0 }, ["timestamp"], /time of the build/],
  ["authorities for one build", { trustBundle: { configMapName: "ca" } }, ["trustBundle"], /additionalTrustedCA/],
  ["a proxy for one build", { proxy: { http: "http://proxy.example.com:3128" } }, ["proxy"], /proxy\.config/],
  [
    "tolerations",
    { placement: { tolerations: [{ key: "a", operator: "Exists" }] } },
    ["placement.tolerations"],
    /buildOverrides/
  ],
  [
    "two architectures",
    { architecture: "arm64", placement: { nodeSelector: { "kubernetes.io/arch": "amd64" } } },
    ["placement.nodeSelector"],
    /arm64/
  ],
  [
    "a cache of layers in a registry",
    { cacheFrom: "quay.io/acme/cache", cacheTo: "quay.io/acme/cache" },
    ["cacheFrom", "cacheTo"],
    /OpenShift's builder does not use/
  ],
  ["a queue", { queueName: "builds" }, ["queueName"], /Kueue/],
  [
    "the labels of a BuildConfig's builds",
    { objectLabels: { buildconfig: "a", "openshift.io/build.number": "1", "example.com/buildconfig": "a" } },
    ["objectLabels.buildconfig", "objectLabels[\"openshift.io/build.number\"]"],
    /BuildConfig/
  ],
  [
    "more than an environment variable holds",
    {
      buildArgs: { LONG: "a".repeat(60_000) },
      dockerfile: text("#".repeat(59_000)),
      imageLabels: { a: "a".repeat(5_000) }
    },
    [""],
    /OpenShift takes 122880/
  ],
  [
    "what Go escapes",
    { dockerfile: text("RUN " + "true&&".repeat(9_000) + "true") },
    [""],
    /OpenShift takes 122880/
  ]
]

describe("an OpenShift Build cannot honour", () => {
  for (const [what, options, where, says] of refused) {
    it(what, () => {
      assert.deepStrictEqual(found(options), where)
      assert.match(said(options), says)
    })
  }

  it("an OpenShift Build cannot honour: a mount where the cluster's authorities are mounted", () => {
    const options = { mounts: [configMap("a", "/etc/pki/ca-trust")] }
    assert.deepStrictEqual(found(options, { mountTrustedCA: true }), ["mounts[0].path"])
    assert.deepStrictEqual(found(options), [])
  })
})

describe("an OpenShift Build can honour", () => {
  const honoured: ReadonlyArray<readonly [what: string, Options]> = [
    ["a Containerfile of 60,000 bytes", { dockerfile: text("#".repeat(59_965)) }],
    ["a context that says its modes", { context: { a: "" }, dockerfile: text("COPY --chmod=600 a /a") }],
    ["a context of the builder's mode", { context: { a: private_("") }, dockerfile: text("COPY a /a") }],
    ["a shift with blanks, no heredoc for it", { dockerfile: text("RUN echo $(( 1 << 4 ))") }],
    ["a context that nothing reads", { context: { a: "" } }],
    ["a whole stage, and a whole context of nothing", {
      dockerfile: text("COPY --from=x.example/a . /a", "COPY . /b")
    }],
    ["a final image whose registry and path have 255 characters", {
      finalImage: { pullspec: `quay.io/${"a".repeat(247)}:1` }
    }],
    ["an architecture", { architecture: "s390x", placement: { nodeSelector: { "kubernetes.io/arch": "s390x" } } }],
    ["labels, an entitlement, secrets", {
      objectLabels: { team: "os" },
      entitlementSecretName: "entitlement",
      baseImage: { pullspec: "quay.io/acme/base:1", secretName: "a.b" },
      finalImage: { pullspec: "quay.io/acme/os:1", secretName: "a-b" },
      mounts: [secret("entitlement", "/opt/entitlement")]
    }]
  ]
  for (const [what, options] of honoured) {
    it(what, () => assert.deepStrictEqual(found(options), []))
  }
})

it.effect("OpenShiftUnsupported: every issue says what to do instead", () =>
  Effect.sync(() => {
    for (const [what, options] of refused) {
      for (const line of said(options).split("\n").filter((line) => line !== "")) {
        assert.match(line, /; |, or use/, `${what}: ${line}`)
      }
    }
  }))
