import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Json from "../../../src/fake/Json.js"
import * as OpenShiftKinds from "../../../src/fake/kinds/OpenShiftKinds.js"
import type { JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"
import { type Api, api, bare, refused } from "../../support/FakeApi.js"

const builds = "/apis/build.openshift.io/v1/namespaces/ns/builds"

/** A Build of which a row replaces parts of the spec. */
const build = (spec: JsonObject = {}): JsonObject => ({
  apiVersion: "build.openshift.io/v1",
  kind: "Build",
  metadata: { name: "b", namespace: "ns" },
  spec: {
    source: { dockerfile: "FROM base" },
    strategy: { dockerStrategy: {} },
    output: { to: { kind: "DockerImage", name: "registry/image:1" } },
    ...spec
  }
})

const server = Effect.map(bare({ kinds: OpenShiftKinds.buildKinds }), (made) => api(made))

const source = (more: JsonObject): JsonObject => ({ source: { dockerfile: "FROM base", ...more } })
const docker = (dockerStrategy: JsonObject): JsonObject => ({ strategy: { dockerStrategy } })
const output = (more: JsonObject): JsonObject => ({ output: more })
const to = (kind: string, name: string): JsonObject => output({ to: { kind, name } })
const label = (...names: ReadonlyArray<string>): JsonObject =>
  output({ imageLabels: names.map((name) => ({ name, value: "v" })) })
const volume = (more: JsonObject): JsonObject =>
  docker({
    volumes: [{
      name: "v",
      source: { type: "Secret", secret: { secretName: "s" } },
      mounts: [{ destinationPath: "/s" }],
      ...more
    }]
  })
const mount = (destinationPath: string): JsonObject => volume({ mounts: [{ destinationPath }] })
const env = (entry: JsonObject): JsonObject => docker({ env: [entry] })

const long = "l".repeat(64)
const longer = "a".repeat(250)
const hex = "b".repeat(40)

/** Parts of a spec that openshift-apiserver 56aa2d96 refuses, with its messages (run), without their examples. */
const rows: ReadonlyArray<readonly [title: string, spec: JsonObject, causes: ReadonlyArray<string>]> = [
  ["git with binary", source({ git: { uri: "https://host/repo" }, binary: {} }), [
    `source.git: Invalid value: "": may not be set when binary is also set`,
    `source.binary: Invalid value: "": may not be set when git is also set`
  ]],
  ["git with a URI that Go cannot parse", source({ git: { uri: "https://host/a%2z" } }), [
    `source.git.uri: Invalid value: "https://host/a%2z": parse "https://host/a%2z": invalid URL escape "%2z"`
  ]],
  ["git without a URI", source({ git: { ref: "main" } }), [
    "source.git.uri: Required value"
  ]],
  ["a bad file of a binary source", { source: { binary: { asFile: "a/b" } } }, [
    `source.binary.asFile: Invalid value: "a/b": file name may not contain slashes or relative path segments and must be a valid POSIX filename`
  ]],
  ["no source", { source: {} }, [
    `source: Invalid value: "": must provide a value for at least one source input(git, binary, dockerfile, images).`
  ]],
  [
    "a destination that leaves the context",
    source({ configMaps: [{ configMap: { name: "c" }, destinationDir: "a/../../x" }] }),
    [
      `source.configMaps[0].destinationDir: Invalid value: "a/../../x": destination dir cannot start with '..'`
    ]
  ],
  ["a destination that begins with two dots", source({ secrets: [{ secret: { name: "s" }, destinationDir: "..a" }] }), [
    `source.secrets[0].destinationDir: Invalid value: "..a": destination dir cannot start with '..'`
  ]],
  ["an absolute destination", source({ configMaps: [{ configMap: { name: "c" }, destinationDir: "/a" }] }), [
    `source.configMaps[0].destinationDir: Invalid value: "/a": for the docker strategy the destinationDir has to be relative path`
  ]],
  ["a ConfigMap without a name", source({ configMaps: [{ configMap: {}, destinationDir: "a" }] }), [
    "source.configMaps[0].configMap: Required value",
    `source.configMaps[0].configMap: Invalid value: {"ConfigMap":{"Name":""},"DestinationDir":"a"}: must be valid configMap name`
  ]],
  ["a bad name of a ConfigMap", source({ configMaps: [{ configMap: { name: "B_ad" } }] }), [
    `source.configMaps[0].configMap: Invalid value: {"ConfigMap":{"Name":"B_ad"},"DestinationDir":""}: must be valid configMap name`
  ]],
  ["a Secret without a name", source({ secrets: [{ secret: { name: "" } }] }), [
    "source.secrets[0].secret: Required value",
    `source.secrets[0].secret: Invalid value: {"Secret":{"Name":""},"DestinationDir":""}: must be valid secret name`
  ]],
  ["a bad name of a Secret", source({ secrets: [{ secret: { name: "B_ad" }, destinationDir: "a" }] }), [
    `source.secrets[0].secret: Invalid value: {"Secret":{"Name":"B_ad"},"DestinationDir":"a"}: must be valid secret name`
  ]],
  ["a source secret without a name", source({ sourceSecret: {} }), [
    "source.sourceSecret.name: Required value"
  ]],
  ["an image source without paths", source({ images: [{ from: { kind: "DockerImage", name: "base" } }] }), [
    "source.images[0].paths: Required value: must specify 'paths' or 'as'",
    "source.images[0].as: Required value: must specify 'paths' or 'as'"
  ]],
  ["an image source without a kind", source({ images: [{ from: { name: "base" }, as: ["base"] }] }), [
    "source.images[0].from.kind: Required value"
  ]],
  [
    "bad paths of an image source",
    source({
      images: [{
        from: { kind: "DockerImage", name: "base" },
        paths: [{ sourcePath: "a", destinationDir: "/b" }, { sourcePath: "/a", destinationDir: "../b" }, {}]
      }]
    }),
    [
      `source.images[0].paths[0].sourcePath: Invalid value: "a": must be an absolute path`,
      `source.images[0].paths[0].destinationDir: Invalid value: "/b": must be a relative path`,
      `source.images[0].paths[1].destinationDir: Invalid value: "../b": destination dir cannot start with '..'`,
      "source.images[0].paths[2].sourcePath: Required value",
      "source.images[0].paths[2].destinationDir: Required value",
      `source.images[0].paths[2].sourcePath: Invalid value: "": must be an absolute path`
    ]
  ],
  [
    "two image sources of one name",
    source({
      images: [{ from: { kind: "DockerImage", name: "base" }, as: ["one"] }, {
        from: { kind: "DockerImage", name: "base" },
        as: ["", "one"]
      }]
    }),
    [
      `source.images[1].as[0]: Invalid value: "": must not be empty`,
      `source.images[1].as[1]: Duplicate value: "one"`
    ]
  ],
  ["a context directory outside of the source", source({ contextDir: "../x" }), [
    `source.contextDir: Invalid value: "../x": context dir must not be a relative path`
  ]],
  ["a long Containerfile", { source: { dockerfile: "#".repeat(60_001) } }, [
    `source.dockerfile: Invalid value: "": must be smaller than 60000 bytes`
  ]],
  ["an ImageStreamTag without a tag", to("ImageStreamTag", "os"), [
    `output.to.name: Invalid value: "os": ImageStreamTag object references must be in the form <name>:<tag>`
  ]],
  ["an ImageStreamTag without a name", to("ImageStreamTag", ""), [
    "output.to.name: Required value"
  ]],
  ["an ImageStreamTag with a bad name", to("ImageStreamTag", "O_S:1"), [
    `output.to.name: Invalid value: "O_S": ImageStreamTag name contains invalid syntax`
  ]],
  ["an ImageStream without a name", to("ImageStream", ""), [
    `output.to.name: Invalid value: "": ImageStreamTag name contains invalid syntax`
  ]],
  ["another kind of output", to("ImageStreamImage", "os@sha256:0"), [
    `output.to.kind: Invalid value: "ImageStreamImage": the target of build output must be an 'ImageStreamTag' or 'DockerImage'`
  ]],
  ["a bad namespace of the output", output({ to: { kind: "ImageStreamTag", name: "os:1", namespace: "N_S" } }), [
    `output.to.namespace: Invalid value: "N_S": namespace must be a valid subdomain`
  ]],
  ["the namespace of a DockerImage", output({ to: { kind: "DockerImage", name: "registry/os:1", namespace: "ns" } }), [
    `output.to.namespace: Invalid value: "ns": namespace is not valid when used with a 'DockerImage'`
  ]],
  ["a DockerImage without a name", to("DockerImage", ""), [
    `output.to.name: Invalid value: "": name is not a valid Docker pull specification: repository name must have at least one component`
  ]],
  ["a DockerImage with capital letters", to("DockerImage", "registry/Image:1"), [
    `output.to.name: Invalid value: "registry/Image:1": name is not a valid Docker pull specification: repository name must be lowercase`
  ]],
  ["a DockerImage with a blank", to("DockerImage", "registry/im age:1"), [
    `output.to.name: Invalid value: "registry/im age:1": name is not a valid Docker pull specification: invalid reference format`
  ]],
  ["a DockerImage on an IPv6 address", to("DockerImage", "[::1]:5000/image:1"), [
    `output.to.name: Invalid value: "[::1]:5000/image:1": name is not a valid Docker pull specification: invalid reference format`
  ]],
  ["a DockerImage with a short digest", to("DockerImage", `registry/image@sha256:${hex}`), [
    `output.to.name: Invalid value: "registry/image@sha256:${hex}": name is not a valid Docker pull specification: invalid checksum digest length`
  ]],
  ["a DockerImage with an unknown digest", to("DockerImage", `registry/image@md5:${hex}`), [
    `output.to.name: Invalid value: "registry/image@md5:${hex}": name is not a valid Docker pull specification: unsupported digest algorithm`
  ]],
  ["a DockerImage with a long name", to("DockerImage", `registry/${longer}:1`), [
    `output.to.name: Invalid value: "registry/${longer}:1": name is not a valid Docker pull specification: repository name must not be more than 255 characters`
  ]],
  ["a push secret without a name", output({ pushSecret: { name: "" } }), [
    "output.pushSecret.name: Required value"
  ]],
  ["a label without a name", label(""), [
    "output.imageLabels[0].name: Required value"
  ]],
  ["a label with a bad name", label("a b"), [
    `output.imageLabels[0].name: Invalid value: "a b": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character`
  ]],
  ["a label with two slashes", label("a/b/c"), [
    `output.imageLabels[0].name: Invalid value: "a/b/c": a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character`
  ]],
  ["a label with a long name", label(long), [
    `output.imageLabels[0].name: Invalid value: "${long}": name part must be no more than 63 characters`
  ]],
  ["two labels of one name", label("a", "b", "a"), [
    `output.imageLabels[2].name: Invalid value: "a": duplicate name`
  ]],
  ["no strategy", { strategy: {} }, [
    `strategy: Invalid value: {"DockerStrategy":null,"SourceStrategy":null,"CustomStrategy":null,"JenkinsPipelineStrategy":null}: must provide a value for exactly one of sourceStrategy, customStrategy, dockerStrategy, or jenkinsPipelineStrategy`
  ]],
  ["another base image without a name", docker({ from: { kind: "DockerImage" } }), [
    "strategy.dockerStrategy.from.name: Required value"
  ]],
  ["another base image without name and kind", docker({ from: {} }), [
    "strategy.dockerStrategy.from.name: Required value"
  ]],
  ["another base image without a tag", docker({ from: { kind: "ImageStreamTag", name: "base" } }), [
    `strategy.dockerStrategy.from.name: Invalid value: "base": must be <name>:<tag>`
  ]],
  ["another base image that is no reference", docker({ from: { kind: "DockerImage", name: "Base" } }), [
    `strategy.dockerStrategy.from.name: Invalid value: "Base": not a valid Docker pull specification: repository name must be lowercase`
  ]],
  ["another base image of an unknown kind", docker({ from: { kind: "Image", name: "base" } }), [
    `strategy.dockerStrategy.from.kind: Invalid value: "Image": must be 'ImageStreamTag', 'ImageStreamImage', or 'DockerImage'`
  ]],
  ["a pull secret without a name", docker({ pullSecret: {} }), [
    "strategy.dockerStrategy.pullSecret.name: Required value"
  ]],
  ["an unknown optimization policy", docker({ imageOptimizationPolicy: "Some" }), [
    `strategy.dockerStrategy.imageOptimizationPolicy: Invalid value: "Some": must be unset, 'None', 'SkipLayers', or 'SkipLayersAndWarn'`
  ]],
  ["an absolute path of the Containerfile", docker({ dockerfilePath: "/Dockerfile" }), [
    `strategy.dockerStrategy.dockerfilePath: Invalid value: "/Dockerfile": dockerfilePath must be a relative path within your source location`
  ]],
  ["a path of the Containerfile outside of the source", docker({ dockerfilePath: "a/../../Dockerfile" }), [
    `strategy.dockerStrategy.dockerfilePath: Invalid value: "a/../../Dockerfile": dockerfilePath must be a relative path within your source location`
  ]],
  ["a source strategy without an image", { strategy: { sourceStrategy: {} } }, [
    "strategy.sourceStrategy.from.name: Required value"
  ]],
  ["a custom strategy without an image", { strategy: { customStrategy: {} } }, [
    "strategy.customStrategy.from.name: Required value"
  ]],
  ["a pipeline without Git", { strategy: { jenkinsPipelineStrategy: { jenkinsfilePath: "/a" } } }, [
    `source.git: Invalid value: "": must be set when using Jenkins Pipeline strategy with Jenkinsfile from a git repo`,
    `strategy.jenkinsPipelineStrategy.jenkinsfilePath: Invalid value: "/a": jenkinsfilePath must be a relative path within your source location`
  ]],
  ["a variable without a name", env({ value: "v" }), [
    "strategy.dockerStrategy.env[0].name: Required value"
  ]],
  ["a variable with a bad name", env({ name: "1 a" }), [
    `strategy.dockerStrategy.env[0].name: Invalid value: "1 a": a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit`
  ]],
  ["a variable with two dots", env({ name: "..a" }), [
    `strategy.dockerStrategy.env[0].name: Invalid value: "..a": must not start with '..'`
  ]],
  ["a variable from a resource", env({ name: "CPU", valueFrom: { resourceFieldRef: { resource: "limits.cpu" } } }), [
    `strategy.dockerStrategy.env[0].valueFrom.ResourceFieldRef: Invalid value: "CPU": ResourceFieldRef is not valid for valueFrom in build environment variables`
  ]],
  ["a volume without a name", volume({ name: "" }), [
    "strategy.dockerStrategy.volumes[0].name: Required value"
  ]],
  ["a volume with a bad name", volume({ name: "V_" }), [
    `strategy.dockerStrategy.volumes[0].name: Invalid value: "V_": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character`
  ]],
  ["a volume without a type", volume({ source: { secret: { secretName: "s" } } }), [
    "strategy.dockerStrategy.volumes[0].source.type: Required value: must not be blank",
    `strategy.dockerStrategy.volumes[0].source.type: Invalid value: "": source type and specified type must match`
  ]],
  ["a volume of another type", volume({ source: { type: "ConfigMap", secret: { secretName: "s" } } }), [
    `strategy.dockerStrategy.volumes[0].source.type: Invalid value: "ConfigMap": source type and specified type must match`
  ]],
  ["a volume without a source", volume({ source: { type: "Secret" } }), [
    `strategy.dockerStrategy.volumes[0].source: Invalid value: {"Type":"Secret","Secret":null,"ConfigMap":null,"CSI":null}: must specify one volume source`
  ]],
  [
    "a volume with two sources",
    volume({ source: { type: "Secret", secret: { secretName: "s" }, configMap: { name: "c" } } }),
    [
      `strategy.dockerStrategy.volumes[0].source: Invalid value: {"Type":"Secret","Secret":{"SecretName":"s","Items":null,"DefaultMode":420,"Optional":null},"ConfigMap":{"Name":"c","Items":null,"DefaultMode":420,"Optional":null},"CSI":null}: only one volume source is allowed`
    ]
  ],
  ["a volume of a Secret without a name", volume({ source: { type: "Secret", secret: {} } }), [
    "strategy.dockerStrategy.volumes[0].source.secret.secretName: Required value"
  ]],
  [
    "a volume of a Secret with a bad name",
    volume({ source: { type: "Secret", secret: { secretName: "S_", items: [{ key: "k", path: "p" }] } } }),
    [
      `strategy.dockerStrategy.volumes[0].source.secret.secretName: Invalid value: {"SecretName":"S_","Items":[{"Key":"k","Path":"p","Mode":null}],"DefaultMode":420,"Optional":null}: a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character`
    ]
  ],
  ["a volume of a ConfigMap with a bad name", volume({ source: { type: "ConfigMap", configMap: { name: "C_" } } }), [
    `strategy.dockerStrategy.volumes[0].source.configMap.name: Invalid value: {"Name":"C_","Items":null,"DefaultMode":420,"Optional":null}: a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character`
  ]],
  ["a volume of a driver with a bad name", volume({ source: { type: "CSI", csi: { driver: "d_" } } }), [
    `strategy.dockerStrategy.volumes[0].source.csi.driver: Invalid value: "d_": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character`
  ]],
  ["a volume without mounts", volume({ mounts: [] }), [
    "strategy.dockerStrategy.volumes[0].mounts: Required value: must supply at least one mount"
  ]],
  ["a mount without a path", mount(""), [
    "strategy.dockerStrategy.volumes[0].mounts.destinationPath: Required value: must not be blank"
  ]],
  ["a mount at a relative path", mount("a/b"), [
    `strategy.dockerStrategy.volumes[0].mounts[0].destinationPath: Invalid value: "a/b": must be an absolute path`
  ]],
  ["a mount with a colon", mount("/a:b"), [
    `strategy.dockerStrategy.volumes[0].mounts[0].destinationPath: Invalid value: "/a:b": must not contain ':'`
  ]],
  ["a mount outside of the root", mount("../a"), [
    `strategy.dockerStrategy.volumes[0].mounts[0].destinationPath: Invalid value: "../a": must be an absolute path`,
    `strategy.dockerStrategy.volumes[0].mounts[0].destinationPath: Invalid value: "../a": must not start with '..'`
  ]],
  ["a deadline of 0", { completionDeadlineSeconds: 0 }, [
    "completionDeadlineSeconds: Invalid value: 0: completionDeadlineSeconds must be a positive integer greater than 0"
  ]],
  ["a command with a script after the build", { postCommit: { command: ["true"], script: "true" } }, [
    `postCommit: Invalid value: {"Command":["true"],"Args":null,"Script":"true"}: cannot use command and script together`
  ]],
  ["a bad key of a node label", { nodeSelector: { "a b": "c" } }, [
    `nodeSelector[a b]: Invalid value: "c": must be a valid node selector`
  ]],
  ["an empty key of a node label", { nodeSelector: { "": "c" } }, [
    `nodeSelector[]: Invalid value: "c": must be a valid node selector`
  ]],
  ["a bad value of a node label", { nodeSelector: { key: "-c" } }, [
    `nodeSelector[key]: Invalid value: "-c": must be a valid node selector`
  ]],
  ["a long value of a node label", { nodeSelector: { key: long } }, [
    `nodeSelector[key]: Invalid value: "${long}": must be a valid node selector`
  ]]
]

const causes = (status: JsonObject): ReadonlyArray<string> =>
  Json.objects(status, "details", "causes").map((cause) =>
    `${Json.text(cause, "field")}: ${Json.text(cause, "message")}`.replace(/^spec\./, "").replace(/ \(e\.g\..*$/, "")
  )

describe("Builds", () => {
  it.scoped.each(rows)("Builds: the server refuses %s", ([, spec, expected]) =>
    Effect.gen(function*() {
      const status = yield* refused((yield* server).post(builds, build(spec)))
      assert.deepInclude(status, { code: 422, reason: "Invalid" })
      assert.deepStrictEqual(causes(status), expected)
    }))

  it.scoped("Builds: the server refuses two strategies", () =>
    Effect.gen(function*() {
      const strategy = { dockerStrategy: {}, customStrategy: { from: { kind: "DockerImage", name: "base" } } }
      const status = yield* refused((yield* server).post(builds, build({ strategy })))
      assert.match(causes(status).join(), /^strategy: Invalid value: .*: must provide a value for exactly one of /)
    }))
})

/** What openshift-apiserver 56aa2d96 stores (run). */
const changes: ReadonlyArray<readonly [title: string, spec: JsonObject, expected: JsonObject]> = [
  ["no node selector as null", {}, { nodeSelector: null }],
  ["an empty node selector", { nodeSelector: {} }, { nodeSelector: {} }],
  ["a node selector with blanks and commas", { nodeSelector: { " a ": "b", c: "d,e=f" } }, {
    nodeSelector: { " a ": "b", c: "d,e=f" }
  }],
  ["the docker strategy of its type", { strategy: { type: "Docker" } }, {
    strategy: { type: "Docker", dockerStrategy: {} }
  }],
  ["the binary source of its type", { source: { type: "Binary" } }, { source: { type: "Binary", binary: {} } }],
  ["a cleaned name of a binary file", { source: { binary: { asFile: "/./file" } } }, {
    source: { type: "Binary", binary: { asFile: "file" } }
  }],
  ["an ImageStream as its latest tag", to("ImageStream", "os"), to("ImageStreamTag", "os:latest")],
  ["an output without kind as an ImageStreamTag", output({ to: { name: "os" } }), to("ImageStreamTag", "os:latest")],
  [
    "an output with tag and without kind with two tags",
    output({ to: { name: "os:1" } }),
    to("ImageStreamTag", "os:1:latest")
  ],
  ["a DockerImage without registry", to("DockerImage", "image"), to("DockerImage", "image")],
  ["another base image as an ImageStreamTag", docker({ from: { name: "base:1" } }), {
    strategy: { type: "Docker", dockerStrategy: { from: { kind: "ImageStreamTag", name: "base:1" } } }
  }],
  ["another base image of an ImageStream", docker({ from: { kind: "ImageStream", name: "base" } }), {
    strategy: { type: "Docker", dockerStrategy: { from: { kind: "ImageStreamTag", name: "base:latest" } } }
  }],
  ["a cleaned path of the Containerfile", docker({ dockerfilePath: "./a/../b/" }), {
    strategy: { type: "Docker", dockerStrategy: { dockerfilePath: "b" } }
  }],
  ["no path of the Containerfile for a dot", docker({ dockerfilePath: "." }), {
    strategy: { type: "Docker", dockerStrategy: {} }
  }],
  ["a cleaned context directory", source({ contextDir: "./a//b/." }), {
    source: { type: "Dockerfile", dockerfile: "FROM base", contextDir: "a/b" }
  }],
  ["no context directory for a dot", source({ contextDir: "." }), {
    source: { type: "Dockerfile", dockerfile: "FROM base" }
  }],
  ["the modes of volumes", volume({ source: { type: "Secret", secret: { secretName: "s" } } }), {
    strategy: {
      type: "Docker",
      dockerStrategy: {
        volumes: [{
          name: "v",
          source: { type: "Secret", secret: { secretName: "s", defaultMode: 420 } },
          mounts: [{ destinationPath: "/s" }]
        }]
      }
    }
  }],
  [
    "the version of a field of a variable",
    env({ name: "A", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } }),
    {
      strategy: {
        type: "Docker",
        dockerStrategy: {
          env: [{ name: "A", valueFrom: { fieldRef: { apiVersion: "v1", fieldPath: "metadata.name" } } }]
        }
      }
    }
  ]
]

const putSpec = (client: Api, made: JsonObject, spec: JsonObject) =>
  client.put(`${builds}/b`, { ...made, spec: Json.object(build(spec), "spec") })

/** Changes of the spec, and their difference as openshift-apiserver shows it (run). */
const updates: ReadonlyArray<readonly [title: string, before: JsonObject, after: JsonObject, diff: string]> = [
  [
    "another Containerfile",
    {},
    { source: { dockerfile: "RUN a && b" } },
    `"source":{"dockerfile":"RUN a \\u0026\\u0026 b"}`
  ],
  [
    "a deadline and a node selector",
    {},
    { nodeSelector: { a: "b" }, completionDeadlineSeconds: 5 },
    `"completionDeadlineSeconds":5,"nodeSelector":{"a":"b"}`
  ],
  ["no more node selector", { nodeSelector: { a: "b" } }, {}, `"nodeSelector":null`],
  ["no more output", {}, { output: {} }, `"output":{"to":null}`],
  [
    "invalid values, which are not validated again",
    {},
    { ...source({ contextDir: "../a" }), ...to("DockerImage", "Bad") },
    `"output":{"to":{"name":"Bad"}},"source":{"contextDir":"../a"}`
  ]
]

describe("stored Builds", () => {
  it.scoped.each(changes)("stored Builds: the server stores %s", ([, spec, expected]) =>
    Effect.gen(function*() {
      const made = yield* (yield* server).post(builds, build(spec))
      assert.deepInclude(Json.object(made, "spec"), expected)
    }))

  it.scoped("stored Builds: resources are canonical, and the status has an output", () =>
    Effect.gen(function*() {
      const client = yield* server
      const made = yield* client.post(builds, build({ resources: { requests: { cpu: "0.5", memory: "1024Mi" } } }))
      assert.deepStrictEqual(Json.at(made, "spec", "resources", "requests"), { cpu: "500m", memory: "1Gi" })
      assert.deepStrictEqual(Json.at(made, "status", "output"), {})
    }))

  it.scoped.each(updates)("stored Builds: an update shows %s", ([, before, after, diff]) =>
    Effect.gen(function*() {
      const client = yield* server
      const status = yield* refused(putSpec(client, yield* client.post(builds, build(before)), after))
      assert.deepStrictEqual(causes(status), [
        `spec: Invalid value: "content of spec is not printed out, please refer to the details": spec is immutable, diff: ` +
        `{"spec":{${diff}}}`
      ])
    }))

  it.scoped.each(
    [
      [
        "an empty push secret",
        {},
        output({ to: { kind: "DockerImage", name: "registry/image:1" }, pushSecret: { name: "" } })
      ],
      ["no node selector instead of an empty one", { nodeSelector: {} }, {}],
      ["an empty list instead of none", {}, source({ secrets: [] })]
    ] satisfies ReadonlyArray<readonly [string, JsonObject, JsonObject]>
  )(
    "stored Builds: an update takes %s",
    ([, before, after]) =>
      Effect.gen(function*() {
        const client = yield* server
        const made = yield* client.post(builds, build(before))
        assert.deepInclude(yield* putSpec(client, made, after), { kind: "Build" })
      })
  )
})

describe("the details of a Build", () => {
  const path = `${builds}/b/details`
  const reported = (made: JsonObject, status: JsonObject, spec: JsonObject = {}): JsonObject => ({
    ...made,
    metadata: { name: "b", namespace: "ns", labels: { a: "b" } },
    spec: { ...Json.object(made, "spec"), completionDeadlineSeconds: 5, ...spec },
    status
  })
  const digest = { output: { to: { imageDigest: "sha256:0" } } }

  it.scoped("the details of a Build: an update writes what the builder reports, and nothing else", () =>
    Effect.gen(function*() {
      const client = yield* server
      const made = yield* client.post(builds, build())
      const stages = [{ name: "Build" }]
      const next = yield* client.put(
        path,
        reported(made, { phase: "Running", stages, reason: "R", message: "m", logSnippet: "s", ...digest }, {
          revision: { git: { commit: "c" } }
        })
      )
      assert.deepInclude(Json.object(next, "status"), { phase: "New", stages, reason: "R", message: "m", ...digest })
      assert.notProperty(next["status"], "logSnippet")
      assert.deepInclude(Json.object(next, "metadata"), { generation: 1 })
      assert.notProperty(next["metadata"], "labels")
      assert.notProperty(next["spec"], "completionDeadlineSeconds")
      assert.deepStrictEqual(Json.at(next, "spec", "revision"), { git: { commit: "c" }, type: "Git" })
      assert.deepInclude(Json.objects(next, "status", "conditions")[0], { type: "New", reason: "R", message: "m" })
    }))

  it.scoped("the details of a Build: another terminal phase replaces the first with its reason", () =>
    Effect.gen(function*() {
      const client = yield* server
      const made = yield* client.post(builds, build())
      yield* client.put(path, reported(made, { phase: "Failed", reason: "One", message: "one" }))
      const next = yield* client.put(path, reported(made, { phase: "Complete", ...digest }))
      assert.deepInclude(Json.object(next, "status"), { phase: "Complete", ...digest })
      assert.notProperty(next["status"], "reason")
    }))

  it.scoped("the details of a Build: the server refuses another revision and other verbs", () =>
    Effect.gen(function*() {
      const client = yield* server
      const made = yield* client.post(builds, build({ revision: { git: { commit: "a" } } }))
      const other = yield* refused(client.put(path, reported(made, {}, { revision: { git: { commit: "b" } } })))
      assert.match(causes(other).join(), /^revision: Duplicate value: /)
      const none = yield* refused(client.put(path, { ...build(), status: {} }))
      assert.include(causes(none)[0], "cannot set an empty revision in build spec")
      assert.deepInclude(yield* refused(client.get(path)), { code: 405 })
      assert.deepInclude(yield* refused(client.merge(path, {})), { code: 405 })
    }))
})
