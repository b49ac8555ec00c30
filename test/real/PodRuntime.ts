/**
 * Runs the containers of a pod on this machine, as a kubelet would by its manifest: its commands, variables, volumes and
 * termination messages. Each container has mount and process namespaces of its own, and the root of this machine under
 * them, so that the builder's image is whatever is installed here. It runs as root, whatever user the pod asks for.
 */
import { Effect, Either, Stream } from "effect"
import { spawn } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import * as readline from "node:readline"
import type { Writable } from "node:stream"
import type { ControlPlane } from "../../src/fake/ControlPlane.js"
import * as Json from "../../src/fake/Json.js"
import * as CoreKinds from "../../src/fake/kinds/CoreKinds.js"
import type * as Program from "../../src/fake/kubelet/Program.js"
import * as Metadata from "../../src/fake/store/Metadata.js"
import type { JsonObject } from "../../src/kubernetes/client/ApiRequest.js"

const { PATH } = process.env

/** Where the pod's mounts are: a folder of this machine that only the namespaces of containers see filled. */
const root = "/os-builder"

const text = (object: JsonObject, ...at: ReadonlyArray<string>): string => Json.text(object, ...at) ?? ""

/** The files of a ConfigMap or Secret, whole or just its items. */
const filesOf = (plane: ControlPlane, namespace: string, kind: "configMap" | "secret", source: JsonObject) => {
  const name = text(source, kind === "configMap" ? "name" : "secretName")
  const stored = Either.getOrThrowWith(
    plane.registry.get(kind === "configMap" ? CoreKinds.configMap : CoreKinds.secret, namespace, name),
    () => new Error(`there is no ${kind} ${name}`)
  )
  const files = new Map<string, Buffer>()
  const add = (data: JsonObject, encoding: "base64" | "utf8") => {
    for (const [key, value] of Object.entries(data)) files.set(key, Buffer.from(String(value), encoding))
  }
  add(Json.object(stored, "data"), kind === "configMap" ? "utf8" : "base64")
  add(Json.object(stored, "binaryData"), "base64")
  const items = Json.objects(source, "items")
  return items.length === 0
    ? files
    : new Map(items.map((item) => [text(item, "path"), files.get(text(item, "key")) ?? Buffer.alloc(0)]))
}

/** Lays a volume out in a folder. */
const layOut = (plane: ControlPlane, namespace: string, volume: JsonObject, folder: string): void => {
  fs.mkdirSync(folder, { recursive: true })
  const sources = [volume, ...Json.objects(volume, "projected", "sources")]
  for (const source of sources) {
    for (const kind of ["configMap", "secret"] as const) {
      if (source[kind] === undefined) continue
      for (const [name, content] of filesOf(plane, namespace, kind, Json.object(source, kind))) {
        fs.writeFileSync(path.join(folder, name), content)
      }
    }
  }
}

const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`

/** Kubernetes reads `$$` as a dollar, in variables and commands. */
const valueOf = (value: string): string => value.replaceAll("$$", "$")

const environment = (container: JsonObject): Record<string, string> =>
  Object.fromEntries(
    Json.objects(container, "env").map((entry) => [text(entry, "name"), valueOf(text(entry, "value"))])
  )

const namespaces = ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]

interface Runtime {
  readonly plane: ControlPlane
  /** A folder of this machine for what pods have. */
  readonly folder: string
}

/** Writes standard input as a container reads it, and ends it. */
const feed = (input: Writable, stdin: Stream.Stream<Uint8Array>): Effect.Effect<void> =>
  Effect.zipRight(
    Effect.sync(() => input.on("error", () => {})),
    Stream.runForEach(stdin, (bytes) =>
      Effect.async<void>((resume) => void input.write(bytes, () => resume(Effect.void))))
  ).pipe(Effect.ensuring(Effect.sync(() =>
    input.end()
  )))

const container = (
  { folder, plane }: Runtime,
  pod: JsonObject,
  spec: JsonObject,
  stdin: Stream.Stream<Uint8Array>
): Stream.Stream<Program.Step> =>
  Stream.suspend(() => {
    const own = path.join(folder, Metadata.uid(pod))
    const volumes = new Map(
      Json.objects(pod, "spec", "volumes").map((volume) => {
        const name = text(volume, "name")
        const hostPath = text(volume, "hostPath", "path")
        const claim = text(volume, "persistentVolumeClaim", "claimName")
        return [
          name,
          hostPath !== ""
            ? path.join(folder, "node", hostPath)
            : claim !== ""
            ? path.join(folder, "claims", claim)
            : path.join(own, name)
        ]
      })
    )
    for (const volume of Json.objects(pod, "spec", "volumes")) {
      layOut(plane, Metadata.namespace(pod), volume, volumes.get(text(volume, "name")) ?? own)
    }
    const termination = path.join(own, `${text(spec, "name")}.termination`)
    fs.writeFileSync(termination, "")
    const mounts = Json.objects(spec, "volumeMounts").map((mount) => ({
      from: volumes.get(text(mount, "name")) ?? own,
      to: text(mount, "mountPath")
    }))
    const command = Json.texts(spec, "command")
    const script = [
      "set -e",
      "mount --make-rprivate /",
      // Another run of these tests may have deleted it.
      `mkdir -p ${root}`,
      `mount -t tmpfs tmpfs ${root}`,
      ...mounts.flatMap(({ from, to }) => [`mkdir -p ${quoted(to)}`, `mount --bind ${quoted(from)} ${quoted(to)}`]),
      `exec ${command.map((word) => quoted(valueOf(word))).join(" ")}`
    ].join("\n")
    return Stream.asyncPush<Program.Step>((emit) =>
      Effect.acquireRelease(
        Effect.sync(() => {
          const child = spawn("unshare", [...namespaces, "sh", "-c", script], {
            stdio: [spec["stdin"] === true ? "pipe" : "ignore", "pipe", "pipe"],
            // A pod has no other cache of root than its own.
            env: { PATH, ...environment(spec), OSB_TERMINATION_MESSAGE: termination, OSB_OWN_MOUNTS: "yes" }
          })
          for (const input of [child.stdout, child.stderr].filter((output) => output !== null)) {
            readline.createInterface({ input }).on("line", (line) => emit.single({ _tag: "Log", line }))
          }
          child.on("close", (exitCode) => {
            emit.single({ _tag: "Exit", exitCode: exitCode ?? 137, message: fs.readFileSync(termination, "utf8") })
            emit.end()
          })
          return child
        }),
        (child) => Effect.sync(() => child.kill("SIGKILL"))
      ).pipe(Effect.tap(({ stdin: input }) => input === null ? Effect.void : Effect.forkScoped(feed(input, stdin)))), {
      bufferSize: "unbounded"
    })
  })

/** The programs of all pods of a cluster. */
export const programs = (runtime: Runtime): Program.Programs => (pod) =>
  Effect.succeed((name, { stdin }) => {
    const specs = ["initContainers", "containers"].flatMap((key) => Json.objects(pod, "spec", key))
    const spec = specs.find((one) => one["name"] === name) ?? {}
    return { steps: container(runtime, pod, spec, stdin) }
  })

/** The folder that mounts go to is there while the scope is open. */
export const mountPoint = Effect.acquireRelease(
  Effect.sync(() => fs.mkdirSync(root, { recursive: true })),
  () => Effect.ignore(Effect.try(() => fs.rmdirSync(root)))
)
