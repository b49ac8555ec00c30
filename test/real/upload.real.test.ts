/**
 * Folders as contexts with real buildah: uploaded into the first container of a build's pod, and read in place by a local build.
 * UPLOAD_MB=500 makes them larger; the time and the peak memory of this process are printed.
 */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { BuildBackend, BuildInput, ContextUpload } from "effect-os-builder"
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { fill } from "../support/UploadFolder.js"
import { backend } from "./RealJobs.js"
import * as Workplace from "./Workplace.js"

const megabytes = Number(process.env["UPLOAD_MB"] ?? 40)

const { containerfile } = Workplace

const report = (line: string) => process.stdout.write(`${line}\n`)

const makeFolder = (folder: string) => {
  fill(folder, megabytes)
  fs.mkdirSync(path.join(folder, "bin"), { recursive: true })
  fs.writeFileSync(path.join(folder, "bin/tool"), "#!/bin/sh\n")
  fs.chmodSync(path.join(folder, "bin/tool"), 0o750)
  fs.symlinkSync("/dev/null", path.join(folder, "bin/masked"))
  fs.mkdirSync(path.join(folder, "empty"), { mode: 0o700 })
  fs.writeFileSync(path.join(folder, "secret.log"), "canary-of-the-context")
  fs.writeFileSync(path.join(folder, ".dockerignore"), "*.log\n")
  // By another process: the memory of this one is measured.
  return execFileSync("md5sum", [path.join(folder, "large")], { encoding: "utf8" }).slice(0, 32)
}

const dockerfile = (sum: string) =>
  containerfile(
    "COPY . /context/",
    `RUN test "$(md5sum < /context/large)" = "${sum}  -" && test "$(find /context/many -type f | wc -l)" -eq ${
      megabytes * 16
    } && ls -ln /context/bin && test ! -e /context/secret.log && ls -ld /context/empty && sleep 0.2`
  )

const built = (name: string) =>
  Effect.gen(function*() {
    const folder = yield* Workplace.temporaryFolder
    const sum = makeFolder(folder)
    const memory = process.resourceUsage().maxRSS
    const started = performance.now()
    const context = yield* ContextUpload.read(folder)
    const hashed = performance.now()
    const input = yield* Workplace.input(name, { dockerfile: dockerfile(sum), context, retries: 0 })
    const image = yield* BuildBackend.run(input)
    const ended = performance.now()
    const [build] = yield* BuildBackend.list({ fingerprint: BuildInput.fingerprint(input) })
    const log = (yield* Effect.flatMap(
      Effect.fromNullable(build),
      ({ ref }) => Workplace.collect(BuildBackend.logs(ref))
    )).join("\n")
    assert.notInclude(log, "canary-of-the-context")
    assert.match(log, /masked -> \/dev\/null/)
    assert.match(log, /drwx------.* \/context\/empty/)
    assert.match(log, /-rwxr-x---.* tool/)
    report(
      `${name}: ${megabytes} MB; digest ${((hashed - started) / 1000).toFixed(1)} s, build ${
        ((ended - hashed) / 1000).toFixed(1)
      } s, peak memory before ${Math.round(memory / 1024)} MiB, after ${
        Math.round(process.resourceUsage().maxRSS / 1024)
      } MiB`
    )
    return { folder, image, log }
  })

layer(backend({}), { excludeTestServices: true, timeout: "15 minutes" })("an upload to a Job", (it) => {
  it.scoped(
    "an upload to a Job: reaches the image, with modes and links, without what is ignored",
    () =>
      Effect.gen(function*() {
        const { log } = yield* built("upload-job")
        assert.match(log, /os-builder: the context is uploaded, sha256:[0-9a-f]{64}/)
      }),
    900_000
  )
})

layer(Workplace.backend, { excludeTestServices: true, timeout: "15 minutes" })("an upload to this machine", (it) => {
  it.scoped("an upload to this machine: is read in place, and stays as it is", () =>
    Effect.gen(function*() {
      const { folder } = yield* built("upload-local")
      assert.isTrue(fs.existsSync(path.join(folder, "secret.log")))
      assert.deepStrictEqual(
        yield* ContextUpload.read(folder),
        yield* ContextUpload.read(fs.realpathSync(folder))
      )
    }), 900_000)
})

layer(Workplace.layer, { excludeTestServices: true, timeout: "15 minutes" })("plain buildah", (it) => {
  it.scoped("plain buildah: takes as long for the same folder", () =>
    Effect.gen(function*() {
      const folder = yield* Workplace.temporaryFolder
      const sum = makeFolder(path.join(folder, "context"))
      const { open } = yield* Workplace.Workplace
      fs.writeFileSync(path.join(folder, "Containerfile"), dockerfile(sum))
      const started = performance.now()
      execFileSync("buildah", [
        ...["--root", `${folder}/storage`, "--runroot", `${folder}/run`, "--storage-driver", "vfs", "bud"],
        ...[
          "--isolation",
          "chroot",
          "--tls-verify=false",
          "--build-arg",
          `BASE_IMAGE=${open}/base:1`,
          ...Workplace.limits
        ],
        ...["-f", `${folder}/Containerfile`, `${folder}/context`]
      ], { stdio: "ignore" })
      report(`plain buildah: ${megabytes} MB; build ${((performance.now() - started) / 1000).toFixed(1)} s`)
    }), 900_000)
})
