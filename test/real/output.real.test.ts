/**
 * The form and the names of an image: tags, annotations, format, compression and timestamp, on real registries.
 */
import { NodeContext } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { BuildBackend, LocalBuildBackend } from "effect-os-builder"
import * as fs from "node:fs"
import * as path from "node:path"
import * as RegistryProxy from "../support/RegistryProxy.js"
import * as CurrentBuildah from "./CurrentBuildah.js"
import { backend as jobs } from "./RealJobs.js"
import * as Workplace from "./Workplace.js"

const { containerfile, exec, finish, inspect, says } = Workplace

interface Manifest {
  readonly mediaType: string
  readonly annotations?: Readonly<Record<string, string>>
  readonly layers: ReadonlyArray<
    { readonly mediaType: string; readonly digest: string; readonly annotations?: Readonly<Record<string, string>> }
  >
}

const manifestOf = (image: string) =>
  Effect.map(
    exec("skopeo", "inspect", "--raw", "--tls-verify=false", `docker://${image}`),
    (text): Manifest => JSON.parse(text)
  )

const digestOf = (image: string) => Effect.map(inspect(image), ({ Digest }) => Digest)

const oci = "application/vnd.oci.image.manifest.v1+json"
const docker = "application/vnd.docker.distribution.manifest.v2+json"

const awkward = "a\"b 'c' $(id) `id` ${HOME} $HOME \\n \\ = é\n\n  second line\t,\n"

/** What can differ from build to build, and does without a timestamp: times of files, history, creation, hosts. */
const dated = containerfile(
  "ARG SOURCE_DATE_EPOCH",
  "ENV A=b",
  "COPY tree /etc/tree",
  "RUN mkdir -p /a/b; echo made > /a/made; ln -s made /a/link; rm /tmp/* 2> /dev/null; echo $SOURCE_DATE_EPOCH > /epoch",
  "LABEL z=1 a=2"
)

const datedInput = (name: string, options: Parameters<typeof Workplace.input>[1] = {}) =>
  Workplace.input(name, {
    dockerfile: dated,
    context: { "tree/b": "b\n", "tree/a": "a\n", "tree/link": { link: "a" }, "tree/empty": { directory: true } },
    imageLabels: { "org.example/b": "1", "org.example/a": "2" },
    buildArgs: { B: "2", A: "1" },
    timestamp: 1_700_000_000,
    ...options
  })

const localWith = (settings: LocalBuildBackend.Settings) =>
  Layer.unwrapEffect(
    Effect.map(Workplace.Workplace, (workplace) => LocalBuildBackend.layerWith({ ...workplace.settings, ...settings }))
  ).pipe(Layer.provide(NodeContext.layer))

const digestBuilt = (built: Effect.Effect.Success<ReturnType<typeof finish>>) => {
  assert(built.status._tag === "Succeeded", JSON.stringify(built.status) + built.log.join("\n"))
  return built.status.image.digest
}

layer(Workplace.backend, { excludeTestServices: true, timeout: "5 minutes" })("output", (it) => {
  it.scoped("tags: one digest under every name, built and uploaded once", () =>
    Effect.gen(function*() {
      const { open } = yield* Workplace.Workplace
      const proxy = yield* RegistryProxy.make(open)
      const options = { dockerfile: containerfile(`RUN echo built > /x; ${says("built")}`), retries: 0 }
      const one = yield* finish(
        yield* Workplace.input("one name", { ...options, finalImage: { pullspec: `${proxy.host}/one-name:1` } })
      )
      assert(one.status._tag === "Succeeded", one.log.join("\n"))
      const alone = proxy.blobs()
      const { log, status } = yield* finish(
        yield* Workplace.input("tags", {
          ...options,
          revision: "tags",
          finalImage: { pullspec: `${proxy.host}/tags:1` },
          tags: ["latest", "1.0", `${proxy.host}/other/tags`]
        })
      )
      assert(status._tag === "Succeeded", log.join("\n"))
      const names = [`${proxy.host}/tags:latest`, `${proxy.host}/tags:1.0`, `${proxy.host}/other/tags:latest`]
      assert.deepStrictEqual(status.image.tags, names)
      for (const name of [status.image.tag, ...names]) assert.strictEqual(yield* digestOf(name), status.image.digest)
      assert.lengthOf(log.filter((line) => line === "built"), 1)
      const { mounted, uploaded } = proxy.blobs()
      // The config of an image is uploaded to each repository, and no layer of the second.
      assert.isAtMost(uploaded - alone.uploaded, alone.uploaded + 1)
      assert.isAtLeast(mounted, 2)
    }))

  it.scoped("tags: the error of one that is refused lists those that were pushed", () =>
    Effect.gen(function*() {
      const { open } = yield* Workplace.Workplace
      const proxy = yield* RegistryProxy.make(open)
      proxy.fail("403 after upload", 1_000, "/manifests/immutable")
      const { log, status } = yield* finish(
        yield* Workplace.input("refused tag", {
          dockerfile: containerfile(`RUN ${says("built")}`),
          finalImage: { pullspec: `${proxy.host}/refused-tag:1` },
          tags: ["2", "immutable", "3"],
          retries: 0
        })
      )
      assert(status._tag === "Errored", log.join("\n"))
      assert.strictEqual(status.reason, "PushDenied")
      assert.include(
        status.message,
        `${proxy.host}/refused-tag:immutable was not pushed, after ${proxy.host}/refused-tag:1, ${proxy.host}/refused-tag:2: `
      )
      assert.deepStrictEqual(proxy.counts(), { failed: 1, pushed: 2 })
    }))

  it.scoped("tags: a push that fails for now is repeated for its own name only", () =>
    Effect.gen(function*() {
      const { open } = yield* Workplace.Workplace
      const proxy = yield* RegistryProxy.make(open)
      proxy.fail("500 after upload", 2, "/manifests/2")
      const { log, status } = yield* finish(
        yield* Workplace.input("repeated tag", {
          dockerfile: containerfile(`RUN ${says("built")}`),
          finalImage: { pullspec: `${proxy.host}/repeated-tag:1` },
          tags: ["2", "3"],
          retries: 0
        })
      )
      assert.strictEqual(status._tag, "Succeeded", log.join("\n"))
      assert.deepStrictEqual(proxy.counts(), { failed: 2, pushed: 3 })
      assert.lengthOf(log.filter((line) => line === "built"), 1)
    }))

  it.effect("annotations: in the manifest byte for byte, beside labels that are committed later", () =>
    Effect.gen(function*() {
      const annotations = {
        "org.example/awkward": awkward,
        "two words": "=",
        empty: "",
        "org.opencontainers.image.title": "$x"
      }
      const { log, status } = yield* finish(
        yield* Workplace.input("annotations", {
          dockerfile: containerfile("RUN true"),
          annotations,
          imageLabels: { later: "a\nb" }
        })
      )
      assert(status._tag === "Succeeded", log.join("\n"))
      const manifest = yield* manifestOf(status.image.pullspec)
      assert.strictEqual(manifest.mediaType, oci)
      for (const [name, value] of Object.entries(annotations)) assert.strictEqual(manifest.annotations?.[name], value)
      assert.strictEqual((yield* inspect(status.image.pullspec)).Labels["later"], "a\nb")
    }))

  it.effect("annotations: a change of them alone is in the image, with a layer cache", () =>
    Effect.gen(function*() {
      const { folder } = yield* Workplace.Workplace
      const cacheDirectory = path.join(folder, "annotations-cache")
      fs.mkdirSync(cacheDirectory)
      yield* Effect.gen(function*() {
        for (const value of ["one", "two", "one"]) {
          const { log, status } = yield* finish(
            yield* Workplace.input("annotations cached", {
              dockerfile: containerfile("RUN true", "ENV A=b"),
              annotations: { value }
            }),
            { again: true }
          )
          assert(status._tag === "Succeeded", log.join("\n"))
          assert.strictEqual((yield* manifestOf(status.image.pullspec)).annotations?.["value"], value)
        }
      }).pipe(Effect.provide(localWith({ cacheDirectory })))
    }))

  it.effect("format: docker and oci as asked for", () =>
    Effect.gen(function*() {
      for (const [format, mediaType] of [["docker", docker], ["oci", oci], ["auto", oci]] as const) {
        const { log, status } = yield* finish(
          yield* Workplace.input(`format ${format}`, { dockerfile: containerfile("RUN true"), format })
        )
        assert(status._tag === "Succeeded", log.join("\n"))
        assert.strictEqual((yield* manifestOf(status.image.pullspec)).mediaType, mediaType)
      }
    }))

  it.effect("format: what a trigger of the base needs and the format lacks is Failed with both named", () =>
    Effect.gen(function*() {
      const { open } = yield* Workplace.Workplace
      const base = yield* finish(
        yield* Workplace.input("format trigger", { dockerfile: containerfile("ONBUILD HEALTHCHECK CMD true") })
      )
      assert(base.status._tag === "Succeeded", base.log.join("\n"))
      const cases = [
        [{ format: "oci" }, /^HEALTHCHECK in a trigger of a base image needs the docker format, and format is oci$/],
        [{ annotations: { a: "b" } }, /^annotations require the OCI format, and HEALTHCHECK in a trigger/],
        [{ compression: "zstd" }, /^zstd requires the OCI format, and HEALTHCHECK in a trigger/]
      ] as const
      for (const [index, [options, message]] of cases.entries()) {
        const { log, status } = yield* finish(
          yield* Workplace.input(`format triggered ${index}`, {
            ...options,
            baseImage: { pullspec: `${open}/format-trigger:1` }
          })
        )
        assert(status._tag === "Failed", log.join("\n"))
        assert.strictEqual(status.reason, "ContainerfileInvalid")
        assert.match(status.message, message)
      }
    }))

  for (
    const [compression, layerType, chunked] of [
      ["gzip", "gzip", false],
      ["zstd", "zstd", false],
      ["zstd:chunked", "zstd", true],
      [{ algorithm: "zstd", level: 19 }, "zstd", false],
      [{ algorithm: "gzip", level: 9 }, "gzip", false]
    ] as const
  ) {
    const name = `compression ${
      typeof compression === "string" ? compression : `${compression.algorithm} ${compression.level}`
    }`
    it.effect(`${name}: every layer has it, the base's too`, () =>
      Effect.gen(function*() {
        if (compression === "zstd:chunked" && !CurrentBuildah.isChosen()) {
          const rejected = yield* Effect.flip(finish(yield* Workplace.input(name, { compression })))
          assert.match(rejected.message, /compression: zstd:chunked needs buildah 1.38 or later/)
          return
        }
        const { log, status } = yield* finish(
          yield* Workplace.input(name, {
            dockerfile: containerfile("RUN seq 100000 > /numbers", "RUN true"),
            compression,
            tags: ["2"]
          })
        )
        assert(status._tag === "Succeeded", log.join("\n"))
        const { layers, mediaType } = yield* manifestOf(status.image.pullspec)
        assert.strictEqual(mediaType, oci)
        assert.isAtLeast(layers.length, 2)
        for (const { annotations = {}, mediaType } of layers) {
          assert.strictEqual(mediaType, `application/vnd.oci.image.layer.v1.tar+${layerType}`)
          assert.strictEqual(
            Object.keys(annotations).some((key) => key.startsWith("io.github.containers.zstd-chunked.")),
            chunked
          )
        }
      }))
  }

  it.effect("timestamp: one digest of five builds in four places, and none without", () =>
    Effect.gen(function*() {
      const { folder, settings } = yield* Workplace.Workplace
      const cacheDirectory = path.join(folder, "timestamp-cache")
      fs.mkdirSync(cacheDirectory)
      const input = yield* datedInput("timestamp")
      // The cache has the same layers of another time already.
      const cached = Effect.gen(function*() {
        yield* finish(yield* datedInput("other time", { timestamp: undefined }))
        return [yield* finish(input), yield* finish(input, { again: true })] as const
      }).pipe(Effect.provide(localWith({ cacheDirectory, stateDirectory: path.join(folder, "state-cached") })))
      const one = yield* finish(input)
      const two = yield* finish(input, { again: true })
      const elsewhere = yield* finish(input).pipe(Effect.provide(localWith({
        stateDirectory: path.join(folder, "state-elsewhere"),
        workDirectory: path.join(settings.workDirectory, "a/much/longer/path")
      })))
      const [filling, hitting] = yield* cached
      const digests = [one, two, elsewhere, filling, hitting].map(digestBuilt)
      assert.deepStrictEqual(digests, Array(5).fill(digests[0]))
      assert.strictEqual(hitting.log.some((line) => line.includes("Using cache")), CurrentBuildah.isChosen())
      const without = yield* datedInput("without timestamp", { timestamp: undefined })
      const differing = [yield* finish(without), yield* finish(without, { again: true })].map(digestBuilt)
      assert.notStrictEqual(differing[0], differing[1])
    }))

  it.effect("timestamp: RUN sees it, and no file of the image is later", () =>
    Effect.gen(function*() {
      const built = yield* finish(yield* datedInput("epoch"))
      digestBuilt(built)
      assert(built.status._tag === "Succeeded")
      const { pullspec } = built.status.image
      assert.strictEqual((yield* Workplace.fileOf(pullspec, "epoch"))?.content, "1700000000\n")
      const { Created } = JSON.parse(yield* exec("skopeo", "inspect", "--tls-verify=false", `docker://${pullspec}`))
      assert.strictEqual(Created, "2023-11-14T22:13:20Z")
    }))

  it.effect("timestamp with the docker format: one digest, or refused by a buildah that cannot", () =>
    Effect.gen(function*() {
      const input = yield* datedInput("docker timestamp", { format: "docker" })
      if (!CurrentBuildah.isChosen()) {
        const rejected = yield* Effect.flip(BuildBackend.check(input))
        assert.match(rejected.message, /timestamp: with the docker format needs buildah 1.41 or later/)
        return
      }
      const digests = [yield* finish(input), yield* finish(input, { again: true })].map(digestBuilt)
      assert.strictEqual(digests[0], digests[1])
    }))
})

layer(Layer.mergeAll(jobs({})), { excludeTestServices: true, timeout: "5 minutes" })("output in a build pod", (it) => {
  it.effect("tags, annotations, compression and timestamp: as the local backend makes them, with the same digest", () =>
    Effect.gen(function*() {
      const input = yield* datedInput("pod", {
        tags: ["2", "3"],
        annotations: { "org.example/awkward": awkward },
        compression: CurrentBuildah.isChosen() ? "zstd:chunked" : "zstd"
      })
      const built = yield* finish(input)
      const digest = digestBuilt(built)
      assert(built.status._tag === "Succeeded")
      const { image } = built.status
      assert.lengthOf(image.tags ?? [], 2)
      for (const name of [image.tag, ...image.tags ?? []]) assert.strictEqual(yield* digestOf(name), digest)
      const local = yield* finish(input).pipe(Effect.provide(localWith({})))
      assert.strictEqual(digestBuilt(local), digest)
    }))
})

layer(jobs({ name: "single-node", deliversToNode: true }), { excludeTestServices: true, timeout: "5 minutes" })(
  "output on a single node",
  (it) => {
    it.effect("tags and format: the image is in the storage of the node under every name, with its HEALTHCHECK", () =>
      Effect.gen(function*() {
        const { folder } = yield* Workplace.Workplace
        const node = path.join(folder, "pods/node")
        const storage = path.join(node, "var/lib/containers/storage")
        const run = path.join(node, "run/containers/storage")
        for (const directory of [storage, run]) fs.mkdirSync(directory, { recursive: true })
        const { log, status } = yield* finish(
          yield* Workplace.input("node", {
            dockerfile: containerfile("HEALTHCHECK CMD true", "RUN echo delivered > /motd"),
            finalImage: { pullspec: "localhost/os/node:3" },
            tags: ["latest", "localhost/os/other:1"]
          })
        )
        assert(status._tag === "Succeeded", JSON.stringify(status) + log.join("\n"))
        const buildah = (...args: ReadonlyArray<string>) =>
          exec("buildah", "--root", storage, "--runroot", run, "--storage-driver", "overlay", ...args)
        for (const name of ["localhost/os/node:3", "localhost/os/node:latest", "localhost/os/other:1"]) {
          const { Docker, FromImageDigest } = JSON.parse(yield* buildah("inspect", "--type", "image", name))
          assert.strictEqual(FromImageDigest, status.image.digest)
          assert.deepStrictEqual(Docker.config.Healthcheck, { Test: ["CMD-SHELL", "true"] })
        }
      }))
  }
)
