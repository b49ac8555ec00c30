/**
 * One build in the shape of public OS images: a tree of links, scripts bound from a stage of their own, a cache, a tmpfs, a secret,
 * three tags and zstd:chunked. What is in the image is read by skopeo and tar.
 */
import { assert, layer, type Vitest } from "@effect/vitest"
import { Effect } from "effect"
import { BuildBackend, type BuildInput, Cluster } from "effect-os-builder"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Resources from "../../src/kubernetes/Resources.js"
import * as CurrentBuildah from "./CurrentBuildah.js"
import * as Tar from "./differential/Tar.js"
import { backend as jobs } from "./RealJobs.js"
import * as Workplace from "./Workplace.js"

const { exec, finish } = Workplace

const canary = "tell-nobody-of-the-os"

const isCurrent = CurrentBuildah.isChosen()

const mounts = [
  "--mount=type=bind,from=ctx,source=/,target=/ctx",
  "--mount=type=cache,dst=/var/cache",
  "--mount=type=cache,dst=/var/log",
  "--mount=type=tmpfs,dst=/tmp",
  "--mount=type=secret,id=token,required=true"
].join(" \\\n    ")

const dockerfile = (run: (script: string) => ReadonlyArray<string>): string =>
  [
    "ARG BASE_IMAGE",
    "FROM scratch AS ctx",
    "COPY build_files /",
    "FROM ${BASE_IMAGE}",
    "ARG VARIANT=plain",
    "COPY system_files /",
    ...run("build.sh"),
    ...run("lint.sh"),
    "LABEL containers.bootc=1",
    ""
  ].join("\n")

const mounting = dockerfile((script) => [`RUN ${mounts} \\\n    /ctx/${script}`])

// What a buildah without mounts can do: copy, and delete again.
const copying = dockerfile((script) => [
  "COPY --from=ctx / /ctx/",
  `RUN /ctx/${script} && rm -r /ctx && rm -rf /var/cache/* /var/log/*`
])

/** The same work in both forms; what only mounts give is looked at where there are some. */
const build = (isMounted: boolean) =>
  [
    "#!/bin/sh",
    "set -eu",
    "mkdir -p /usr/lib/os /var/cache/packages /var/log",
    ...(isMounted
      ? [
        "grep -q \" /tmp tmpfs \" /proc/mounts",
        "wc -c < /run/secrets/token > /usr/lib/os/secret-size",
        "test \"$(stat -c %a /run/secrets/token)\" = 400"
      ]
      : []),
    "echo downloaded > /var/cache/packages/os.rpm",
    "echo installed > /var/log/install.log",
    "echo left > /tmp/scratch",
    "echo \"built $VARIANT\" > /usr/lib/os/variant",
    "ln -sf ../usr/lib/os/variant /etc/variant"
  ].join("\n") + "\n"

const lint = (isMounted: boolean) =>
  [
    "#!/bin/sh",
    "set -eu",
    "test \"$(cat /etc/variant)\" = \"built silver\"",
    "test \"$(readlink /etc/systemd/system/sleep.service)\" = /dev/null",
    "test \"$(cat /etc/systemd/system/default.target)\" = \"[Unit]\"",
    ...(isMounted
      ? [
        "test ! -e /tmp/scratch",
        "grep -q downloaded /var/cache/packages/os.rpm",
        "grep -q installed /var/log/install.log"
      ]
      : []),
    Workplace.says("linted")
  ].join("\n") + "\n"

const context = (isMounted: boolean): NonNullable<BuildInput.Options["context"]> => ({
  "build_files/build.sh": { content: build(isMounted), mode: 0o755 },
  "build_files/lint.sh": { content: lint(isMounted), mode: 0o755 },
  "system_files/etc/motd": "Welcome\n",
  "system_files/etc/systemd/system/default.target": { link: "../../../usr/lib/systemd/system/graphical.target" },
  // A link to what the image alone has, and to what the machine that builds has as well.
  "system_files/etc/systemd/system/sleep.service": { link: "/dev/null" },
  "system_files/usr/lib/systemd/system/graphical.target": "[Unit]\n",
  "system_files/usr/lib/systemd/system/multi-user.target.wants": { directory: true },
  "system_files/usr/lib/systemd/system/multi-user.target.wants/greet.service": { link: "../greet.service" },
  "system_files/usr/lib/systemd/system/greet.service": "[Service]\nExecStart=/usr/libexec/greet\n",
  "system_files/usr/libexec/greet": { content: "#!/bin/sh\ncat /etc/motd\n", mode: 0o755 },
  "system_files/usr/share/loop": { link: "loop" }
})

const options = {
  buildArgs: { VARIANT: "silver" },
  tags: ["latest", "43"],
  imageLabels: { "org.opencontainers.image.title": "an OS" },
  retries: 0
} satisfies Partial<BuildInput.Options>

const copied = { dockerfile: copying, context: context(false) }
const mounted = { dockerfile: mounting, context: context(true), secrets: [{ id: "token", secretName: "os-secrets" }] }

/** The files of all layers by skopeo, which unpacks whatever they are compressed with: the last layer that has a name wins. */
const filesOf = (image: string) =>
  Effect.scoped(Effect.gen(function*() {
    const folder = yield* Workplace.temporaryFolder
    yield* exec("skopeo", "copy", "--src-tls-verify=false", "--dest-decompress", `docker://${image}`, `dir:${folder}`)
    const { layers } = JSON.parse(fs.readFileSync(path.join(folder, "manifest.json"), "utf8"))
    const archives: ReadonlyArray<Buffer> = layers.map(({ digest }: { readonly digest: string }) =>
      fs.readFileSync(path.join(folder, digest.slice("sha256:".length)))
    )
    return {
      bytes: Buffer.concat(archives).toString("latin1"),
      files: new Map(archives.flatMap((archive) => Tar.read(archive)).map((entry) => [entry.name, entry]))
    }
  }))

interface Manifest {
  readonly mediaType: string
  readonly layers: ReadonlyArray<
    { readonly mediaType: string; readonly annotations?: Readonly<Record<string, string>> }
  >
}

const isPacked = (image: string) =>
  Effect.gen(function*() {
    const { layers, mediaType }: Manifest = JSON.parse(
      yield* exec("skopeo", "inspect", "--raw", "--tls-verify=false", `docker://${image}`)
    )
    assert.strictEqual(mediaType, "application/vnd.oci.image.manifest.v1+json")
    for (const { annotations = {}, mediaType } of layers) {
      assert.strictEqual(mediaType, "application/vnd.oci.image.layer.v1.tar+zstd")
      assert.strictEqual(
        Object.keys(annotations).some((key) => key.startsWith("io.github.containers.zstd-chunked.")),
        isCurrent
      )
    }
  })

const described = (entry: Tar.Entry | undefined) =>
  entry === undefined
    ? "nothing"
    : entry.type === "symlink"
    ? `-> ${entry.link}`
    : entry.type === "directory"
    ? "directory"
    : `${entry.mode.toString(8)} ${entry.content.toString()}`

const content = {
  "etc/motd": "644 Welcome\n",
  "etc/variant": "-> ../usr/lib/os/variant",
  "usr/lib/os/variant": "644 built silver\n",
  "etc/systemd/system/default.target": "-> ../../../usr/lib/systemd/system/graphical.target",
  "etc/systemd/system/sleep.service": "-> /dev/null",
  "usr/lib/systemd/system/multi-user.target.wants/greet.service": "-> ../greet.service",
  "usr/libexec/greet": "755 #!/bin/sh\ncat /etc/motd\n",
  "usr/share/loop": "-> loop"
}

/** Builds it, and reads what was made. */
const isBuilt = (name: string, more: Partial<BuildInput.Options>) =>
  Effect.gen(function*() {
    const { log, status } = yield* finish(yield* Workplace.input(name, { ...options, ...more }))
    assert(status._tag === "Succeeded", `${JSON.stringify(status)}\n${log.join("\n")}`)
    assert.include(log, "linted")
    assert.notInclude(log.join("\n"), canary)
    const { digest, pullspec, tag, tags = [] } = status.image
    assert.lengthOf(tags, 2)
    for (const one of [tag, ...tags]) {
      const { Digest, Labels } = yield* Workplace.inspect(one)
      assert.strictEqual(Digest, digest, one)
      assert.strictEqual(Labels["org.opencontainers.image.title"], "an OS")
      assert.strictEqual(Labels["containers.bootc"], "1")
    }
    yield* isPacked(pullspec)
    const { bytes, files } = yield* filesOf(pullspec)
    assert.notInclude(bytes, canary)
    assert.deepStrictEqual(
      Object.fromEntries(Object.keys(content).map((file) => [file, described(files.get(file))])),
      content
    )
    return { bytes, files }
  })

/** The image has nothing of what was mounted while it was built. */
const hasNoMounts = ({ bytes, files }: Effect.Effect.Success<ReturnType<typeof isBuilt>>) => {
  assert.strictEqual(described(files.get("usr/lib/os/secret-size")), `644 ${canary.length}\n`)
  const below = ["ctx/", "tmp/", "var/cache/", "var/log/", "run/secrets/"]
  assert.deepStrictEqual([...files.keys()].filter((name) => below.some((folder) => name.startsWith(folder))), [])
  for (const text of ["downloaded", "installed"]) assert.notInclude(bytes, `${text}\n\0`)
}

const cases = (
  it: Vitest.MethodsNonLive<BuildBackend.BuildBackend | Workplace.Workplace, true>,
  where: string,
  compression: "zstd" | "zstd:chunked"
) =>
  it.effect(`an OS image ${where}: its stages, links, tags and ${compression} layers, without mounts`, () =>
    isBuilt(`os copied ${where}`, { ...copied, compression }))

layer(Workplace.backend, { excludeTestServices: true, timeout: "10 minutes" })("an OS image by this machine", (it) => {
  cases(it, "by this machine", isCurrent ? "zstd:chunked" : "zstd")

  it.effect("an OS image by this machine: with every mount, or refused by a buildah that damages what it mounts over", () =>
    Effect.gen(function*() {
      const { settings } = yield* Workplace.Workplace
      const folder = path.join(settings.secretsDirectory, "os-secrets")
      fs.mkdirSync(folder, { recursive: true })
      fs.writeFileSync(path.join(folder, "token"), canary)
      if (isCurrent) {
        const image = yield* isBuilt("os mounted", { ...mounted, compression: "zstd:chunked" })
        return hasNoMounts(image)
      }
      const input = yield* Workplace.input("os mounted", { ...options, ...mounted })
      const rejected = yield* Effect.flip(BuildBackend.check(input))
      for (const type of ["bind", "cache", "tmpfs", "secret"]) {
        assert.include(rejected.message, `RUN --mount=type=${type} needs buildah 1.31 or later`)
      }
    }))
})

layer(jobs({}), { excludeTestServices: true, timeout: "10 minutes" })("an OS image by a pod", (it) => {
  cases(it, "by a pod", isCurrent ? "zstd:chunked" : "zstd")

  it.effect("an OS image by a pod: with every mount, or Errored by a buildah that damages what it mounts over", () =>
    Effect.gen(function*() {
      const cluster = yield* Cluster.Cluster
      yield* cluster.create(Resources.Secret, {
        metadata: { name: "os-secrets" },
        data: { token: Buffer.from(canary).toString("base64") }
      })
      if (isCurrent) {
        const image = yield* isBuilt("os mounted", { ...mounted, compression: "zstd:chunked" })
        return hasNoMounts(image)
      }
      const { status } = yield* finish(
        yield* Workplace.input("os mounted", { ...options, ...mounted })
      )
      assert(status._tag === "Errored", JSON.stringify(status))
      assert.strictEqual(status.reason, "BuilderTooOld")
    }))
})
