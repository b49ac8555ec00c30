/**
 * Layers of earlier builds from a registry: what they save on a machine without any, who may push them, and that no cache fails a
 * build.
 */
import { NodeContext } from "@effect/platform-node"
import { assert, layer, type Vitest } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { type BuildBackend, type BuildInput, Cluster, LocalBuildBackend } from "effect-os-builder"
import * as fs from "node:fs"
import * as http from "node:http"
import * as path from "node:path"
import * as Resources from "../../src/kubernetes/Resources.js"
import * as RegistryProxy from "../support/RegistryProxy.js"
import { backend as jobs } from "./RealJobs.js"
import * as Workplace from "./Workplace.js"

const { containerfile, finish, password, says, user } = Workplace

const built = (name: string, options: Partial<BuildInput.Options>) =>
  Effect.gen(function*() {
    const begin = performance.now()
    const { log, status } = yield* finish(yield* Workplace.input(name, options))
    assert(status._tag === "Succeeded", log.join("\n"))
    return { image: status.image, log, seconds: (performance.now() - begin) / 1000 }
  })

const secret = (name: string, registry: string) =>
  Effect.map(Workplace.Workplace, ({ settings }) => {
    const folder = path.join(settings.secretsDirectory, name)
    fs.mkdirSync(folder, { recursive: true })
    fs.writeFileSync(
      path.join(folder, ".dockerconfigjson"),
      JSON.stringify({ auths: { [registry]: { username: user, password } } })
    )
    return name
  })

const counted = (log: ReadonlyArray<string>, line: string) => log.filter((one) => one === line).length

/** What the first step takes. The numbers of docs/operating.md are of 20 seconds: CACHE_SECONDS=20. */
const seconds = Number(process.env["CACHE_SECONDS"] ?? 5)

class Proxy extends Context.Tag("test/real/cache/Proxy")<Proxy, RegistryProxy.RegistryProxy>() {}

const proxied = Layer.scoped(
  Proxy,
  Effect.flatMap(Workplace.Workplace, ({ open }) => RegistryProxy.make(open))
).pipe(Layer.provideMerge(Workplace.layer))

/** Builds whose base and images go through a proxy that counts, and of which one has another last step than the other. */
const measuring = Effect.gen(function*() {
  const proxy = yield* Proxy
  const build = (name: string, last: string, options: Partial<BuildInput.Options> = {}) =>
    Effect.gen(function*() {
      const result = yield* built(name, {
        baseImage: { pullspec: `${proxy.host}/base:1` },
        finalImage: { pullspec: `${proxy.host}/cached:${Workplace.repository(name)}` },
        context: { motd: "Welcome\n" },
        dockerfile: containerfile(
          `RUN dd if=/dev/urandom of=/packages bs=1M count=40 2> /dev/null && sleep ${seconds} && ${says("installed")}`,
          "COPY motd /etc/motd",
          `RUN echo ${last} > /last && ${says(last)}`
        ),
        ...options
      })
      const mebibytes = proxy.taken() / 1024 / 1024
      const { image, log } = result
      assert.strictEqual(counted(log, last), 1, "an instruction was run again, or not at all")
      assert.strictEqual((yield* Workplace.fileOf(image.pullspec, "last"))?.content, `${last}\n`)
      assert.strictEqual((yield* Workplace.fileOf(image.pullspec, "etc/motd"))?.content, "Welcome\n")
      process.stdout.write(`${name}: ${result.seconds.toFixed(1)} s, ${mebibytes.toFixed(1)} MiB pulled\n`)
      // What was looked at after the build.
      proxy.taken()
      return { ...result, mebibytes, installs: counted(log, "installed") }
    })
  return { proxy, build }
})

const registries = Layer.provideMerge(Workplace.backend, proxied)

layer(registries, { excludeTestServices: true, timeout: "10 minutes" })("layers in a registry", (it) => {
  it.scoped("layers in a registry: a changed last step on an empty machine builds that step alone", () =>
    Effect.gen(function*() {
      const { build, proxy } = yield* measuring
      const cache = `${proxy.host}/layers`
      const first = yield* build("first, with cacheTo", "one", { cacheFrom: cache, cacheTo: cache })
      assert.strictEqual(first.installs, 1)
      assert.include(first.log.join("\n"), `the layers are in ${cache}`)
      const plain = yield* build("changed, without", "two")
      assert.strictEqual(plain.installs, 1)
      const cached = yield* build("changed, with cacheFrom", "three", { cacheFrom: cache })
      assert.strictEqual(cached.installs, 0)
      assert.isBelow(cached.seconds, plain.seconds)
    }))

  it.scoped("layers in a registry: pulled with the pull secret, pushed with the final image's", () =>
    Effect.gen(function*() {
      const { closed } = yield* Workplace.Workplace
      const opens = yield* secret("opens", closed)
      const dockerfile = containerfile(`RUN ${says("ran")}`, `RUN ${says("last")}`)
      const cache = `${closed}/layers`
      const finalImage = { pullspec: `${closed}/secret-cache:1`, secretName: opens }
      const first = yield* built("closed", { dockerfile, finalImage, cacheTo: cache })
      assert.include(first.log.join("\n"), `the layers are in ${cache}`)
      const options = { dockerfile: `${dockerfile}RUN echo more\n`, finalImage, cacheFrom: cache, cacheTo: cache }
      const unopened = yield* built("closed 2", options)
      assert.strictEqual(counted(unopened.log, "ran"), 1)
      const second = yield* built("closed 3", { ...options, pullSecretName: opens, revision: "2" })
      assert.strictEqual(counted(second.log, "ran"), 0)
    }))

  it.scoped("layers in a registry: those of a build with a timestamp and annotations are pushed, and nothing is run again", () =>
    Effect.gen(function*() {
      const { open } = yield* Workplace.Workplace
      const cache = `${open}/dated-layers`
      const { log } = yield* built("dated", {
        dockerfile: containerfile("ARG SOURCE_DATE_EPOCH", `RUN ${says("ran at $SOURCE_DATE_EPOCH")}`),
        timestamp: "2026-01-01T00:00:00Z",
        annotations: { "com.example.kind": "dated" },
        cacheTo: cache
      })
      assert.strictEqual(counted(log, "ran at 1767225600"), 1)
      assert.include(log.join("\n"), `the layers are in ${cache}`)
    }))

  it.scoped("layers in a registry: those of a squashed build are pushed one by one, and its image has one", () =>
    Effect.gen(function*() {
      const { open } = yield* Workplace.Workplace
      const cache = `${open}/squashed-layers`
      const layers = (image: string) =>
        Effect.map(
          Workplace.exec("skopeo", "inspect", "--raw", "--tls-verify=false", `docker://${image}`),
          (text) => JSON.parse(text).layers.length
        )
      const lines = ["RUN echo ran; echo 1 > /one", "RUN echo last; echo 2 > /two"]
      const first = yield* built("squashed", { dockerfile: containerfile(...lines), squash: true, cacheTo: cache })
      assert.deepStrictEqual(["ran", "last"].map((line) => counted(first.log, line)), [1, 1], first.log.join("\n"))
      assert.include(first.log.join("\n"), `the layers are in ${cache}`)
      assert.strictEqual(yield* layers(first.image.pullspec), 1)
      const second = yield* built("squashed again", {
        dockerfile: containerfile(...lines, "RUN echo more"),
        squash: true,
        cacheFrom: cache
      })
      assert.deepStrictEqual(["ran", "last", "more"].map((line) => counted(second.log, line)), [0, 0, 1])
      assert.strictEqual(yield* layers(second.image.pullspec), 1)
      assert.strictEqual((yield* Workplace.fileOf(second.image.pullspec, "two"))?.content, "2\n")
    }))

  it.scoped("layers in a registry: a push that is denied is a line of the log, and so is no registry at all", () =>
    Effect.gen(function*() {
      const { closed } = yield* Workplace.Workplace
      const denied = yield* built("denied", {
        dockerfile: containerfile(`RUN ${says("ran")}`),
        cacheTo: `${closed}/denied`
      })
      assert.match(denied.log.join("\n"), /the layers are not, or not all, in \S+\/denied: .*authentication required/)
      const nowhere = "127.0.0.1:1/nowhere"
      const absent = yield* built("nowhere", {
        dockerfile: containerfile(`RUN ${says("ran")}`),
        cacheFrom: nowhere,
        cacheTo: nowhere
      })
      assert.strictEqual(counted(absent.log, "ran"), 1)
      assert.match(absent.log.join("\n"), /the layers are not, or not all, in 127.0.0.1:1\/nowhere: /)
    }))

  it.scoped("layers in a registry: no instruction runs beside the credentials of the push", () =>
    Effect.gen(function*() {
      const { open } = yield* Workplace.Workplace
      let requests = 0
      const server = http.createServer((_, response) => response.end(`answer ${++requests}`))
      yield* Effect.acquireRelease(
        Effect.async<void>((resume) => {
          server.listen(0, "127.0.0.1", () => resume(Effect.void))
        }),
        () => Effect.sync(() => server.close())
      )
      const address = server.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      const { image, log } = yield* built("never twice", {
        // What is added is another file each time, so that the layer of RUN is not found.
        dockerfile: containerfile(`ADD http://127.0.0.1:${port}/file /file`, `RUN ${says("ran")}`),
        cacheTo: `${open}/never-twice-layers`
      })
      assert.strictEqual(counted(log, "ran"), 1)
      assert.match(log.join("\n"), /the layers are not, or not all, in /)
      assert.strictEqual((yield* Workplace.fileOf(image.pullspec, "file"))?.content, "answer 1")
    }))
})

const local = Layer.unwrapEffect(
  Effect.map(Workplace.Workplace, ({ folder, settings }) => {
    const cacheDirectory = path.join(folder, "cache")
    fs.mkdirSync(cacheDirectory)
    return LocalBuildBackend.layerWith({ ...settings, cacheDirectory })
  })
).pipe(Layer.provideMerge(proxied), Layer.provide(NodeContext.layer))

const claim = Effect.flatMap(Cluster.Cluster, ({ create }) =>
  create(Resources.PersistentVolumeClaim, {
    metadata: { name: "layers" },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } }
  }))

const pods = Layer.effectDiscard(Effect.orDie(claim)).pipe(
  Layer.provideMerge(Layer.unwrapEffect(
    Effect.map(Proxy, ({ host }) => jobs({}, { cacheClaimName: "layers", insecureRegistries: [host] }))
  )),
  Layer.provideMerge(proxied)
)

const changesLastStep = (
  it: Vitest.MethodsNonLive<BuildBackend.BuildBackend | Proxy | Workplace.Workplace, true>,
  name: string
) =>
  it.scoped(`${name}: a changed last step builds that step alone, and pulls nothing`, () =>
    Effect.gen(function*() {
      const { build } = yield* measuring
      const first = yield* build(`first, with ${name}`, "one")
      assert.strictEqual(first.installs, 1)
      const cached = yield* build(`changed, with ${name}`, "two")
      assert.strictEqual(cached.installs, 0)
      assert.isBelow(cached.mebibytes, 1)
      assert.isBelow(cached.seconds, first.seconds)
    }), 120_000)

layer(local, { excludeTestServices: true, timeout: "10 minutes" })(
  "cacheDirectory",
  (it) => changesLastStep(it, "cacheDirectory")
)

layer(pods, { excludeTestServices: true, timeout: "10 minutes" })(
  "cacheClaimName",
  (it) => changesLastStep(it, "cacheClaimName")
)
