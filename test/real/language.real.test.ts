/**
 * What a Containerfile asks of the input, with real buildah: secrets, target, build contexts, labels and layers.
 */
import { assert, layer, type Vitest } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { BuildBackend, type BuildInput, Cluster } from "effect-os-builder"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Resources from "../../src/kubernetes/Resources.js"
import * as CurrentBuildah from "./CurrentBuildah.js"
import { backend as jobs } from "./RealJobs.js"
import * as Workplace from "./Workplace.js"

const { containerfile, exec, fileOf, finish, layersOf, password, user } = Workplace

const isCurrent = CurrentBuildah.isChosen()

const value = "tell-nobody"

const put = (name: string, files: Readonly<Record<string, string>>) =>
  Effect.map(Workplace.Workplace, ({ settings }) => {
    const folder = path.join(settings.secretsDirectory, name)
    fs.mkdirSync(folder, { recursive: true })
    for (const [key, content] of Object.entries(files)) fs.writeFileSync(path.join(folder, key), content)
  })

const storeSecret = (name: string, data: Readonly<Record<string, string>>) =>
  Effect.flatMap(Cluster.Cluster, (cluster) =>
    cluster.create(Resources.Secret, {
      metadata: { name },
      data: Object.fromEntries(
        Object.entries(data).map(([key, content]) => [key, Buffer.from(content).toString("base64")])
      )
    }))

interface Config {
  readonly config: { readonly Labels?: Readonly<Record<string, string>> }
  readonly rootfs: { readonly diff_ids: ReadonlyArray<string> }
}

const configOf = (image: string) =>
  Effect.map(
    exec("skopeo", "inspect", "--config", "--tls-verify=false", "--creds", `${user}:${password}`, `docker://${image}`),
    (text): Config => JSON.parse(text)
  )

const contentOf = (image: string, file: string) => Effect.map(fileOf(image, file), (found) => found?.content)

/** A Succeeded build's image. */
const built = (name: string, options: Partial<BuildInput.Options>) =>
  Effect.gen(function*() {
    const { log, status } = yield* finish(yield* Workplace.input(name, { retries: 0, ...options }))
    assert(status._tag === "Succeeded", `${JSON.stringify(status)}\n${log.join("\n")}`)
    return { image: status.image.pullspec, log }
  })

/** A base with labels, pushed to the open registry. */
const labelledBase = Effect.flatMap(Workplace.Workplace, ({ open }) =>
  Effect.map(
    built("labelled base", {
      dockerfile: containerfile("LABEL kept=base gone=base \"odd, \\\"name\\\"\"=base"),
      finalImage: { pullspec: `${open}/labelled:1` }
    }),
    () => `${open}/labelled:1`
  ))

const stages = [
  "ARG BASE_IMAGE",
  "FROM ${BASE_IMAGE} AS unneeded",
  "RUN exit 3",
  "FROM ${BASE_IMAGE} AS first",
  "RUN echo first > /which",
  "FROM first AS second",
  "RUN echo second > /which",
  "FROM second",
  "RUN exit 4",
  ""
].join("\n")

/** The cases that the local backend and the script in a pod share. */
const shared = (
  it: Vitest.MethodsNonLive<BuildBackend.BuildBackend | Workplace.Workplace, true>,
  where: string
) => {
  it.effect(`target ${where}: the stage of that name or number alone, with what it needs`, () =>
    Effect.gen(function*() {
      for (const [target, which] of [["second", "second\n"], ["first", "first\n"], ["1", "first\n"]] as const) {
        const { image } = yield* built(`target ${where} ${target}`, { dockerfile: stages, target })
        assert.strictEqual(yield* contentOf(image, "which"), which)
      }
    }))

  it.effect(`squash ${where}: one layer, with the base in it`, () =>
    Effect.gen(function*() {
      const dockerfile = containerfile("RUN echo one > /one", "RUN echo two > /two")
      const { image } = yield* built(`squash ${where}`, { dockerfile, squash: true })
      assert.lengthOf((yield* configOf(image)).rootfs.diff_ids, 1)
      assert.deepStrictEqual(
        yield* Effect.forEach(["one", "two"], (file) => contentOf(image, file)),
        ["one\n", "two\n"]
      )
      assert.isDefined(yield* fileOf(image, "bin/busybox"))
      // A label that buildah would change is added to the finished image.
      const labelled = yield* built(`squash labelled ${where}`, {
        dockerfile,
        squash: true,
        imageLabels: { lines: "a\nb" }
      })
      const config = yield* configOf(labelled.image)
      assert.lengthOf(config.rootfs.diff_ids, 1)
      assert.strictEqual(config.config.Labels?.["lines"], "a\nb")
    }))

  it.effect(`buildContexts ${where}: an image after FROM and in COPY --from`, () =>
    Effect.gen(function*() {
      const { open } = yield* Workplace.Workplace
      const { image } = yield* built(`contexts source ${where}`, { dockerfile: containerfile("RUN echo data > /data") })
      const result = yield* built(`contexts ${where}`, {
        dockerfile: [
          "ARG BASE_IMAGE",
          "FROM data.1 AS from",
          "RUN cp /data /from",
          "FROM ${BASE_IMAGE}",
          "COPY --from=data.1 /data /copied",
          "COPY --from=from /from /from",
          ...(isCurrent ? ["RUN --mount=type=bind,from=data.1,dst=/mnt cp /mnt/data /mounted"] : []),
          ""
        ].join("\n"),
        buildContexts: { "data.1": { image }, unused: { image: `${open}/base:1` } }
      })
      for (const file of ["copied", "from", ...(isCurrent ? ["mounted"] : [])]) {
        assert.strictEqual(yield* contentOf(result.image, file), "data\n", file)
      }
    }))

  it.effect(`buildContexts ${where}: an image that cannot be pulled is nobody's failed instruction`, () =>
    Effect.gen(function*() {
      const { closed, open } = yield* Workplace.Workplace
      for (
        const [image, reason] of [[`${open}/nothing:1`, "ImageNotFound"], [
          `${closed}/base:1`,
          "ImagePullDenied"
        ]] as const
      ) {
        const input = yield* Workplace.input(`contexts denied ${where} ${image}`, {
          dockerfile: containerfile("COPY --from=data /data /data"),
          buildContexts: { data: { image } },
          retries: 0
        })
        const { log, status } = yield* finish(input)
        assert(status._tag === "Errored", log.join("\n"))
        assert.strictEqual(status.reason, reason, status.message)
        assert.include(status.message, image.slice(image.indexOf("/") + 1).replace(":1", ""))
      }
    }))
}

const secretLines = [
  "RUN --mount=type=secret,id=token grep -q ell-nobod /run/secrets/token && [ $(stat -c %a /run/secrets/token) = 400 ]",
  "RUN --mount=type=secret,id=token,target=/opt/t,mode=0444,uid=7,gid=8 grep -q ell-nobod /opt/t && stat -c %u:%g:%a /opt/t > /mode",
  "RUN --mount=type=secret,id=other,required=true grep -q ell-nobod /run/secrets/other",
  "RUN --mount=type=secret,id=absent [ ! -e /run/secrets/absent ]",
  "RUN [ ! -e /opt/t ] && [ ! -s /run/secrets/token ]"
]

/** What a secret in a variable is from 1.44 on: there for its RUN alone, beside a file only where a target is named. */
const environmentLines = [
  "RUN --mount=type=secret,id=token,env=TOKEN echo \"$TOKEN\" | grep -qx tell.nobody && [ ! -e /run/secrets/token ]",
  "RUN --mount=type=secret,id=token,env=TOKEN,target=/opt/t,mode=0440,uid=7,gid=8 echo \"$TOKEN\" | grep -qx tell.nobody && stat -c %u:%g:%a /opt/t > /mode",
  "RUN --mount=type=secret,target=/opt/token grep -q ell-nobod /opt/token",
  "RUN --mount=type=secret,id=absent,env=ABSENT [ -z \"${ABSENT+set}\" ]",
  "RUN [ -z \"${TOKEN+set}\" ] && [ ! -e /opt/t ]"
]

const knowsEnvironment = CurrentBuildah.isAtLeast(1, 44)

const secretsOf: NonNullable<BuildInput.Options["secrets"]> = [
  { id: "token", secretName: "build-secrets" },
  { id: "other", secretName: "build-secrets", key: "a.key" }
]

/** The secrets are mounted, and nowhere else; or refused by a buildah that damages what it mounts over. */
const mountsSecrets = (name: string, lines = secretLines, mode = "444", secrets = secretsOf) =>
  Effect.gen(function*() {
    const { image, log } = yield* built(name, { dockerfile: containerfile(...lines), secrets })
    assert.strictEqual(yield* contentOf(image, "mode"), `7:8:${mode}\n`)
    assert.notInclude(yield* layersOf(image), value)
    assert.notInclude(JSON.stringify(yield* configOf(image)), value)
    assert.notInclude(log.join("\n"), value)
  })

layer(Workplace.backend, { excludeTestServices: true, timeout: "10 minutes" })("language", (it) => {
  shared(it, "local")

  it.effect("secrets local: mounted as RUN asks for them, or refused by a buildah that cannot", () =>
    Effect.gen(function*() {
      yield* put("build-secrets", { token: value, "a.key": value, unrelated: "x" })
      if (isCurrent) return yield* mountsSecrets("secrets local")
      const input = yield* Workplace.input("secrets local", {
        dockerfile: containerfile(...secretLines),
        secrets: secretsOf
      })
      const rejected = yield* Effect.flip(BuildBackend.build(input))
      assert.match(rejected.message, /line 3.*RUN --mount=type=secret needs buildah 1\.31 or later/)
    }))

  it.effect("secrets local: a Secret or key that does not exist is a missing reference", () =>
    Effect.gen(function*() {
      yield* put("build-secrets", { token: value })
      const input = yield* Workplace.input("secrets missing", {
        secrets: [{ id: "nokey", secretName: "build-secrets" }, { id: "token", secretName: "nosecret" }]
      })
      const rejected = yield* Effect.flip(BuildBackend.build(input))
      assert(rejected._tag === "BuildRejected")
      assert.strictEqual(rejected.reason, "MissingReference")
      assert.deepStrictEqual(rejected.issues.map((issue) => issue.path), ["secrets[0]", "secrets[1]"])
    }))

  it.effect("secrets local: in a variable, or refused with the line by a buildah before 1.44", () =>
    Effect.gen(function*() {
      yield* put("build-secrets", { token: value, "a.key": value })
      if (knowsEnvironment) return yield* mountsSecrets("secrets env local", environmentLines, "440")
      const input = yield* Workplace.input("secrets env local", {
        dockerfile: containerfile(...environmentLines),
        secrets: secretsOf
      })
      const rejected = yield* Effect.flip(BuildBackend.build(input))
      assert(rejected._tag === "BuildRejected", String(rejected))
      assert.match(rejected.message, /line 3.*RUN --mount=type=secret with env needs buildah 1\.44 or later/)
      assert.match(rejected.message, /line 5.*RUN --mount=type=secret without id needs buildah 1\.44 or later/)
    }))

  it.effect("buildContexts local: a folder, adopted while its content is the same", () =>
    Effect.gen(function*() {
      const { folder } = yield* Workplace.Workplace
      const directory = path.join(folder, "a folder")
      fs.mkdirSync(path.join(directory, "sub"), { recursive: true })
      fs.writeFileSync(path.join(directory, "sub/file"), "one")
      fs.symlinkSync("nowhere", path.join(directory, "link"))
      const input = yield* Workplace.input("folder context", {
        dockerfile: containerfile("COPY --from=files / /files/"),
        buildContexts: { files: { directory } }
      })
      const first = yield* finish(input)
      assert(first.status._tag === "Succeeded", first.log.join("\n"))
      assert.strictEqual(yield* contentOf(first.status.image.pullspec, "files/sub/file"), "one")
      assert.strictEqual((yield* BuildBackend.build(input)).adopted, true)
      fs.writeFileSync(path.join(directory, "sub/file"), "two")
      const second = yield* finish(input)
      assert(second.status._tag === "Succeeded", second.log.join("\n"))
      assert.notStrictEqual(String(second.ref), String(first.ref))
      assert.strictEqual(yield* contentOf(second.status.image.pullspec, "files/sub/file"), "two")
      fs.rmSync(directory, { recursive: true })
      const rejected = yield* Effect.flip(BuildBackend.build(input))
      assert.match(rejected.message, /buildContexts\["files"\]: .*a folder does not exist; create it/)
    }))

  it.effect("labels local: inherited or not, or refused by a buildah that cannot", () =>
    Effect.gen(function*() {
      const baseImage = { pullspec: yield* labelledBase }
      const dockerfile = containerfile("LABEL own=stage gone=stage")
      const options: Partial<BuildInput.Options> = { baseImage, dockerfile, imageLabels: { given: "yes" } }
      const labels = (name: string, more: Partial<BuildInput.Options>) =>
        Effect.flatMap(built(name, { ...options, ...more }), ({ image }) =>
          Effect.map(configOf(image), ({ config: { Labels = {} } }) => {
            const { "io.buildah.version": _, ...rest } = Labels
            return rest
          }))
      const all = { kept: "base", "odd, \"name\"": "base", own: "stage", gone: "stage", given: "yes" }
      assert.deepStrictEqual(yield* labels("labels inherited", { inheritLabels: true }), all)
      if (!isCurrent) {
        const input = yield* Workplace.input("labels", { inheritLabels: false, unsetLabels: ["gone"] })
        const rejected = yield* Effect.flip(BuildBackend.check(input))
        assert.match(rejected.message, /unsetLabels: needs buildah 1\.33 or later; this machine has buildah 1\.28/)
        assert.match(rejected.message, /inheritLabels: needs buildah 1\.40 or later/)
        return
      }
      assert.deepStrictEqual(yield* labels("labels unset", { unsetLabels: ["gone", "odd, \"name\""] }), {
        kept: "base",
        own: "stage",
        given: "yes"
      })
      assert.deepStrictEqual(yield* labels("labels own", { inheritLabels: false }), {
        own: "stage",
        gone: "stage",
        given: "yes"
      })
      assert.deepStrictEqual(
        yield* labels("labels without steps", { dockerfile: containerfile(), inheritLabels: false }),
        { given: "yes" }
      )
    }))
})

layer(jobs({}), { excludeTestServices: true, timeout: "10 minutes" })("language in a pod", (it) => {
  shared(it, "in a pod")

  it.effect("secrets in a pod: mounted as RUN asks for them, or Errored by a buildah that cannot", () =>
    Effect.gen(function*() {
      yield* storeSecret("build-secrets", { token: value, "a.key": value, unrelated: "x" })
      if (isCurrent) return yield* mountsSecrets("secrets in a pod")
      const { status } = yield* finish(
        yield* Workplace.input("secrets in a pod", { dockerfile: containerfile(...secretLines), secrets: secretsOf })
      )
      assert(status._tag === "Errored", JSON.stringify(status))
      assert.strictEqual(status.reason, "BuilderTooOld")
    }))

  it.effect("secrets in a pod: in a variable, or Errored by a buildah before 1.44", () =>
    Effect.gen(function*() {
      yield* storeSecret("build-secrets-env", { token: value, "a.key": value })
      const secrets = secretsOf.map((secret) => ({ ...secret, secretName: "build-secrets-env" }))
      if (knowsEnvironment) return yield* mountsSecrets("secrets env in a pod", environmentLines, "440", secrets)
      const { status } = yield* finish(
        yield* Workplace.input("secrets env in a pod", { dockerfile: containerfile(...environmentLines), secrets })
      )
      assert(status._tag === "Errored", JSON.stringify(status))
      assert.strictEqual(status.reason, "BuilderTooOld")
      // The first line that this buildah does not know, which before 1.31 is the same.
      assert.match(status.message, /^line 3: RUN --mount=type=secret/)
    }))

  it.effect("secrets in a pod: a Secret that does not exist keeps the build pending, with the reason", () =>
    Effect.gen(function*() {
      const input = yield* Workplace.input("secrets missing in a pod", {
        secrets: [{ id: "token", secretName: "nosecret" }]
      })
      const { ref } = yield* BuildBackend.build(input)
      const status = yield* BuildBackend.changes(ref).pipe(
        Stream.filter((status) => status._tag !== "Pending" || status.blocked !== undefined),
        Stream.runHead,
        Effect.flatten
      )
      assert(status._tag === "Pending", JSON.stringify(status))
      assert.strictEqual(status.blocked?.reason, "MissingReference")
      yield* BuildBackend.remove(ref)
    }))

  it.effect("labels in a pod: Errored by a buildah that cannot", () =>
    Effect.gen(function*() {
      const { status } = yield* finish(
        yield* Workplace.input("labels in a pod", { unsetLabels: ["a"], inheritLabels: false, retries: 0 })
      )
      if (isCurrent) return assert.strictEqual(status._tag, "Succeeded", JSON.stringify(status))
      assert(status._tag === "Errored", JSON.stringify(status))
      assert.strictEqual(status.reason, "BuilderTooOld")
      assert.match(status.message, /^unsetLabels needs buildah 1\.33 or later; this is buildah 1\.28/)
    }))
})
