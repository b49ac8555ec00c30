/**
 * The files of an image as the context, with real buildah: by a local build, and by the first container of a build's pod.
 */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { type BuildInput, Cluster } from "effect-os-builder"
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Resources from "../../src/kubernetes/Resources.js"
import { isAtLeast } from "./CurrentBuildah.js"
import { backend } from "./RealJobs.js"
import * as Workplace from "./Workplace.js"

const { containerfile, password, user } = Workplace

/** Whether a Containerfile of the context can be built: what it uses is not known before. */
const isNew = isAtLeast(1, 33)

const buildah = (folder: string, ...args: ReadonlyArray<string>) =>
  Workplace.exec(
    "buildah",
    ...["--root", `${folder}/storage`, "--runroot", `${folder}/run`, "--storage-driver", "vfs"],
    ...args
  )

/** Pushes an image of these files to the registry that wants a password; gives its pullspec. */
const pushed = (name: string, fill: (files: string) => void) =>
  Effect.gen(function*() {
    const { closed } = yield* Workplace.Workplace
    const folder = yield* Workplace.temporaryFolder
    const files = path.join(folder, "files")
    fs.mkdirSync(files)
    fill(files)
    // Not by a build, which an ignore file among them would have a part in.
    const container = (yield* buildah(folder, "from", ...Workplace.limits, "scratch")).trim()
    const root = (yield* buildah(folder, "mount", container)).trim()
    execFileSync("cp", ["-a", `${files}/.`, root])
    yield* buildah(folder, "commit", container, name)
    yield* buildah(
      folder,
      ...["push", "--tls-verify=false", "--creds", `${user}:${password}`, "--digestfile", `${folder}/digest`],
      name,
      `docker://${closed}/${name}:1`
    )
    return `${closed}/${name}:1@${fs.readFileSync(`${folder}/digest`, "utf8").trim()}`
  })

const usual = (files: string) => {
  fs.mkdirSync(path.join(files, "etc/deep"), { recursive: true })
  fs.writeFileSync(path.join(files, "etc/motd"), "Welcome\n")
  fs.writeFileSync(path.join(files, "etc/tool"), "#!/bin/sh\n")
  fs.chmodSync(path.join(files, "etc/tool"), 0o750)
  fs.chownSync(path.join(files, "etc/tool"), 3000, 4000)
  fs.symlinkSync("/dev/null", path.join(files, "etc/masked"))
  fs.linkSync(path.join(files, "etc/motd"), path.join(files, "etc/deep/motd"))
  fs.writeFileSync(path.join(files, "etc/secret.log"), "canary-of-the-context")
  fs.writeFileSync(path.join(files, ".dockerignore"), "**/*.log\n")
  fs.writeFileSync(
    path.join(files, "Containerfile.in-image"),
    containerfile("COPY etc /context/", "RUN ls -ln /context")
  )
  // As the root of a distribution is.
  fs.chmodSync(path.join(files, "etc/deep"), 0o555)
  fs.chmodSync(files, 0o555)
}

const login = (host: string) =>
  JSON.stringify({ auths: { [host]: { auth: Buffer.from(`${user}:${password}`).toString("base64") } } })

const local = Effect.gen(function*() {
  const { closed, settings } = yield* Workplace.Workplace
  const folder = path.join(settings.secretsDirectory, "context-registry")
  fs.mkdirSync(folder, { recursive: true })
  fs.writeFileSync(path.join(folder, ".dockerconfigjson"), login(closed))
})

const inCluster = Effect.gen(function*() {
  const { closed } = yield* Workplace.Workplace
  const cluster = yield* Cluster.Cluster
  yield* cluster.create(Resources.Secret, {
    metadata: { name: "context-registry" },
    type: "kubernetes.io/dockerconfigjson",
    data: { ".dockerconfigjson": Buffer.from(login(closed)).toString("base64") }
  }).pipe(Effect.ignore)
})

const inputOf = (name: string, pullspec: string, more: Partial<BuildInput.Options>) =>
  Workplace.input(name, { context: { image: { pullspec, secretName: "context-registry" } }, retries: 0, ...more })

const honoured = (name: string) =>
  Effect.gen(function*() {
    const pullspec = yield* pushed(`${name}-files`, usual)
    const dockerfile = containerfile(
      "COPY etc /context/",
      "RUN cat /context/motd && ls -ln /context && ls -ld /context/deep && test ! -e /context/secret.log"
    )
    const given = yield* inputOf(name, pullspec, { dockerfile })
    const { log, status } = yield* Workplace.finish(given)
    const text = log.join("\n")
    assert.strictEqual(status._tag, "Succeeded", text)
    const layers = yield* Workplace.layersOf(given.finalImage.pullspec)
    assert.include(layers, "Welcome")
    for (const secret of [password, "canary-of-the-context"]) assert.notInclude(layers, secret)
    assert.include(text, "Welcome")
    assert.match(text, /-rwxr-x--- +1 0 +0 .* tool/)
    assert.match(text, /masked -> \/dev\/null/)
    assert.match(text, /dr-xr-xr-x .* \/context\/deep/)
    assert.notInclude(text, "canary-of-the-context")
    assert.notInclude(text, password)
    return pullspec
  })

const fromImage = (name: string, pullspec: string) =>
  Effect.gen(function*() {
    const { open } = yield* Workplace.Workplace
    const cacheTo = `${open}/${name}-cache`
    const path = { dockerfile: undefined, dockerfilePath: "Containerfile.in-image" }
    const { log, status } = yield* Workplace.finish(yield* inputOf(name, pullspec, { ...path, cacheTo }))
    assert.strictEqual(status._tag, "Succeeded", log.join("\n"))
    assert.include(log.join("\n"), `the layers are in ${cacheTo}`)
    assert.match(log.join("\n"), /-rwxr-x--- +1 0 +0 .* tool/)
    const absent = yield* inputOf(name, pullspec, { dockerfile: undefined, dockerfilePath: "etc/none" })
    const { status: ended } = yield* Workplace.finish(absent)
    assert(ended._tag === "Failed", JSON.stringify(ended))
    assert.strictEqual(ended.message, "the image has no file etc/none")
  })

const refusals = (name: string) =>
  Effect.gen(function*() {
    const dockerfile = containerfile("COPY a /a")
    const ends = (pullspec: string, more: Partial<BuildInput.Options> = {}) =>
      Effect.map(
        Effect.flatMap(inputOf(name, pullspec, { dockerfile, ...more }), (given) => Workplace.finish(given)),
        ({ status }) => "message" in status ? `${status._tag} ${status.reason}: ${status.message}` : status._tag
      )
    const link = yield* pushed(`${name}-link`, (files) => {
      fs.writeFileSync(path.join(files, "a"), "a")
      fs.symlinkSync("/etc/shadow", path.join(files, ".containerignore"))
    })
    assert.strictEqual(
      yield* ends(link),
      "Failed ContainerfileInvalid: .containerignore of the image is a link; make it a file"
    )
    const pipe = yield* pushed(`${name}-pipe`, (files) => {
      fs.writeFileSync(path.join(files, "a"), "a")
      execFileSync("mkfifo", [path.join(files, "p")])
    })
    assert.match(
      yield* ends(pipe),
      /^Failed ContainerfileInvalid: \/p of the image is a device, pipe or socket, which a build context cannot have/
    )
    const gone = pipe.replace(/[0-9a-f]{64}$/, "0".repeat(64))
    assert.match(yield* ends(gone), /^Errored ImageNotFound: /)
  })

layer(Workplace.backend, { excludeTestServices: true, timeout: "5 minutes" })(
  "an image as the context, local",
  (it) => {
    it.scoped(
      "an image as the context, local: its files are built, with modes and links, without what is ignored",
      () =>
        Effect.gen(function*() {
          yield* local
          const pullspec = yield* honoured("image-local")
          if (isNew) yield* fromImage("image-local", pullspec)
          assert.deepStrictEqual(yield* Workplace.remainsInTheEnd("image-local"), Workplace.nothing)
        }),
      300_000
    )

    it.scoped(
      "an image as the context, local: links that buildah follows, pipes and absent images are refused",
      () => Effect.zipRight(local, refusals("refused-local")),
      300_000
    )
  }
)

layer(backend({}), { excludeTestServices: true, timeout: "5 minutes" })("an image as the context, Job", (it) => {
  it.scoped(
    "an image as the context, Job: its files are built, with modes and links, without what is ignored",
    () =>
      Effect.gen(function*() {
        yield* inCluster
        const pullspec = yield* honoured("image-job")
        if (isNew) yield* fromImage("image-job", pullspec)
      }),
    300_000
  )

  it.scoped(
    "an image as the context, Job: links that buildah follows, pipes and absent images are refused",
    () => Effect.zipRight(inCluster, refusals("refused-job")),
    300_000
  )

  it.scoped("an image as the context, Job: without its secret the image is not pulled", () =>
    Effect.gen(function*() {
      const pullspec = yield* pushed("open-files", (files) => fs.writeFileSync(path.join(files, "a"), "a"))
      const { status } = yield* Workplace.finish(
        yield* inputOf("no-secret", pullspec, {
          context: { image: { pullspec } },
          dockerfile: containerfile("COPY a /a")
        })
      )
      assert.strictEqual(status._tag === "Errored" ? status.reason : status._tag, "ImagePullDenied")
    }), 300_000)
})
