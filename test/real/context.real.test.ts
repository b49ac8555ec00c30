/**
 * A context with links, directories and modes, as OS repositories have them: every backend builds the layers that plain
 * `buildah build` builds from the same folder.
 */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { BuildBackend, type BuildInput, ContextUpload } from "effect-os-builder"
import * as fs from "node:fs"
import * as path from "node:path"
import * as ContextDirectory from "../../src/backends/context/ContextDirectory.js"
import * as CurrentBuildah from "./CurrentBuildah.js"
import * as RealJobs from "./RealJobs.js"
import * as Workplace from "./Workplace.js"

const { containerfile, exec, finish } = Workplace

/** An overlay tree, and the paths that its ignore file leaves out. */
const overlay = Effect.map(Workplace.temporaryFolder, (parent) => {
  const folder = path.join(parent, "overlay")
  const at = (name: string) => path.join(folder, name)
  const directory = (name: string, mode = 0o755) => {
    fs.mkdirSync(at(name), { recursive: true })
    fs.chmodSync(at(name), mode)
  }
  const file = (name: string, content: string, mode = 0o644) => {
    directory(path.dirname(name))
    fs.writeFileSync(at(name), content)
    fs.chmodSync(at(name), mode)
  }
  const link = (name: string, target: string) => {
    directory(path.dirname(name))
    fs.symlinkSync(target, at(name))
  }
  file("usr/lib/systemd/system/app.service", "[Unit]\n")
  link("etc/systemd/system/masked.service", "/dev/null")
  link("etc/systemd/system/multi-user.target.wants/app.service", "../../../../usr/lib/systemd/system/app.service")
  link("etc/dangling", "no/such/file")
  link("etc/it's a 'link'", "a \"target\" \\ $(id)")
  link("lib", "usr/lib")
  link("loop", ".")
  directory("var/empty")
  directory("var/lib/none", 0o700)
  directory("srv/shared", 0o2775)
  file("srv/shared/group/file", "x", 0o660)
  directory("srv/shared/group", 0o2750)
  directory("run/sticky", 0o1777)
  file("usr/bin/tool", "#!/bin/sh\n", 0o4755)
  file("read only/file", "x", 0o400)
  directory("read only", 0o555)
  file("logs/a.log", "ignored")
  file("build/keep/kept", "x")
  file("build/other", "ignored")
  directory("build/keep", 0o700)
  directory("build", 0o700)
  file(".containerignore", "**/*.log\nbuild\n!build/keep/kept\nlost\n")
  directory("lost", 0o700)
  return folder
})

const lines = [
  "COPY . /all/",
  "COPY etc /etc",
  "COPY lib/systemd /through-a-link",
  "COPY var/empty srv/shared /several/",
  "COPY run /run/",
  "ADD etc/systemd /added/",
  // Since 1.31 the context itself can be seen, with the setgid bits that COPY removes.
  ...(CurrentBuildah.isChosen()
    ? ["RUN --mount=type=bind,target=/context cd /context && find . -exec stat -c '%A %n' {} + | sort > /seen"]
    : [])
]

/** Modes, owners, names and targets of everything in the layers of an image, and the content of /seen. */
const entries = (image: string) =>
  Effect.scoped(Effect.gen(function*() {
    const folder = yield* Workplace.temporaryFolder
    yield* exec("skopeo", "copy", "--src-tls-verify=false", `docker://${image}`, `dir:${folder}`)
    const { layers } = JSON.parse(fs.readFileSync(path.join(folder, "manifest.json"), "utf8"))
    const archive = path.join(folder, layers.at(-1).digest.slice("sha256:".length))
    const list = yield* exec("tar", "--numeric-owner", "--full-time", "-tvzf", archive)
    const seen = CurrentBuildah.isChosen() ? yield* exec("tar", "-xOzf", archive, "seen") : ""
    return {
      // Without size and time, which the layer's own files have.
      list: list.split("\n").filter((line) => !/ (?:proc|sys|dev|seen)\/?$/.test(line)).map((line) =>
        line.replace(/^(\S+ \S+) +(\d+) [-\d]+ [:\d.]+ /, (_, start, size) => `${start} ${/^-/.test(line) ? size : 0} `)
      ).toSorted(),
      seen: seen.split("\n")
    }
  }))

/** Of plain buildah, from the folder itself. */
const plain = (folder: string) =>
  Effect.gen(function*() {
    const { folder: workplace, open } = yield* Workplace.Workplace
    const file = path.join(workplace, "plain.containerfile")
    fs.writeFileSync(file, containerfile(...lines))
    const image = `${open}/plain:1`
    const buildah = (...args: ReadonlyArray<string>) =>
      exec(
        "buildah",
        "--root",
        `${workplace}/storage`,
        "--runroot",
        `${workplace}/run`,
        "--storage-driver",
        "vfs",
        ...args
      )
    yield* buildah(
      ...["build", "--isolation", "chroot", ...Workplace.limits, "--tls-verify=false", "--layers=false"],
      ...["--build-arg", `BASE_IMAGE=${open}/base:1`, "--file", file, "--tag", image, folder]
    )
    yield* buildah("push", "--tls-verify=false", image, `docker://${image}`)
    return yield* entries(image)
  })

/** The files that `COPY . /all/` makes of a folder with an ignore file beside its Containerfile. */
const compareIgnoreFiles = Effect.gen(function*() {
  const { folder: workplace, open } = yield* Workplace.Workplace
  const folder = path.join(yield* Workplace.temporaryFolder, "context")
  fs.mkdirSync(folder)
  const file = path.join(folder, "os.Containerfile")
  fs.writeFileSync(file, containerfile("COPY . /all/"))
  for (const name of ["kept", "secret", "other"]) fs.writeFileSync(path.join(folder, name), name)
  fs.writeFileSync(path.join(folder, ".dockerignore"), "kept\n")
  fs.writeFileSync(`${file}.containerignore`, "other\n")
  const ignoreFile = `${file}.dockerignore`
  fs.writeFileSync(ignoreFile, "secret\n*.containerignore\n")
  const filesOf = (image: string) =>
    Effect.scoped(Effect.gen(function*() {
      const pulled = yield* Workplace.pulled(image)
      const { layers } = JSON.parse(fs.readFileSync(path.join(pulled, "manifest.json"), "utf8"))
      const list = yield* exec("tar", "-tzf", path.join(pulled, layers.at(-1).digest.slice("sha256:".length)))
      return list.split("\n").flatMap((line) => /(?<=^all\/)[^.].*$/.exec(line) ?? []).toSorted()
    }))

  const storage = ["--root", `${workplace}/storage`, "--runroot", `${workplace}/run`, "--storage-driver", "vfs"]
  const image = `${open}/plain-ignore:1`
  yield* exec(
    "buildah",
    ...[...storage, "build", "--isolation", "chroot", ...Workplace.limits, "--tls-verify=false"],
    ...["--build-arg", `BASE_IMAGE=${open}/base:1`, "--file", file, "--tag", image, folder]
  )
  yield* exec("buildah", ...storage, "push", "--tls-verify=false", image, `docker://${image}`)
  const expected = yield* filesOf(image)
  assert.deepStrictEqual(expected, ["kept", "os.Containerfile", "os.Containerfile.dockerignore", "other"])

  const { files } = yield* ContextDirectory.read(folder, { ignoreFile })
  for (const [name, context] of Object.entries({ files, upload: yield* ContextUpload.read(folder, { ignoreFile }) })) {
    const options = { dockerfile: containerfile("COPY . /all/"), context, revision: name, retries: 0 }
    const { log, status } = yield* finish(yield* Workplace.input("ignore file", options))
    assert(status._tag === "Succeeded", log.join("\n"))
    assert.deepStrictEqual(yield* filesOf(status.image.pullspec), expected, name)
  }
}).pipe(Effect.scoped)

const compare = Effect.gen(function*() {
  const folder = yield* overlay
  const expected = yield* plain(folder)
  assert.include(expected.list.join("\n"), "all/etc/systemd/system/masked.service -> /dev/null")
  const { files, issues } = yield* ContextDirectory.read(folder)
  assert.deepStrictEqual(issues, [])
  const options: Partial<BuildInput.Options> = { dockerfile: containerfile(...lines), context: files }
  const { log, status } = yield* finish(yield* Workplace.input("overlay", options))
  assert(status._tag === "Succeeded", log.join("\n"))
  const found = yield* entries(status.image.pullspec)
  assert.deepStrictEqual(found.list, expected.list)
  // A context on disk has its own ignored files there, too.
  const ignored = / \.\/(?:logs\/a\.log|build\/other|lost|build|build\/keep|\.)$|^$| \.$/
  assert.deepStrictEqual(
    found.seen.filter((line) => !ignored.test(line)),
    expected.seen.filter((line) => !ignored.test(line))
  )
}).pipe(Effect.scoped)

layer(Workplace.backend, { excludeTestServices: true, timeout: "5 minutes" })("context of the local backend", (it) => {
  it.effect("links, directories and modes: as plain buildah keeps them", () => compare)

  it.effect("an ignore file of the Containerfile: leaves out what plain buildah does", () => compareIgnoreFiles)

  it.scoped("an upload: a mount of the context shows no ignored file, as in a build pod", () =>
    Effect.gen(function*() {
      const folder = path.join(yield* Workplace.temporaryFolder, "upload")
      fs.mkdirSync(folder)
      for (const name of ["kept", "ignored.log"]) fs.writeFileSync(path.join(folder, name), name)
      fs.writeFileSync(path.join(folder, ".dockerignore"), "*.log\n")
      const input = yield* Workplace.input("mounted upload", {
        context: yield* ContextUpload.read(folder),
        dockerfile: containerfile("RUN --mount=type=bind,target=/context ls -A /context > /seen"),
        retries: 0
      })
      if (!CurrentBuildah.isChosen()) {
        const { message } = yield* Effect.flip(BuildBackend.check(input))
        assert.include(message, "RUN --mount=type=bind needs buildah 1.31 or later")
        return
      }
      const { log, status } = yield* finish(input)
      assert(status._tag === "Succeeded", log.join("\n"))
      const seen = yield* Workplace.fileOf(status.image.pullspec, "seen")
      assert.strictEqual(seen?.content, ".dockerignore\nkept\n")
      fs.writeFileSync(path.join(folder, "kept"), "changed")
      const changed = yield* finish(input, { again: true })
      assert(changed.status._tag === "Errored", changed.log.join("\n"))
      assert.strictEqual(changed.status.reason, "UploadFailed")
    }))
})

layer(RealJobs.backend({}), { excludeTestServices: true, timeout: "5 minutes" })("context of a Job", (it) => {
  it.effect("an ignore file of the Containerfile: leaves out what plain buildah does", () => compareIgnoreFiles)

  it.effect("links, directories and modes: as plain buildah keeps them", () => compare)
})
