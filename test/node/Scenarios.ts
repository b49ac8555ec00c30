/**
 * Builds in the pods of a real node, whatever API server it has joined.
 */
import { assert, layer } from "@effect/vitest"
import { Effect, type Layer, Option, Stream } from "effect"
import { BuildBackend, BuildInput, type BuildRef, BuildStatus, Cluster, ContextUpload } from "effect-os-builder"
import { createHash } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Resources from "../../src/kubernetes/Resources.js"
import {
  collect,
  containerfile,
  exec,
  fileOf,
  finish,
  password,
  repository,
  says,
  temporaryFolder,
  user,
  waitAt
} from "../real/Workplace.js"
import * as Secrets from "../support/Secrets.js"
import * as Backends from "./Backends.js"
import * as Images from "./Images.js"
import { type ApiServer, layer as realNode, RealNode } from "./RealNode.js"

const login = (host: string, word = password) => JSON.stringify(Secrets.dockerConfig(host, user, word))

/** An input that starts from the base and goes to a repository named after the test, both in the open registry. */
const input = (name: string, options: Partial<BuildInput.Options> = {}) =>
  Effect.flatMap(RealNode, ({ open }) =>
    BuildInput.make({
      dockerfile: containerfile("RUN true"),
      baseImage: { pullspec: `${open}/base:1` },
      finalImage: { pullspec: `${open}/${repository(name)}:1` },
      resources: { cpu: "10m", memory: "64Mi", ephemeralStorage: "2Gi" },
      retries: 0,
      ...options
    }))

/** An input whose RUN waits at the gate. */
const held = (name: string, options: Partial<BuildInput.Options> = {}) =>
  Effect.gen(function*() {
    const { gate } = yield* RealNode
    yield* gate.hold(name)
    return yield* input(name, {
      dockerfile: containerfile(`RUN ${says("waiting")}`, waitAt(gate.url, name), `RUN ${says("done")}`),
      ...options
    })
  })

/** The first status of which this is true. */
const until = (ref: BuildRef.BuildRef, is: (status: BuildStatus.BuildStatus) => boolean) =>
  Effect.map(
    Stream.runHead(Stream.filter(BuildBackend.changes(ref), (status) => is(status) || BuildStatus.isTerminal(status))),
    Option.getOrThrow
  )

/** Follows the log until the build says this. */
const said = (ref: BuildRef.BuildRef, line: string) =>
  BuildBackend.logs(ref, { follow: true }).pipe(
    Stream.takeUntil((one) => one === line),
    Stream.runDrain
  )

const podsOf = (ref: BuildRef.BuildRef) =>
  Effect.flatMap(Cluster.Cluster, (cluster) =>
    Effect.map(
      cluster.list(Resources.Pod, { labelSelector: `effect-os-builder/record=${ref.name}` }),
      ({ items }) => items
    ))

const deletePods = (ref: BuildRef.BuildRef) =>
  Effect.gen(function*() {
    const cluster = yield* Cluster.Cluster
    for (const pod of yield* podsOf(ref)) yield* cluster.delete(Resources.Pod, pod.metadata.name)
  })

/** Waits until the node has no container of a pod. */
const gone = (uid: string) =>
  Effect.gen(function*() {
    const { ctr } = yield* RealNode
    yield* ctr("containers", "list", "--quiet", `labels."io.kubernetes.pod.uid"==${uid}`).pipe(
      Effect.tap((list) => list === "" ? Effect.void : Effect.sleep("100 millis")),
      Effect.repeat({ until: (list) => list === "" }),
      Effect.timeout("60 seconds")
    )
  })

const ended = (ref: BuildRef.BuildRef) => until(ref, () => false)

/** Runs all of them on a node that joins this API server. */
export const suite = (name: string, apiServer: Layer.Layer<ApiServer>): void =>
  layer(realNode(apiServer), { excludeTestServices: true, timeout: "3 minutes" })(name, (it) => {
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
          assert.strictEqual(status.reason, "PushDenied")
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
          yield* BuildBackend.cancel(ref)
          assert.strictEqual((yield* ended(ref))._tag, "Cancelled")
          yield* gone(pod?.metadata.uid ?? "")
          assert.deepStrictEqual(yield* podsOf(ref), [])
        }))

      it.effect("a real node: a build whose pod is deleted is an error, and is repeated where it may be", () =>
        Effect.gen(function*() {
          const { gate } = yield* RealNode
          const { ref: once } = yield* BuildBackend.build(yield* held("once"))
          yield* said(once, "waiting")
          yield* deletePods(once)
          const end = yield* ended(once)
          assert(end._tag === "Errored", JSON.stringify(end))
          assert.deepInclude({ ...end }, {
            reason: "Evicted",
            retryable: true,
            upstreamReason: "exit code 143",
            message: "the build was told to stop: its pod was deleted, or evicted from its node"
          })

          const { ref } = yield* BuildBackend.build(yield* held("again", { retries: 1 }))
          yield* said(ref, "waiting")
          yield* deletePods(ref)
          yield* until(ref, (status) => status._tag === "Running" && status.attempt === 2)
          yield* gate.release("again", "go")
          assert.strictEqual((yield* ended(ref))._tag, "Succeeded")
        }))

      it.effect("a real node: a build goes on while its kubelet is killed and started again", () =>
        Effect.gen(function*() {
          const { gate, killKubelet, startKubelet } = yield* RealNode
          const { ref } = yield* BuildBackend.build(yield* held("survivor"))
          yield* said(ref, "waiting")
          yield* killKubelet
          yield* gate.release("survivor", "go")
          yield* startKubelet()
          const status = yield* ended(ref)
          assert.strictEqual(status._tag, "Succeeded", JSON.stringify(status))
          assert.include(yield* collect(BuildBackend.logs(ref)), "done")
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

      it.effect("a real node: a build that fills its volume is out of disk, and its Job makes no other pod", () =>
        Effect.gen(function*() {
          const { ref } = yield* BuildBackend.build(
            yield* input("full", {
              dockerfile: containerfile("RUN dd if=/dev/zero of=/zeros bs=1M count=300; sleep 120"),
              resources: { cpu: "10m", memory: "64Mi", ephemeralStorage: "200Mi" },
              retries: 2
            })
          )
          const status = yield* ended(ref)
          assert(status._tag === "Errored", JSON.stringify(status))
          assert.deepInclude({ ...status }, { reason: "OutOfDisk", retryable: false })
          assert.isAtMost((yield* podsOf(ref)).length, 1)
        }))
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
          assert.strictEqual(status.reason, "StorageUnavailable")
        }))
    })

    it.layer(Backends.custom({ security: "userns" }))("user namespaces", (it) => {
      it.effect("a real node: builds in a user namespace of the pod", () =>
        Effect.gen(function*() {
          const { log, status } = yield* finish(
            yield* input("userns", { dockerfile: containerfile("RUN id -u; sleep 0.2") })
          )
          assert.strictEqual(status._tag, "Succeeded", JSON.stringify(status) + log.join("\n"))
          assert.include(log, "0")
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

    it.effect("a real node: kubectl has the log of a pod, runs a command in it and forwards its port", () =>
      Effect.gen(function*() {
        const { kubeconfigPath } = yield* RealNode
        const kubectl = (...args: ReadonlyArray<string>) => exec("kubectl", "--kubeconfig", kubeconfigPath, ...args)
        yield* kubectl(
          "run",
          "web",
          `--image=${Images.base}`,
          "--restart=Never",
          "--",
          "sh",
          "-c",
          "echo up; mkdir /www; echo page > /www/index.html; httpd -f -p 8080 -h /www"
        )
        yield* kubectl("wait", "--for=condition=Ready", "pod/web", "--timeout=60s")
        assert.strictEqual(yield* kubectl("logs", "web"), "up\n")
        assert.strictEqual(yield* kubectl("exec", "web", "--", "cat", "/www/index.html"), "page\n")
        yield* kubectl("delete", "pod", "web", "--grace-period=1")
      }))

    it.layer(Backends.custom())("a node under pressure", (it) => {
      it.effect("a real node: a build that it evicts under memory pressure is repeated", () =>
        Effect.gen(function*() {
          const { killKubelet, startKubelet } = yield* RealNode
          const { ref } = yield* BuildBackend.build(yield* held("evicted"))
          yield* said(ref, "waiting")
          yield* killKubelet
          yield* startKubelet({ evictionHard: { "memory.available": "99.9%" }, evictionPressureTransitionPeriod: "1s" })
          const status = yield* ended(ref)
          assert(status._tag === "Errored", JSON.stringify(status))
          assert.deepInclude({ ...status }, { reason: "Evicted", retryable: true })
          assert.notInclude(status.logTail.join("\n"), "unable to retrieve container logs")
          yield* killKubelet
          yield* startKubelet()
        }))
    })
  })
