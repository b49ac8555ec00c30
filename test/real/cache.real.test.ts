/**
 * Layers of earlier builds from a registry: what they save on a machine without any, who may push them, and that no cache fails a
 * build.
 */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import type { BuildInput } from "effect-os-builder"
import * as fs from "node:fs"
import * as http from "node:http"
import * as path from "node:path"
import * as RegistryProxy from "../support/RegistryProxy.js"
import * as Workplace from "./Workplace.js"

const { containerfile, finish, password, user } = Workplace

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

layer(Workplace.backend, { excludeTestServices: true, timeout: "10 minutes" })("layers in a registry", (it) => {
  it.scoped("layers in a registry: a changed last step on an empty machine builds that step alone", () =>
    Effect.gen(function*() {
      const { open } = yield* Workplace.Workplace
      const proxy = yield* RegistryProxy.make(open)
      const images = (tag: string): Partial<BuildInput.Options> => ({
        baseImage: { pullspec: `${proxy.host}/base:1` },
        finalImage: { pullspec: `${proxy.host}/cached:${tag}` }
      })
      const text = (last: string) =>
        containerfile(
          "RUN dd if=/dev/urandom of=/packages bs=1M count=40 2> /dev/null && sleep 20 && echo installed",
          "COPY motd /etc/motd",
          `RUN echo ${last} > /last && echo ${last}`
        )
      const cache = `${proxy.host}/layers`
      const context = { motd: "Welcome\n" }
      const measured = (name: string, options: Partial<BuildInput.Options>) =>
        Effect.map(built(name, { ...images(name), context, ...options }), (result) => ({
          ...result,
          taken: proxy.taken()
        }))
      const first = yield* measured("first", { dockerfile: text("one"), cacheFrom: cache, cacheTo: cache })
      assert.strictEqual(counted(first.log, "installed"), 1)
      assert.strictEqual(counted(first.log, "one"), 1, "an instruction was run again to push its layer")
      assert.include(first.log.join("\n"), `the layers are in ${cache}`)
      const plain = yield* measured("plain", { dockerfile: text("two") })
      assert.strictEqual(counted(plain.log, "installed"), 1)
      const cached = yield* measured("cached", { dockerfile: text("three"), cacheFrom: cache })
      assert.strictEqual(counted(cached.log, "installed"), 0)
      assert.strictEqual(counted(cached.log, "three"), 1)
      assert.strictEqual((yield* Workplace.fileOf(cached.image.pullspec, "last"))?.content, "three\n")
      assert.strictEqual((yield* Workplace.fileOf(cached.image.pullspec, "etc/motd"))?.content, "Welcome\n")
      const row = ({ seconds, taken }: { readonly seconds: number; readonly taken: number }) =>
        `${seconds.toFixed(1)} s, ${(taken / 1024 / 1024).toFixed(1)} MiB pulled`
      process.stdout.write(
        `first, with cacheTo: ${row(first)}\nchanged, without: ${row(plain)}\nchanged, with cacheFrom: ${row(cached)}\n`
      )
      assert.isBelow(cached.seconds, plain.seconds)
    }))

  it.scoped("layers in a registry: pulled with the pull secret, pushed with the final image's", () =>
    Effect.gen(function*() {
      const { closed } = yield* Workplace.Workplace
      const opens = yield* secret("opens", closed)
      const dockerfile = containerfile("RUN echo ran", "RUN echo last")
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
        dockerfile: containerfile("ARG SOURCE_DATE_EPOCH", "RUN echo ran at $SOURCE_DATE_EPOCH"),
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
      const denied = yield* built("denied", { dockerfile: containerfile("RUN echo ran"), cacheTo: `${closed}/denied` })
      assert.match(denied.log.join("\n"), /the layers are not, or not all, in \S+\/denied: .*authentication required/)
      const nowhere = "127.0.0.1:1/nowhere"
      const absent = yield* built("nowhere", {
        dockerfile: containerfile("RUN echo ran"),
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
        dockerfile: containerfile(`ADD http://127.0.0.1:${port}/file /file`, "RUN echo ran"),
        cacheTo: `${open}/never-twice-layers`
      })
      assert.strictEqual(counted(log, "ran"), 1)
      assert.match(log.join("\n"), /the layers are not, or not all, in /)
      assert.strictEqual((yield* Workplace.fileOf(image.pullspec, "file"))?.content, "answer 1")
    }))
})
