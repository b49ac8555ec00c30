/**
 * Pushes that fail for now, and images whose format or architecture the Containerfile or the base decides.
 */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as RegistryProxy from "../support/RegistryProxy.js"
import * as Workplace from "./Workplace.js"

const { containerfile, exec, finish } = Workplace

const manifestOf = (image: string) =>
  Effect.map(
    exec("skopeo", "inspect", "--raw", "--tls-verify=false", `docker://${image}`),
    (text): { readonly mediaType?: string } => JSON.parse(text)
  )

const configOf = (image: string) =>
  Effect.map(
    exec("skopeo", "inspect", "--config", "--raw", "--tls-verify=false", `docker://${image}`),
    (text): { readonly config: Record<string, unknown> } => JSON.parse(text)
  )

layer(Workplace.backend, { excludeTestServices: true, timeout: "5 minutes" })("pushing", (it) => {
  for (
    const [fault, times] of [
      ["503", 1],
      ["503", 3],
      ["500", 3],
      ["429", 3],
      ["cut", 1],
      ["cut", 3],
      ["500 after upload", 1],
      ["500 after upload", 3]
    ] as const
  ) {
    it.scoped(`${times} pushes that end in "${fault}": built once, pushed in the end`, () =>
      Effect.gen(function*() {
        const { open } = yield* Workplace.Workplace
        const proxy = yield* RegistryProxy.make(open)
        const name = `pushed ${fault} ${times}`
        proxy.fail(fault, times)
        const { log, status } = yield* finish(
          yield* Workplace.input(name, {
            dockerfile: containerfile(`RUN ${Workplace.says("built")}`),
            finalImage: { pullspec: `${proxy.host}/${Workplace.repository(name)}:1` },
            retries: 0
          })
        )
        assert.strictEqual(status._tag, "Succeeded", log.join("\n"))
        assert.deepStrictEqual(proxy.counts(), { failed: times, pushed: 1 })
        assert.lengthOf(log.filter((line) => line === "built"), 1)
      }))
  }

  it.scoped("pushes that never succeed: PushFailed, built once, with the number of pushes", () =>
    Effect.gen(function*() {
      const { open } = yield* Workplace.Workplace
      const proxy = yield* RegistryProxy.make(open)
      proxy.fail("500 after upload", 1_000)
      const { log, status } = yield* finish(
        yield* Workplace.input("never pushed", {
          dockerfile: containerfile(`RUN ${Workplace.says("built")}`),
          finalImage: { pullspec: `${proxy.host}/never-pushed:1` },
          retries: 0
        })
      )
      assert(status._tag === "Errored", log.join("\n"))
      assert.strictEqual(status.reason, "PushFailed")
      assert.match(status.message, /\(tried 6 times\)/)
      assert.lengthOf(log.filter((line) => line === "built"), 1)
    }))

  it.scoped("a push that is refused for good: PushDenied after one push", () =>
    Effect.gen(function*() {
      const { closed } = yield* Workplace.Workplace
      const { log, status } = yield* finish(
        yield* Workplace.input("refused", { finalImage: { pullspec: `${closed}/refused:1` } })
      )
      assert(status._tag === "Errored")
      assert.strictEqual(status.reason, "PushDenied")
      assert.notInclude(log.join("\n"), "next try")
    }))

  it.effect("SHELL: RUN is run by it, and the image is of the docker format", () =>
    Effect.gen(function*() {
      const input = yield* Workplace.input("shell", {
        dockerfile: containerfile("SHELL [\"/bin/sh\", \"-ec\"]", "RUN false; true")
      })
      const { log, status } = yield* finish(input)
      assert(status._tag === "Failed", log.join("\n"))
      const well = yield* finish(
        yield* Workplace.input("shell well", {
          dockerfile: containerfile("SHELL [\"/bin/sh\", \"-ec\"]", "HEALTHCHECK CMD true", "RUN true")
        })
      )
      assert(well.status._tag === "Succeeded", well.log.join("\n"))
      const { pullspec } = well.status.image
      assert.strictEqual(
        (yield* manifestOf(pullspec)).mediaType,
        "application/vnd.docker.distribution.manifest.v2+json"
      )
      const { config } = yield* configOf(pullspec)
      assert.deepStrictEqual(config["Shell"], ["/bin/sh", "-ec"])
      assert.deepStrictEqual(config["Healthcheck"], { Test: ["CMD-SHELL", "true"] })
    }))

  it.effect("a Containerfile that OCI images can hold: the OCI format", () =>
    Effect.gen(function*() {
      const { status } = yield* finish(yield* Workplace.input("oci", { dockerfile: containerfile("RUN true") }))
      assert(status._tag === "Succeeded")
      const { mediaType } = yield* manifestOf(status.image.pullspec)
      assert.strictEqual(mediaType, "application/vnd.oci.image.manifest.v1+json")
    }))

  it.effect("a base whose trigger is a HEALTHCHECK: the docker format", () =>
    Effect.gen(function*() {
      const { open } = yield* Workplace.Workplace
      const base = yield* finish(
        yield* Workplace.input("trigger", { dockerfile: containerfile("ONBUILD HEALTHCHECK CMD true") })
      )
      assert(base.status._tag === "Succeeded", base.log.join("\n"))
      const built = yield* finish(
        yield* Workplace.input("triggered", { baseImage: { pullspec: `${open}/trigger:1` } })
      )
      assert(built.status._tag === "Succeeded", built.log.join("\n"))
      const { config } = yield* configOf(built.status.image.pullspec)
      assert.deepStrictEqual(config["Healthcheck"], { Test: ["CMD-SHELL", "true"] })
    }))

  it.effect("a base of another architecture: ImagePullDenied that names both", () =>
    Effect.gen(function*() {
      const { folder, open } = yield* Workplace.Workplace
      const context = path.join(folder, "foreign")
      fs.mkdirSync(context, { recursive: true })
      fs.writeFileSync(path.join(context, "Containerfile"), "FROM scratch\nCOPY Containerfile /\n")
      const other = process.arch === "arm64" ? "amd64" : "arm64"
      const own = process.arch === "arm64" ? "arm64" : "amd64"
      const buildah = ["--root", `${folder}/storage`, "--runroot", `${folder}/run`, "--storage-driver", "vfs"]
      yield* exec("buildah", ...buildah, "build", "--isolation", "chroot", "--arch", other, "--tag", "foreign", context)
      yield* exec("buildah", ...buildah, "push", "--tls-verify=false", "foreign", `docker://${open}/foreign:1`)
      const { log, status } = yield* finish(
        yield* Workplace.input("foreign base", { baseImage: { pullspec: `${open}/foreign:1` }, architecture: own })
      )
      assert(status._tag === "Errored", log.join("\n"))
      assert.strictEqual(status.reason, "ImagePullDenied")
      assert.include(status.message, `is of architecture ${other}, and the image is to be of ${own}`)
    }))
})
