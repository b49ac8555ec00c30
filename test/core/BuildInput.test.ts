import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Schema } from "effect"
import { BuildInput } from "effect-os-builder"

const least = {
  dockerfile: "FROM quay.io/acme/base:1",
  baseImage: { pullspec: "quay.io/acme/base:1" },
  finalImage: { pullspec: "quay.io/acme/os:1" }
}

const encode = Schema.encodeSync(BuildInput.BuildInput)

const issues = (input: unknown): ReadonlyArray<string> =>
  Effect.runSync(Effect.match(BuildInput.decode(input), {
    onFailure: (rejected) => rejected.issues.map(String),
    onSuccess: () => ["accepted"]
  }))

describe("make", () => {
  it.effect("make: takes plain values", () =>
    Effect.gen(function*() {
      const bytes = Buffer.from([0, 1])
      const input = yield* BuildInput.make({
        ...least,
        baseImage: { pullspec: "quay.io/acme/base:1", secretName: undefined },
        context: {
          text: "a",
          bytes,
          "text with mode": { content: "a", mode: 0o755 },
          "bytes with mode": { content: bytes, mode: 0o600 },
          "text with none": { content: "a" },
          "bytes with none": { content: bytes, mode: undefined }
        },
        timeout: "30 minutes",
        pendingTimeout: 5000,
        retries: undefined
      })
      bytes.fill(7)
      assert.deepStrictEqual(Object.keys(input.baseImage ?? {}), ["pullspec"])
      assert.isFalse("retries" in input)
      assert.deepStrictEqual(input.timeout, Duration.minutes(30))
      assert.deepStrictEqual(input.pendingTimeout, Duration.seconds(5))
      assert.deepStrictEqual(input.context, {
        text: "a",
        bytes: new Uint8Array([0, 1]),
        "text with mode": { content: new Uint8Array([97]), mode: 0o755 },
        "bytes with mode": { content: new Uint8Array([0, 1]), mode: 0o600 },
        "text with none": "a",
        "bytes with none": new Uint8Array([0, 1])
      })
    }))

  it.effect("make: bytes whose mode is wrong, or that have another field, are refused as text is", () =>
    Effect.gen(function*() {
      const content = new Uint8Array([0])
      const context = {
        large: { content, mode: 0o10000 },
        negative: { content, mode: -1 },
        part: { content, mode: 0.5 },
        more: { content, mode: 0o600, owner: 0 }
      }
      const rejected = yield* Effect.flip(BuildInput.make({ ...least, context }))
      assert.deepStrictEqual(rejected.issues.map(String), [
        "context.large.mode: must be a file mode, from 0 to 4095 (0o7777)",
        "context.negative.mode: must be a file mode, from 0 to 4095 (0o7777)",
        "context.part.mode: must be a file mode, from 0 to 4095 (0o7777)",
        "context.more.owner: is not known here; the fields are content, mode"
      ])
    }))

  it.effect("make: takes an input, changed or not", () =>
    Effect.gen(function*() {
      const input = yield* BuildInput.make({
        ...least,
        context: { a: { content: "b", mode: 1 } },
        timeout: "90 minutes"
      })
      assert.deepStrictEqual(yield* BuildInput.make(input), input)
      assert.strictEqual((yield* BuildInput.make({ ...input, retries: 3 })).retries, 3)
    }))

  it.effect("make: says everything that is wrong at once", () =>
    Effect.gen(function*() {
      const rejected = yield* Effect.flip(BuildInput.make({
        dockerfile: "RUNN x\nFROM a\nCOPY b",
        baseImage: { pullspec: "fedora" },
        finalImage: { pullspec: "quay.io/a/b", secretName: "A" },
        context: { "/a": "", b: { content: "\ud800", mode: -1 } },
        timeout: 0
      }))
      assert.strictEqual(rejected.reason, "InvalidInput")
      assert.isFalse(rejected.retryable)
      assert.deepStrictEqual(rejected.issues.map(({ line, path }) => [path, line]), [
        ["dockerfile", 1],
        ["dockerfile", 3],
        ["baseImage.pullspec", undefined],
        ["finalImage.secretName", undefined],
        ["context[\"/a\"]", undefined],
        ["context.b.content", undefined],
        ["context.b.mode", undefined],
        ["timeout", undefined]
      ])
    }))
})

describe("decode", () => {
  it.effect("decode: reads JSON as people write it", () =>
    Effect.gen(function*() {
      const input = yield* BuildInput.decode(JSON.parse(`{
        "dockerfile": "FROM scratch",
        "baseImage": { "pullspec": "quay.io/a/b" },
        "finalImage": { "pullspec": "localhost/c" },
        "context": {
          "a": "text", "b": { "base64": "AP8=\\n" }, "c": { "base64": "", "mode": 493 },
          "d/x.service": { "link": "/dev/null" }, "d": { "directory": true, "mode": 1517 }, "e": { "directory": true }
        },
        "timeout": "90 minutes",
        "architecture": "s390x"
      }`))
      assert.deepStrictEqual(input.context, {
        a: "text",
        b: new Uint8Array([0, 255]),
        c: { content: new Uint8Array(), mode: 0o755 },
        "d/x.service": { link: "/dev/null" },
        d: { directory: true, mode: 0o2755 },
        e: { directory: true, mode: 0o755 }
      })
      assert.strictEqual(encode(input).timeout, "1h30m")
    }))

  it("decode: refuses what is no input", () => {
    assert.deepStrictEqual(issues(null), ["must be an object, not null"])
    assert.deepStrictEqual(issues([]), ["must be an object, not a list"])
    assert.deepStrictEqual(issues({}), [
      "dockerfile: is required",
      "finalImage: is required"
    ])
  })

  // What is changed in the least input, and what is said of that.
  const cases: ReadonlyArray<readonly [string, unknown, ReadonlyArray<string>]> = [
    ["dokerfile", "x", [
      "dokerfile: is not known here; the fields are dockerfile, dockerfilePath, baseImage, finalImage, pullSecretName, entitlementSecretName, buildArgs, "
      + "imageLabels, tags, annotations, format, compression, timestamp, context, mounts, secrets, target, buildContexts, inheritLabels, "
      + "unsetLabels, squash, trustBundle, proxy, architecture, resources, placement, objectLabels, queueName, "
      + "timeout, pendingTimeout, retries, cacheFrom, cacheTo, revision, metadata"
    ]],
    ["dockerfile", 5, ["dockerfile: must be text, not a number"]],
    ["dockerfile", "FROM a\0", ["dockerfile: must not contain a NUL character"]],
    ["dockerfile", `FROM a\n#${"x".repeat(600_000)}`, ["dockerfile: has 600008 bytes; at most 524288 are allowed"]],
    ["baseImage", "quay.io/a", ["baseImage: must be an object, not text"]],
    ["baseImage", { pullspec: "quay.io/a", secret: "b" }, [
      "baseImage.secret: is not known here; the fields are pullspec, secretName"
    ]],
    ["finalImage", { pullspec: `quay.io/a@sha256:${"0".repeat(64)}`, secretName: "" }, [
      "finalImage.secretName: must not be empty",
      "finalImage.pullspec: must not have a digest, which is known only when it is pushed; name a tag"
    ]],
    ["entitlementSecretName", "a".repeat(254), [
      "entitlementSecretName: has 254 bytes; at most 253 are allowed"
    ]],
    ["buildArgs", [], ["buildArgs: must be an object"]],
    ["buildArgs", { "a-b": "", "": "", BASE_IMAGE: "", c: null, d: "\0", e: "a\nb" }, [
      "buildArgs[\"a-b\"]: must be a valid ARG name: letters, digits and \"_\", not starting with a digit",
      "buildArgs[\"\"]: must be a valid ARG name: letters, digits and \"_\", not starting with a digit",
      "buildArgs.BASE_IMAGE: is reserved; the build sets it to the pullspec of baseImage",
      "buildArgs.c: must be text, not null",
      "buildArgs.d: must not contain a NUL character"
    ]],
    ["buildArgs", { a: "é".repeat(32_768) }, [
      "buildArgs: has 65537 bytes of names and values; at most 65536 are allowed"
    ]],
    ["imageLabels", { "": "", "a=b": "", "a\nb": "", "c d": "" }, [
      "imageLabels[\"\"]: must not be empty",
      "imageLabels[\"a=b\"]: must not contain \"=\"",
      "imageLabels[\"a\\nb\"]: must not contain line breaks or other control characters"
    ]],
    ["context", JSON.parse(`{ "__proto__": "x", "constructor": "y" }`), [
      "context.__proto__: is reserved; choose another name"
    ]],
    ["context", { a: "", "a/b": "", "a/b/c": 5 }, [
      "context[\"a/b/c\"]: must be text, { base64, mode? }, { link } or { directory: true, mode? }, not a number",
      "context[\"a/b\"]: needs the directory \"a\", but the context has a file of that name",
      "context[\"a/b/c\"]: needs the directory \"a\", but the context has a file of that name"
    ]],
    ["context", {
      a: {},
      b: { base64: "a" },
      c: { base64: "", mode: 4096 },
      d: { content: "" },
      e: { base64: "", mode: "" }
    }, [
      "context.a.base64: is required",
      "context.b.base64: must be base64 (RFC 4648, with padding)",
      "context.c.mode: must be a file mode, from 0 to 4095 (0o7777)",
      "context.d.content: is not known here; the fields are base64, mode",
      "context.d.base64: is required",
      "context.e.mode: must be a number, not text"
    ]],
    ["context", {
      a: { link: "b" },
      "a/b": "",
      "a/c/d": { directory: true },
      e: { directory: true },
      "e/f": ""
    }, [
      "context[\"a/b\"]: needs the directory \"a\", but the context has a link of that name",
      "context[\"a/c/d\"]: needs the directory \"a\", but the context has a link of that name"
    ]],
    ["context", {
      ".containerignore": { link: "a" },
      ".dockerignore": { link: "/etc/hostname" },
      "a/.dockerignore": { link: "b" }
    }, [
      "context[\".containerignore\"]: must be a file: the builder reads the target of a link, also outside of the context",
      "context[\".dockerignore\"]: must be a file: the builder reads the target of a link, also outside of the context"
    ]],
    ["context", {
      a: { link: "" },
      b: { link: "a\0b" },
      c: { link: 5 },
      d: { link: "a".repeat(4096) },
      e: { link: "a", mode: 0o777 },
      f: { directory: false },
      g: { directory: true, mode: 4096 },
      h: { directory: true, base64: "" },
      "i/": { directory: true }
    }, [
      "context.a.link: must not be empty",
      "context.b.link: must not contain a NUL character",
      "context.c.link: must be text, not a number",
      "context.d.link: has 4096 bytes; at most 4095 are allowed",
      "context.e.mode: is not known here; the fields are link",
      "context.f.directory: must be true",
      "context.g.mode: must be a file mode, from 0 to 4095 (0o7777)",
      "context.h.base64: is not known here; the fields are directory, mode",
      "context[\"i/\"]: must not contain a double slash or end with a slash"
    ]],
    ["mounts", {}, ["mounts: must be a list, not an object"]],
    ["mounts", [null, { kind: "Volume", name: "A", path: "a" }, { kind: "Secret", name: "a", path: "/a", mode: 1 }], [
      "mounts[0]: must be an object, not null",
      "mounts[1].kind: must be \"Secret\" or \"ConfigMap\"",
      "mounts[1].name: must be a valid Kubernetes name: lower-case letters, digits, \"-\" and \".\"; each part must start and end with a letter or digit",
      "mounts[1].path: must be an absolute path",
      "mounts[2].mode: is not known here; the fields are kind, name, path"
    ]],
    ["mounts", ["/a/b", "/a", "/a", "/ab"].map((path) => ({ kind: "Secret", name: "-", path })), [
      ...[0, 1, 2, 3].map((index) =>
        `mounts[${index}].name: must be a valid Kubernetes name: lower-case letters, digits, "-" and "."; each part must start and end with a letter or digit`
      ),
      "mounts[0].path: is inside the path of mounts[1]",
      "mounts[2].path: is also the path of mounts[1]"
    ]],
    ["trustBundle", { configMapName: "a", key: ".." }, ["trustBundle.key: must be the name of a file"]],
    ["trustBundle", { key: "a/b" }, [
      "trustBundle.configMapName: is required",
      "trustBundle.key: must be a key of a ConfigMap: letters, digits, \"-\", \"_\" and \".\""
    ]],
    ["proxy", { http: "http://user:pass@proxy:3128", https: "ftp://a", noProxy: "a\nb" }, [
      "proxy.http: must not contain a user name or password, because it is readable in logs and objects",
      "proxy.https: must be http://host:port or https://host:port",
      "proxy.noProxy: must not contain line breaks or other control characters"
    ]],
    ["architecture", "x86_64", [
      "architecture: must be \"amd64\" or \"arm64\" or \"ppc64le\" or \"s390x\""
    ]],
    ["resources", { cpu: "0m", memory: "512m", ephemeralStorage: "-1Gi" }, [
      "resources.cpu: must be greater than zero",
      "resources.memory: must not be a fraction of a byte (n, u or m); use Mi for mebibytes",
      "resources.ephemeralStorage: must be a quantity such as 500m or 2Gi; the units are n u m k M G T P E and Ki Mi Gi Ti Pi Ei"
    ]],
    ["placement", {
      nodeSelector: { "a/b/c": "" },
      tolerations: [{ value: "-" }, { operator: "Exists", value: "a", tolerationSeconds: 1.5 }]
    }, [
      "placement.nodeSelector[\"a/b/c\"]: must consist of letters, digits, \"-\", \"_\" and \".\", starting and ending with a letter or digit",
      "placement.tolerations[0].value: must consist of letters, digits, \"-\", \"_\" and \".\", starting and ending with a letter or digit",
      "placement.tolerations[0].key: is required unless operator is Exists",
      "placement.tolerations[1].tolerationSeconds: must be a whole number of seconds",
      "placement.tolerations[1].value: must not be set when operator is Exists",
      "placement.tolerations[1].tolerationSeconds: requires the effect NoExecute"
    ]],
    ["objectLabels", {
      "effect-os-builder/x": "",
      "app.kubernetes.io/managed-by": "",
      "kueue.x-k8s.io/queue-name": "",
      "A/b": ""
    }, [
      "objectLabels[\"effect-os-builder/x\"]: is reserved; the build sets it",
      "objectLabels[\"app.kubernetes.io/managed-by\"]: is reserved; the build sets it",
      "objectLabels[\"kueue.x-k8s.io/queue-name\"]: must be set with queueName",
      "objectLabels[\"A/b\"]: has a prefix that must be a valid Kubernetes name: lower-case letters, digits, \"-\" and \".\"; each part must start and end with a letter or digit"
    ]],
    ["queueName", "a".repeat(64), ["queueName: has 64 bytes; at most 63 are allowed"]],
    ["timeout", 5, ["timeout: must be text, not a number"]],
    ["timeout", "soon", ["timeout: invalid duration \"soon\"; use for example 90s or 1h30m"]],
    ["timeout", "0s", ["timeout: must be greater than zero"]],
    ["pendingTimeout", "8d", ["pendingTimeout: must be at most 7 days"]],
    ["retries", 11, ["retries: must be a whole number from 0 to 10"]],
    ["retries", "2", ["retries: must be a number, not text"]],
    ["revision", "x".repeat(257), ["revision: has 257 bytes; at most 256 are allowed"]],
    ["metadata", { "": "", "a=b": "", c: "1\n2", ["k".repeat(129)]: "", d: 5 }, [
      "metadata[\"\"]: must not be empty",
      "metadata[\"a=b\"]: must not contain \"=\"",
      "metadata.c: must not contain line breaks or other control characters",
      `metadata["${"k".repeat(129)}"]: has 129 bytes; at most 128 are allowed`,
      "metadata.d: must be text, not a number"
    ]],
    ["metadata", { a: "é".repeat(2048) }, ["metadata: has 4097 bytes of keys and values; at most 4096 are allowed"]],
    ["metadata", Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`k${i}`, ""])), [
      "metadata: has 65 entries; at most 64 are allowed"
    ]]
  ]

  for (const [field, value, expected] of cases) {
    it(`says what is wrong with ${field}: ${expected[0]?.slice(0, 60)}`, () => {
      assert.deepStrictEqual(issues({ ...least, [field]: value }), expected)
    })
  }

  it("decode: counts more than a thousand issues instead of listing them", () => {
    const found = issues({ ...least, dockerfile: `FROM a\n${"FOO\n".repeat(1500)}` })
    assert.strictEqual(found.length, 1001)
    assert.strictEqual(found[1000], "and 500 more")
  })
})

describe("context", () => {
  it("context: what COPY names is missed, and one that is not given is named as the reason", () => {
    const dockerfile = "FROM quay.io/acme/base:1\nCOPY motd /etc/\n"
    assert.include(
      issues({ ...least, dockerfile }).join("\n"),
      "COPY motd: the context has no such file; no context is given"
    )
    const found = issues({ ...least, dockerfile, context: { other: "x" } }).join("\n")
    assert.match(found, /COPY motd: the context has no such file$/m)
  })
})

describe("Payload", () => {
  it("Payload: refuses each folder, which would be one of the server, among the other mistakes", () => {
    const found = (input: unknown) =>
      Effect.runSync(
        Effect.match(Effect.flatten(Schema.decodeUnknown(BuildInput.Payload)(input)), {
          onFailure: (error) => error._tag === "BuildRejected" ? error.issues.map(({ path }) => path) : [error.message],
          onSuccess: () => []
        })
      )
    const dockerfile = "FROM quay.io/acme/base:1\nCOPY --from=etc a /a\nCOPY --from=other b /b\n"
    const buildContexts = { etc: { directory: "/etc" }, other: { image: "quay.io/acme/other:1" } }
    const upload = { directory: "/etc", digest: `sha256:${"0".repeat(64)}` }
    assert.deepStrictEqual(
      [...found({ ...least, dockerfile, buildContexts, context: { upload }, retries: 99 })].sort(),
      ["buildContexts.etc.directory", "context.upload", "retries"]
    )
    assert.deepStrictEqual(
      found({ ...least, context: { upload: "a file of this name", folder: { directory: true } } }),
      []
    )
    assert.deepStrictEqual(found({ ...least, buildContexts: { other: buildContexts.other } }), [])
    assert.deepStrictEqual(issues({ ...least, dockerfile, buildContexts, context: { upload } }), ["accepted"])
    assert.deepStrictEqual(found(null), [""])
  })
})
