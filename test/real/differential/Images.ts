/**
 * What the cases of the differential test build on: `RICH_IMAGE`, with configuration, users and awkward files;
 * `TRIGGER_IMAGE`, with ONBUILD; and `FILES`, the address of a server for ADD.
 */
import { Effect, type Scope } from "effect"
import * as fs from "node:fs"
import * as http from "node:http"
import * as path from "node:path"
import * as Workplace from "../Workplace.js"
import * as Tar from "./Tar.js"

const rich = Tar.write([
  { name: "etc", type: "directory" },
  { name: "etc/passwd", content: Buffer.from("root:x:0:0::/root:/bin/sh\nalice:x:1000:1001::/home/alice:/bin/sh\n") },
  { name: "etc/group", content: Buffer.from("root:x:0:\nalice:x:1001:\nwheel:x:10:alice\n") },
  { name: "home", type: "directory" },
  { name: "home/alice", type: "directory", mode: 0o700, uid: 1000, gid: 1001 },
  { name: "usr", type: "directory" },
  { name: "usr/lib", type: "directory" },
  { name: "usr/lib/ping", mode: 0o755, content: Buffer.from("ping\n"), xattrs: { "user.kind": "tool\n\u00e9" } },
  { name: "usr/lib/su", mode: 0o4755, content: Buffer.from("su\n") },
  { name: "usr/lib/su2", type: "hardlink", link: "usr/lib/su", mode: 0o4755 },
  { name: "usr/lib/current", type: "symlink", link: "ping", mode: 0o777 },
  { name: "lib64", type: "symlink", link: "usr/lib", mode: 0o777 },
  { name: "data", type: "directory", mode: 0o1777 },
  { name: "data/old", content: Buffer.from("old\n"), mode: 0o600, uid: 1000, gid: 1001 }
])

const richFile = [
  "ARG BASE_IMAGE",
  "FROM ${BASE_IMAGE}",
  "ADD rich.tar /",
  "ENV RICH=\"a b\" PLAIN=c",
  "LABEL vendor=acme \"two words\"=x",
  "WORKDIR /srv",
  "EXPOSE 80 53/udp",
  "VOLUME /data",
  "STOPSIGNAL SIGINT",
  "ENTRYPOINT [\"/bin/sh\", \"-c\"]",
  "CMD [\"id\"]",
  ""
]

const triggerFile = [
  "ARG BASE_IMAGE",
  "FROM ${BASE_IMAGE}",
  "ONBUILD COPY motd /triggered",
  "ONBUILD RUN echo run >> /triggered",
  "ONBUILD ENV TRIGGERED=yes",
  ""
]

/** Serves one small file, always of the same time, and nothing else. */
const files: Effect.Effect<string, never, Scope.Scope> = Effect.acquireRelease(
  Effect.async<http.Server>((resume) => {
    const server = http.createServer((request, response) => {
      const known = request.url === "/served.txt"
      response.writeHead(known ? 200 : 404, { "last-modified": "Sun, 09 Sep 2001 01:46:40 GMT" })
      response.end(known ? "served\n" : "no\n")
    })
    server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
  }),
  (server) =>
    Effect.async<void>((resume) => {
      server.closeAllConnections()
      server.close(() => resume(Effect.void))
    })
).pipe(Effect.map((server) => {
  const address = server.address()
  return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`
}))

export interface Images {
  /** The build arguments that every case has. */
  readonly buildArgs: Readonly<Record<string, string>>
  /** Options of buildah for a storage that has the images. */
  readonly storage: ReadonlyArray<string>
}

/** A build that fails may leave its containers mounted: buildah 1.28 alone does so in some cases of the corpus. */
const unmountAll = (folder: string) =>
  Effect.suspend(() => {
    const targets = fs.readFileSync("/proc/self/mounts", "utf8").split("\n").flatMap((line) => line.split(" ")[1] ?? [])
    const below = targets.filter((target) => target.startsWith(`${folder}/`)).reverse()
    return Effect.forEach(below, (target) => Workplace.exec("umount", "--lazy", target), { discard: true })
  })

/** Builds and pushes them. */
export const make: Effect.Effect<Images, never, Scope.Scope | Workplace.Workplace> = Effect.gen(function*() {
  const { folder, open } = yield* Workplace.Workplace
  const context = path.join(folder, "images")
  fs.mkdirSync(context)
  fs.writeFileSync(path.join(context, "rich.tar"), rich)
  yield* Effect.addFinalizer(() => unmountAll(`${folder}/plain-storage`))
  const storage = ["--root", `${folder}/plain-storage`, "--runroot", `${folder}/plain-run`]
  const buildah = (...args: ReadonlyArray<string>) => Workplace.exec("buildah", ...storage, ...args)
  for (const [name, text] of [["rich", richFile], ["trigger", triggerFile]] as const) {
    const file = path.join(context, name)
    fs.writeFileSync(file, text.join("\n"))
    const build = ["--isolation", "chroot", ...Workplace.limits, "--tls-verify=false", "--file", file]
    const base = ["--build-arg", `BASE_IMAGE=${open}/base:1`]
    yield* buildah("build", ...build, "--format", "docker", ...base, "--tag", `${open}/${name}:1`, context)
    yield* buildah("push", "--tls-verify=false", `${open}/${name}:1`, `docker://${open}/${name}:1`)
    // To be pulled by a build: in the storage its manifest has another digest.
    yield* buildah("rmi", `${open}/${name}:1`)
  }
  return {
    storage,
    buildArgs: {
      BASE_IMAGE: `${open}/base:1`,
      RICH_IMAGE: `${open}/rich:1`,
      TRIGGER_IMAGE: `${open}/trigger:1`,
      FILES: yield* files
    }
  }
})
