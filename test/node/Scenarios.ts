/**
 * Builds in the pods of a real node, and what is at fault where one does not succeed.
 */
import { assert, type Vitest } from "@effect/vitest"
import { Effect } from "effect"
import { BuildBackend, Cluster, ContextUpload } from "effect-os-builder"
import { createHash } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Resources from "../../src/kubernetes/Resources.js"
import { containerfile, fileOf, finish, password, temporaryFolder, user } from "../real/Workplace.js"
import * as Secrets from "../support/Secrets.js"
import * as Backends from "./Backends.js"
import * as Images from "./Images.js"
import { RealNode } from "./RealNode.js"
import { containersOf, ended, held, input, kubectl, podsOf, said, stopped, until } from "./Steps.js"

const login = (host: string, word = password) => JSON.stringify(Secrets.dockerConfig(host, user, word))

export const builds = (it: Vitest.MethodsNonLive<Cluster.Cluster | RealNode, true>): void => {
  it.layer(Backends.custom())("the custom backend", (it) => {
    it.effect("a real node: builds with heredocs, secrets, a ConfigMap and a context", () =>
      Effect.gen(function*() {
        const { closed } = yield* RealNode
        yield* Secrets.create("pulls", { ".dockerconfigjson": login(closed) })
        yield* Secrets.create("pushes", { ".dockerconfigjson": login(closed) })
        yield* Secrets.create("token", { token: "let me in" })
        const cluster = yield* Cluster.Cluster
        yield* cluster.create(Resources.ConfigMap, { metadata: { name: "settings" }, data: { mode: "strict" } })
        const bytes = Uint8Array.from({ length: 1_200_000 }, (_, index) => (index * index) % 251)
        const given = yield* input("whole", {
          dockerfile: containerfile(
            "COPY [\"big file\", \"/big\"]",
            "COPY <<END /motd",
            "a heredoc",
            "END",
            "RUN <<END",
            "md5sum /big",
            "cat /opt/token/token /opt/settings/mode | md5sum",
            "sleep 0.2",
            "END"
          ),
          baseImage: { pullspec: `${closed}/base:1`, secretName: "pulls" },
          finalImage: { pullspec: `${closed}/whole:1`, secretName: "pushes" },
          mounts: [
            { kind: "Secret", name: "token", path: "/opt/token" },
            { kind: "ConfigMap", name: "settings", path: "/opt/settings" }
          ],
          context: { "big file": bytes }
        })
        const { log, status } = yield* finish(given)
        assert(status._tag === "Succeeded", JSON.stringify(status) + log.join("\n"))
        assert.include(log, `${createHash("md5").update(bytes).digest("hex")}  /big`)
        assert.include(log, `${createHash("md5").update("let me instrict").digest("hex")}  -`)
        assert.strictEqual((yield* fileOf(status.image.pullspec, "motd"))?.content, "a heredoc\n")
        assert.isUndefined(yield* fileOf(status.image.pullspec, "opt/token/token"))
        for (const hidden of [password, "let me in"]) assert.notInclude(log.join("\n"), hidden)
      }))

    it.effect("a real node: a RUN that fails is a failure of the Containerfile, with its exit code", () =>
      Effect.gen(function*() {
        const { status } = yield* finish(yield* input("fails", { dockerfile: containerfile("RUN echo no; exit 7") }))
        assert(status._tag === "Failed", JSON.stringify(status))
        assert.deepInclude({ ...status }, { reason: "InstructionFailed", exitCode: 7 })
      }))

    it.effect("a real node: a wrong password for the push is an error of the registry", () =>
      Effect.gen(function*() {
        const { closed } = yield* RealNode
        yield* Secrets.create("wrong", { ".dockerconfigjson": login(closed, "not it") })
        const { status } = yield* finish(
          yield* input("denied", { finalImage: { pullspec: `${closed}/denied:1`, secretName: "wrong" } })
        )
        assert(status._tag === "Errored", JSON.stringify(status))
        assert.deepInclude({ ...status }, { reason: "PushDenied", retryable: false })
        assert.include(status.message, `${closed}/denied:1`)
      }))

    it.effect("a real node: a build whose secret is missing is blocked, and goes on when it is there", () =>
      Effect.gen(function*() {
        const given = yield* input("late", { mounts: [{ kind: "Secret", name: "late", path: "/opt/late" }] })
        const { ref } = yield* BuildBackend.build(given)
        const status = yield* until(ref, (one) => one._tag === "Pending" && one.blocked !== undefined)
        assert(status._tag === "Pending", JSON.stringify(status))
        assert.deepInclude({ ...status.blocked }, { reason: "MissingReference", upstreamReason: "FailedMount" })
        assert.include(status.blocked?.message ?? "", "secret \"late\" not found")
        yield* Secrets.create("late", { key: "value" })
        assert.strictEqual((yield* ended(ref))._tag, "Succeeded")
      }))

    it.effect("a real node: a build is cancelled, and its containers end", () =>
      Effect.gen(function*() {
        const { ref } = yield* BuildBackend.build(yield* held("cancelled"))
        yield* said(ref, "waiting")
        const [pod] = yield* podsOf(ref)
        const containers = yield* containersOf(pod?.metadata.uid ?? "")
        assert.isAtLeast(containers.length, 2)
        yield* BuildBackend.cancel(ref)
        assert.strictEqual((yield* ended(ref))._tag, "Cancelled")
        yield* stopped(containers)
        yield* Effect.delay(podsOf(ref), "100 millis").pipe(
          Effect.repeat({ until: ({ length }) => length === 0 }),
          Effect.timeout("30 seconds")
        )
      }))

    it.effect("a real node: a folder is uploaded into the pod through the API server", () =>
      Effect.scoped(Effect.gen(function*() {
        const folder = yield* temporaryFolder
        const bytes = Buffer.from(Uint8Array.from({ length: 3_000_000 }, (_, index) => (index * index) % 253))
        fs.writeFileSync(path.join(folder, "big"), bytes)
        const { log, status } = yield* finish(
          yield* input("upload", {
            dockerfile: containerfile("COPY big /big", "RUN md5sum /big; sleep 0.2"),
            context: yield* ContextUpload.read(folder)
          })
        )
        assert.strictEqual(status._tag, "Succeeded", JSON.stringify(status) + log.join("\n"))
        assert.include(log, `${createHash("md5").update(bytes).digest("hex")}  /big`)
      })))
  })

  it.layer(Backends.custom({ builderImage: `${Backends.nowhere}/builder:1` }))(
    "a builder image that is missing",
    (it) => {
      it.effect("a real node: a build whose builder image is missing is blocked by it", () =>
        Effect.gen(function*() {
          const { ref } = yield* BuildBackend.build(yield* input("no-builder"))
          const status = yield* until(ref, (one) => one._tag === "Pending" && one.blocked !== undefined)
          assert(status._tag === "Pending", JSON.stringify(status))
          assert.strictEqual(status.blocked?.reason, "ImagePull")
          assert.match(status.blocked?.upstreamReason ?? "", /^(ErrImagePull|ImagePullBackOff)$/)
          assert.include(status.blocked?.message ?? "", `${Backends.nowhere}/builder:1`)
          yield* BuildBackend.cancel(ref)
          assert.strictEqual((yield* ended(ref))._tag, "Cancelled")
        }))
    }
  )

  it.layer(Backends.custom({ builderImage: Images.builderSetuid }))("a builder image that can map no ids", (it) => {
    it.effect("a real node: a newuidmap that is setuid root is an error of the platform", () =>
      Effect.gen(function*() {
        const { status } = yield* finish(yield* input("setuid"))
        assert(status._tag === "Errored", JSON.stringify(status))
        assert.deepInclude({ ...status }, { reason: "StorageUnavailable", retryable: false })
        assert.include(status.message, "newuidmap")
      }))
  })

  it.layer(Backends.custom({ security: "userns" }))("user namespaces", (it) => {
    it.effect("a real node: builds in a user namespace of the pod", () =>
      Effect.gen(function*() {
        const { gate } = yield* RealNode
        const { ref } = yield* BuildBackend.build(yield* held("userns"))
        yield* said(ref, "waiting")
        const [pod] = yield* podsOf(ref)
        const map = yield* kubectl("exec", pod?.metadata.name ?? "", "-c", "build", "--", "cat", "/proc/1/uid_map")
        // What is root there is somebody without a name on the node.
        const [inside, outside] = map.trim().split(/\s+/).map(Number)
        assert.strictEqual(inside, 0)
        assert.isAbove(outside ?? 0, 65_535)
        yield* gate.release("userns", "go")
        const status = yield* ended(ref)
        assert.strictEqual(status._tag, "Succeeded", JSON.stringify(status))
      }))
  })

  it.layer(Backends.singleNode)("the single-node backend", (it) => {
    it.effect("a real node: two builds of a single node run one after the other", () =>
      Effect.gen(function*() {
        const { gate } = yield* RealNode
        const { ref: first } = yield* BuildBackend.build(yield* held("first"))
        yield* said(first, "waiting")
        const { ref: second } = yield* BuildBackend.build(yield* input("second"))
        const queued = yield* until(second, (one) => one._tag === "Pending" && one.blocked !== undefined)
        assert(queued._tag === "Pending", JSON.stringify(queued))
        assert.strictEqual(queued.blocked?.reason, "Queued")
        yield* gate.release("first", "go")
        assert.strictEqual((yield* ended(first))._tag, "Succeeded")
        assert.strictEqual((yield* ended(second))._tag, "Succeeded")
      }))

    it.effect("a real node: an image is delivered to the storage of the node", () =>
      Effect.gen(function*() {
        const { status } = yield* finish(
          yield* input("delivered", {
            dockerfile: containerfile("RUN echo delivered > /motd"),
            finalImage: { pullspec: "localhost/os/node:3" }
          })
        )
        assert(status._tag === "Succeeded", JSON.stringify(status))
        const images = JSON.parse(fs.readFileSync("/var/lib/containers/storage/overlay-images/images.json", "utf8"))
        assert.include(JSON.stringify(images), "localhost/os/node:3")
        assert.include(JSON.stringify(images), status.image.digest)
      }))
  })
}
