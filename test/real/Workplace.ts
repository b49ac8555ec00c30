/**
 * What the real tests work with: two registries on loopback, one of them with a password, a base image made of a static
 * busybox in both, a gate that a RUN can wait at, and folders of their own.
 */
import { NodeContext } from "@effect/platform-node"
import { Chunk, Context, Effect, Layer, type Scope, Stream } from "effect"
import { BuildBackend, BuildInput, LocalBuildBackend } from "effect-os-builder"
import { type ChildProcess, execFile, spawn } from "node:child_process"
import * as fs from "node:fs"
import * as http from "node:http"
import * as net from "node:net"
import * as os from "node:os"
import * as path from "node:path"
import { gunzipSync } from "node:zlib"

export const user = "builder"
export const password = "correct-horse-battery-staple"
// Of that password, by htpasswd -Bbn.
export const htpasswd = "builder:$2y$05$WeYtaBh2HMA7wfhERsbtw.Mg6LrfNRYMjjUlKNyqeBvvVvYQ4amxO"

/** Runs a program to its end, and gives what it printed. */
export const exec = (command: string, ...args: ReadonlyArray<string>): Effect.Effect<string> =>
  Effect.async((resume) => {
    const child = execFile(
      command,
      args,
      { maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) =>
        resume(
          error === null ? Effect.succeed(stdout) : Effect.die(new Error(`${command}: ${error.message}\n${stderr}`))
        )
    )
    return Effect.sync(() => child.kill("SIGKILL"))
  })

/** Options of `buildah build` and `from`: since 1.35 it asks for more than a process without CAP_SYS_RESOURCE may have. */
export const limits = ["nofile", "nproc"].flatMap((name) => ["--ulimit", `${name}=1024:1024`])

export const temporaryFolder: Effect.Effect<string, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(() => fs.mkdtempSync(path.join(os.tmpdir(), "os-builder-test-"))),
  (folder) => Effect.sync(() => fs.rmSync(folder, { recursive: true, force: true }))
)

const freePort: Effect.Effect<number> = Effect.async((resume) => {
  const server = net.createServer().listen(0, "127.0.0.1", () => {
    const address = server.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    server.close(() => resume(Effect.succeed(port)))
  })
})

const answers = (port: number): Effect.Effect<boolean> =>
  Effect.async((resume) => {
    const socket = net.connect(port, "127.0.0.1")
    socket.once("connect", () => resume(Effect.succeed(true)))
    socket.once("error", () => resume(Effect.succeed(false)))
    return Effect.sync(() => socket.destroy())
  })

const kill = (child: ChildProcess) =>
  Effect.async<void>((resume) => {
    if (child.exitCode !== null) return resume(Effect.void)
    child.once("exit", () => resume(Effect.void))
    child.kill("SIGKILL")
  })

/** A registry on a free port of loopback, with more of its configuration; gives `host:port`. */
export const registry = (folder: string, host: string, more: string): Effect.Effect<string, never, Scope.Scope> =>
  Effect.gen(function*() {
    const port = yield* freePort
    fs.mkdirSync(folder, { recursive: true })
    fs.writeFileSync(
      path.join(folder, "config.yml"),
      `version: 0.1\nlog: { level: error }\nstorage: { filesystem: { rootdirectory: "${folder}/data" } }\n` +
        `http:\n  addr: "127.0.0.1:${port}"\n${more}\n`
    )
    yield* Effect.acquireRelease(
      Effect.sync(() => spawn("docker-registry", ["serve", path.join(folder, "config.yml")], { stdio: "ignore" })),
      kill
    )
    yield* Effect.repeat(Effect.delay(answers(port), "20 millis"), { until: (yes) => yes }).pipe(
      Effect.timeoutFail({ duration: "20 seconds", onTimeout: () => new Error("docker-registry does not start") }),
      Effect.orDie
    )
    return `${host}:${port}`
  })

/** Where a RUN asks whether it may go on, by `wget http://gate/name`: at once, while its name is not held. */
export const gate = (address: string) =>
  Effect.gen(function*() {
    const held = new Map<string, Array<http.ServerResponse>>()
    const answers = new Map<string, "go" | "die">()
    const server = http.createServer((request, response) => {
      const name = (request.url ?? "").slice(1)
      const waiting = held.get(name)
      if (waiting === undefined) response.end(answers.get(name) ?? "go")
      else waiting.push(response)
    })
    const port = yield* freePort
    yield* Effect.acquireRelease(
      Effect.async<void>((resume) => {
        server.listen(port, address, () => resume(Effect.void))
      }),
      () =>
        Effect.async<void>((resume) => {
          server.closeAllConnections()
          server.close(() => resume(Effect.void))
        })
    )
    return {
      url: `http://${address}:${port}`,
      hold: (name: string) => Effect.sync(() => held.set(name, [])).pipe(Effect.asVoid),
      release: (name: string, answer: "go" | "die") =>
        Effect.sync(() => {
          const waiting = held.get(name) ?? []
          held.delete(name)
          answers.set(name, answer)
          for (const response of waiting) response.end(answer)
        })
    }
  })

/** A RUN that waits at the gate; told to die, it is killed, which is nobody's fault that is known. */
export const waitAt = (url: string, name: string): string =>
  `RUN [ "$(wget -q -O - ${url}/${name})" = go ] || kill -9 $$`

export interface Service {
  readonly folder: string
  /** The registry that is open to all. */
  readonly open: string
  /** The registry that wants {@link user} and {@link password}. */
  readonly closed: string
  readonly gate: Effect.Effect.Success<ReturnType<typeof gate>>
  readonly settings: {
    readonly stateDirectory: string
    readonly workDirectory: string
    readonly secretsDirectory: string
    readonly configMapsDirectory: string
    readonly retryDelay: "100 millis"
  }
}

export class Workplace extends Context.Tag("test/real/Workplace")<Workplace, Service>() {}

const make = Effect.gen(function*() {
  const folder = yield* temporaryFolder
  const open = yield* registry(path.join(folder, "open"), "127.0.0.1", "")
  fs.writeFileSync(path.join(folder, "htpasswd"), htpasswd)
  const auth = `auth: { htpasswd: { realm: test, path: "${folder}/htpasswd" } }`
  const closed = yield* registry(path.join(folder, "closed"), "127.0.0.1", auth)

  const base = path.join(folder, "base")
  fs.mkdirSync(path.join(base, "bin"), { recursive: true })
  fs.copyFileSync("/bin/busybox", path.join(base, "bin/busybox"))
  fs.writeFileSync(
    path.join(base, "Containerfile"),
    "FROM scratch\nCOPY bin /bin\nRUN [\"/bin/busybox\", \"sh\", \"-c\", \"/bin/busybox --install -s /bin; mkdir -m 1777 /tmp\"]\n" +
      "ENV PATH=/bin\n"
  )
  const buildah = (...args: ReadonlyArray<string>) =>
    exec("buildah", "--root", `${folder}/storage`, "--runroot", `${folder}/run`, "--storage-driver", "vfs", ...args)
  yield* buildah("build", "--isolation", "chroot", ...limits, "--tag", "base", base)
  yield* buildah("push", "--tls-verify=false", "base", `docker://${open}/base:1`)
  yield* buildah("push", "--tls-verify=false", "--creds", `${user}:${password}`, "base", `docker://${closed}/base:1`)

  const below = (name: string) => {
    const directory = path.join(folder, name)
    fs.mkdirSync(directory, { recursive: true })
    return directory
  }
  return Workplace.of({
    folder,
    open,
    closed,
    gate: yield* gate("127.0.0.1"),
    settings: {
      stateDirectory: below("state"),
      workDirectory: below("work"),
      secretsDirectory: below("secrets"),
      configMapsDirectory: below("config-maps"),
      retryDelay: "100 millis"
    }
  })
})

export const layer = Layer.scoped(Workplace, make)

/** The backend that works there. */
export const backend = Layer.unwrapEffect(
  Effect.map(Workplace, ({ settings }) => LocalBuildBackend.layerWith(settings))
).pipe(Layer.provideMerge(layer), Layer.provide(NodeContext.layer))

/** An input that starts from the base and goes to a repository named after the test, both in the open registry. */
export const input = (name: string, options: Partial<BuildInput.Options>) =>
  Effect.gen(function*() {
    const { open } = yield* Workplace
    return yield* BuildInput.make({
      dockerfile: "ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\n",
      baseImage: { pullspec: `${open}/base:1` },
      finalImage: { pullspec: `${open}/${repository(name)}:1` },
      ...options
    })
  })

export const repository = (name: string): string => name.toLowerCase().match(/[a-z0-9]+/g)?.join("-") ?? "os"

/**
 * What a RUN prints where a test looks for the line: buildah with isolation chroot may lose what is written just before the end
 * (findings/buildah-chroot-output.sh).
 */
export const says = (line: string): string => `echo ${line}; sleep 0.2`

/** A Containerfile on the base image. */
export const containerfile = (...lines: ReadonlyArray<string>): string =>
  ["ARG BASE_IMAGE", "FROM ${BASE_IMAGE}", ...lines, ""].join("\n")

export const collect = <A, E, R>(stream: Stream.Stream<A, E, R>): Effect.Effect<ReadonlyArray<A>, E, R> =>
  Effect.map(Stream.runCollect(stream), Chunk.toReadonlyArray)

/** Builds an input, and waits for its end. */
export const finish = (input: BuildInput.BuildInput, options?: BuildBackend.BuildOptions) =>
  Effect.gen(function*() {
    const { ref } = yield* BuildBackend.build(input, options)
    const status = yield* Stream.runLast(BuildBackend.changes(ref)).pipe(Effect.flatten)
    const log = yield* collect(BuildBackend.logs(ref))
    return { ref, status, log }
  })

/** A folder with the manifest and the layers of a pushed image. */
export const pulled = (image: string) =>
  Effect.tap(temporaryFolder, (folder) =>
    exec(
      "skopeo",
      "copy",
      "--src-tls-verify=false",
      "--src-creds",
      `${user}:${password}`,
      `docker://${image}`,
      `dir:${folder}`
    ))

/** The content of a file of a pushed image; undefined if no layer has it. */
export const fileOf = (image: string, file: string) =>
  Effect.scoped(Effect.gen(function*() {
    const folder = yield* pulled(image)
    const { layers } = JSON.parse(fs.readFileSync(path.join(folder, "manifest.json"), "utf8"))
    for (const { digest } of layers.toReversed()) {
      const archive = path.join(folder, digest.slice("sha256:".length))
      const names = (yield* exec("tar", "-tzf", archive)).split("\n")
      if (names.includes(file)) {
        const entry = yield* exec("tar", "-tvzf", archive, file)
        return { content: yield* exec("tar", "-xOzf", archive, file), mode: entry.slice(0, 10) }
      }
    }
    return undefined
  }))

/** All that the layers of a pushed image say, unpacked. */
export const layersOf = (image: string) =>
  Effect.scoped(Effect.gen(function*() {
    const folder = yield* temporaryFolder
    yield* exec("skopeo", "copy", "--src-tls-verify=false", `docker://${image}`, `dir:${folder}`)
    const { layers } = JSON.parse(fs.readFileSync(path.join(folder, "manifest.json"), "utf8"))
    return Buffer.concat(
      layers.map(({ digest }: { readonly digest: string }) =>
        gunzipSync(fs.readFileSync(path.join(folder, digest.slice("sha256:".length))))
      )
    ).toString("latin1")
  }))

/** The configuration of a pushed image, and the digest of its manifest. */
export const inspect = (image: string) =>
  Effect.map(
    exec("skopeo", "inspect", "--tls-verify=false", `docker://${image}`),
    (
      text
    ): { readonly Digest: string; readonly Labels: Readonly<Record<string, string>>; readonly Architecture: string } =>
      JSON.parse(text)
  )

/** What of a pattern is left on the machine: processes, mounts, and files in the work directory. */
export const remains = (pattern: string) =>
  Effect.gen(function*() {
    const { settings } = yield* Workplace
    const processes = fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
      .flatMap((pid) => {
        try {
          return [fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")]
        } catch {
          return []
        }
      })
      .filter((line) => line.includes(pattern) || line.includes(settings.workDirectory))
    const mounts = fs.readFileSync("/proc/mounts", "utf8").split("\n").filter((line) =>
      line.includes(settings.workDirectory)
    )
    return { processes, mounts, files: fs.readdirSync(settings.workDirectory) }
  })

/** What is left once a build that succeeded has deleted its files, which it does after its end is told. */
export const remainsInTheEnd = (pattern: string) =>
  Effect.repeat(Effect.delay(remains(pattern), "50 millis"), {
    until: ({ files, mounts, processes }) => files.length + mounts.length + processes.length === 0
  }).pipe(
    Effect.timeoutTo({ duration: "30 seconds", onSuccess: Effect.succeed, onTimeout: () => remains(pattern) }),
    Effect.flatten
  )

export const nothing = { processes: [], mounts: [], files: [] }
