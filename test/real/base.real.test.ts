/**
 * Base images: left out, not used, of several, of the wrong architecture, behind a password, and what is kept of them.
 */
import { NodeContext } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { BuildBackend, type BuildInput, LocalBuildBackend } from "effect-os-builder"
import { createHash } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Workplace from "./Workplace.js"

const { exec, finish, password, user } = Workplace

const buildah = (...args: ReadonlyArray<string>) =>
  Effect.flatMap(
    Workplace.Workplace,
    ({ folder }) =>
      exec("buildah", "--root", `${folder}/storage`, "--runroot", `${folder}/run`, "--storage-driver", "vfs", ...args)
  )

/** An image of one file, for an architecture, in the open registry; gives its name. */
const image = (name: string, architecture: string, content: string) =>
  Effect.gen(function*() {
    const { folder, open } = yield* Workplace.Workplace
    const context = path.join(folder, `context-${name}`)
    fs.mkdirSync(context, { recursive: true })
    fs.writeFileSync(path.join(context, "file"), content)
    fs.writeFileSync(path.join(context, "Containerfile"), "FROM scratch\nCOPY file /file\n")
    yield* buildah("build", "--arch", architecture, ...Workplace.limits, "--tag", `local/${name}`, context)
    yield* buildah("push", "--tls-verify=false", `local/${name}`, `docker://${open}/${name}:1`)
    return `${open}/${name}:1`
  })

const sha256 = (text: string) => `sha256:${createHash("sha256").update(text).digest("hex")}`

const digestOf = (image: string) =>
  Effect.map(exec("skopeo", "inspect", "--raw", "--tls-verify=false", `docker://${image}`), sha256)

const succeeded = (options: Partial<BuildInput.Options>, name: string) =>
  Effect.gen(function*() {
    const { log, status } = yield* finish(yield* Workplace.input(name, { baseImage: undefined, ...options }))
    assert(status._tag === "Succeeded", log.join("\n"))
    return { image: status.image, log }
  })

const errored = (options: Partial<BuildInput.Options>, name: string) =>
  Effect.gen(function*() {
    const { log, status } = yield* finish(
      yield* Workplace.input(name, { baseImage: undefined, retries: 0, ...options })
    )
    assert(status._tag === "Errored", log.join("\n"))
    return status
  })

layer(Workplace.backend, { excludeTestServices: true, timeout: "10 minutes" })("base images", (it) => {
  it.scoped("a base image that is left out: the image of FROM is the base, with the digest of its manifest", () =>
    Effect.gen(function*() {
      const { open } = yield* Workplace.Workplace
      const { image } = yield* succeeded({ dockerfile: `FROM ${open}/base:1\nRUN echo x > /x\n` }, "left out")
      assert.deepStrictEqual({ ...image.base }, {
        pullspec: `${open}/base:1`,
        digest: yield* digestOf(`${open}/base:1`)
      })
      const scratch = yield* succeeded({ dockerfile: "FROM scratch\nCOPY a /\n", context: { a: "a" } }, "from scratch")
      assert.isUndefined(scratch.image.base)
    }))

  it.scoped("a base image that the Containerfile does not name: not pulled, and still the build argument", () =>
    Effect.gen(function*() {
      const { open } = yield* Workplace.Workplace
      const { image, log } = yield* succeeded({
        baseImage: { pullspec: `${open}/nowhere:1` },
        dockerfile: `FROM ${open}/base:1\nARG BASE_IMAGE\nRUN printf %s "$BASE_IMAGE" > /base\n`
      }, "not named")
      assert.strictEqual((yield* Workplace.fileOf(image.pullspec, "base"))?.content, `${open}/nowhere:1`)
      assert.notInclude(log.join("\n"), `pull ${open}/nowhere`)
      assert.strictEqual(image.base?.pullspec, `${open}/base:1`)
    }))

  it.scoped("a base image of several architectures: the digest of its index, and of the manifest that was built on", () =>
    Effect.gen(function*() {
      const { open, settings } = yield* Workplace.Workplace
      yield* image("amd", "amd64", "amd64")
      yield* image("arm", "arm64", "arm64")
      const push = (list: string, ...images: ReadonlyArray<string>) =>
        Effect.gen(function*() {
          yield* buildah("manifest", "create", list)
          for (const one of images) yield* buildah("manifest", "add", list, one)
          yield* buildah("manifest", "push", "--all", "--tls-verify=false", list, `docker://${open}/list:1`)
        })
      yield* push("both", "local/amd", "local/arm")
      const options = { dockerfile: `FROM ${open}/list:1\nCOPY a /\n`, context: { a: "a" } }
      const manifestDigest = yield* digestOf(`${open}/amd:1`)
      const both = yield* digestOf(`${open}/list:1`)
      const { image: built } = yield* succeeded(options, "of a list")
      assert.deepStrictEqual({ ...built.base }, { pullspec: `${open}/list:1`, digest: both, manifestDigest })

      // In a storage that lasts, buildah keeps the digest of the first index that named the image.
      const cached = LocalBuildBackend.layerWith({ ...settings, cacheDirectory: `${settings.workDirectory}/../layers` })
        .pipe(Layer.provide(NodeContext.layer))
      const digestNow = (name: string) =>
        Effect.map(Effect.provide(succeeded(options, name), cached), ({ image }) => image.base?.digest)
      assert.strictEqual(yield* digestNow("cached 1"), both)
      yield* push("one", "local/amd")
      const one = yield* digestOf(`${open}/list:1`)
      assert.notStrictEqual(one, both)
      assert.strictEqual(yield* digestNow("cached 2"), one)
      yield* buildah("manifest", "push", "--all", "--tls-verify=false", "both", `docker://${open}/list:1`)
      assert.strictEqual(yield* digestNow("cached 3"), both)
      yield* buildah("push", "--tls-verify=false", "local/amd", `docker://${open}/list:1`)
      assert.strictEqual(yield* digestNow("cached 4"), manifestDigest)
    }))

  it.scoped("images of FROM: each of the architecture that is asked for, else ImagePullDenied with both", () =>
    Effect.gen(function*() {
      const arm = yield* image("only-arm", "arm64", "arm64")
      const { message, reason } = yield* errored({
        dockerfile: `FROM ${arm} AS first\nFROM scratch\nCOPY --from=first /file /file\n`,
        architecture: "amd64"
      }, "wrong architecture")
      assert.strictEqual(reason, "ImagePullDenied")
      assert.include(message, `the base ${arm} is of architecture arm64, and the image is to be of amd64`)
      yield* succeeded({
        dockerfile: `FROM ${arm} AS unused\nFROM scratch\nCOPY a /\n`,
        context: { a: "a" },
        architecture: "amd64"
      }, "unused stage")
    }))

  it.scoped("images of FROM: an absent one is ImageNotFound; one with a password needs pullSecretName", () =>
    Effect.gen(function*() {
      const { closed, open, settings } = yield* Workplace.Workplace
      const absent = yield* errored({ dockerfile: `FROM ${open}/absent:1\n` }, "absent")
      assert.deepStrictEqual([absent.reason, absent.retryable], ["ImageNotFound", false])
      const dockerfile = `FROM ${closed}/base:1\n`
      const refused = yield* errored({ dockerfile }, "no secret")
      assert.deepStrictEqual([refused.reason, refused.retryable], ["ImagePullDenied", false])
      const secret = path.join(settings.secretsDirectory, "pulls")
      fs.mkdirSync(secret, { recursive: true })
      fs.writeFileSync(
        path.join(secret, ".dockerconfigjson"),
        JSON.stringify({ auths: { [closed]: { username: user, password } } })
      )
      const { image } = yield* succeeded({ dockerfile, pullSecretName: "pulls" }, "secret")
      assert.strictEqual(image.base?.pullspec, `${closed}/base:1`)
    }))

  it.scoped("isOutdated: false while the tag is where it was, true once it has moved, a typed error once it is gone", () =>
    Effect.gen(function*() {
      const { folder, open, settings } = yield* Workplace.Workplace
      const base = yield* image("tag", "amd64", "tag")
      const { ref, status } = yield* finish(
        yield* Workplace.input("of a moving tag", {
          baseImage: undefined,
          dockerfile: `FROM ${base}\nCOPY a /\n`,
          context: { a: "a" }
        })
      )
      assert(status._tag === "Succeeded")
      const now = yield* digestOf(base)
      assert.deepInclude(yield* BuildBackend.isOutdated(ref), { outdated: false, current: now })

      const moved = yield* digestOf(yield* image("moved", "amd64", "moved"))
      yield* buildah("push", "--tls-verify=false", "local/moved", `docker://${base}`)
      const check = yield* BuildBackend.isOutdated(ref)
      assert.deepInclude(check, { outdated: true, current: moved })
      assert.deepStrictEqual({ ...check?.base }, { pullspec: base, digest: now })

      fs.rmSync(path.join(folder, "open/data/docker/registry/v2/repositories/tag"), { recursive: true })
      const error = yield* Effect.flip(BuildBackend.isOutdated(ref))
      assert(error._tag === "BaseUnavailable", String(error))
      assert.deepStrictEqual([error.status.reason, error.retryable], ["ImageNotFound", false])
      assert.include(error.message, `Cannot look up the base ${open}/tag:1`)
      assert.deepStrictEqual(fs.readdirSync(settings.workDirectory).filter((name) => name.startsWith("base-")), [])
    }))

  it.scoped("isOutdated: asks with the pull secret of the build; without it, or with another password, a typed error", () =>
    Effect.gen(function*() {
      const { closed, settings } = yield* Workplace.Workplace
      const folder = path.join(settings.secretsDirectory, "lookups")
      const secret = (password: string) => {
        fs.mkdirSync(folder, { recursive: true })
        fs.writeFileSync(
          path.join(folder, ".dockerconfigjson"),
          JSON.stringify({ auths: { [closed]: { username: user, password } } })
        )
      }
      secret(password)
      const { ref, status } = yield* finish(
        yield* Workplace.input("of a closed base", {
          baseImage: undefined,
          pullSecretName: "lookups",
          dockerfile: `FROM ${closed}/base:1\nCOPY a /\n`,
          context: { a: "a" }
        })
      )
      assert(status._tag === "Succeeded")
      assert.strictEqual((yield* BuildBackend.isOutdated(ref))?.outdated, false)
      secret("wrong-password")
      const denied = yield* Effect.flip(BuildBackend.isOutdated(ref))
      assert(denied._tag === "BaseUnavailable", String(denied))
      assert.deepStrictEqual([denied.status.reason, denied.retryable], ["ImagePullDenied", false])
      assert.notInclude(String(denied), "wrong-password")
      fs.rmSync(folder, { recursive: true })
      const missing = yield* Effect.flip(BuildBackend.isOutdated(ref))
      assert(missing._tag === "BaseUnavailable", String(missing))
      assert.strictEqual(missing.status.reason, "MissingReference")
    }))
})
