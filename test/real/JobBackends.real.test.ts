/**
 * The backends that run Jobs, with real buildah in real pods' processes: the Job that they make, on a fake cluster whose
 * node runs the containers of its pods on this machine.
 */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { BuildInput } from "effect-os-builder"
import { createHash } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"
import { suite } from "../BackendSuite.js"
import * as Secrets from "../support/Secrets.js"
import { backend } from "./RealJobs.js"
import * as Workplace from "./Workplace.js"

const { containerfile, exec, fileOf, finish, password, user } = Workplace

const login = (host: string) => Secrets.dockerConfig(host, user, password)

/** The name at the gate of an input: that of its final image's repository. */
const gateName = ({ finalImage }: BuildInput.BuildInput) =>
  finalImage.pullspec.split("/").at(-1)?.replace(/:.*/, "") ?? ""

suite({
  name: "a Job with real buildah",
  layer: backend({}),
  live: true,
  timeout: "2 minutes",
  input: (name, ends) =>
    Effect.gen(function*() {
      const { gate } = yield* Workplace.Workplace
      return yield* Workplace.input(name, {
        dockerfile: containerfile(
          Workplace.waitAt(gate.url, Workplace.repository(name)),
          ends === "well" ? "RUN echo done" : "RUN echo broken; exit 3"
        ),
        retries: 0
      })
    }).pipe(Effect.orDie),
  hold: (input) => Effect.flatMap(Workplace.Workplace, ({ gate }) => gate.hold(gateName(input))),
  release: ({ input }, ending) =>
    Effect.flatMap(
      Workplace.Workplace,
      ({ gate }) => gate.release(gateName(input), ending === "succeeds" ? "go" : "die")
    ),
  pullSecret: (name) => Effect.orDie(Secrets.create(name, { ".dockerconfigjson": "{\"auths\":{}}" })),
  advance: Effect.sleep("200 millis")
})

layer(backend({}), { excludeTestServices: true, timeout: "5 minutes" })("a build pod", (it) => {
  it.effect("a build pod: pulls and pushes with a secret each, and shows a RUN what it is to see", () =>
    Effect.gen(function*() {
      const { closed } = yield* Workplace.Workplace
      yield* Secrets.create("pulls", { ".dockerconfigjson": JSON.stringify(login(closed)) })
      yield* Secrets.create("pushes", { ".dockercfg": JSON.stringify(login(closed).auths) })
      yield* Secrets.create("entitlement", { "entitlement.pem": "entitled" })
      yield* Secrets.create("token", { "token": "let me in" })
      const bytes = Uint8Array.from({ length: 1_200_000 }, (_, index) => (index * index) % 251)
      const given = yield* BuildInput.make({
        dockerfile: containerfile(
          "COPY [\"big file\", \"/big\"]",
          "RUN md5sum /big; cat /etc/pki/entitlement/entitlement.pem /opt/token/token | md5sum; sleep 0.2"
        ),
        baseImage: { pullspec: `${closed}/base:1`, secretName: "pulls" },
        finalImage: { pullspec: `${closed}/pod:1`, secretName: "pushes" },
        entitlementSecretName: "entitlement",
        mounts: [{ kind: "Secret", name: "token", path: "/opt/token" }],
        context: { "big file": bytes }
      })
      const { log, status } = yield* finish(given)
      assert(status._tag === "Succeeded", JSON.stringify(status) + log.join("\n"))
      assert.include(log, `${createHash("md5").update(bytes).digest("hex")}  /big`)
      assert.include(log, `${createHash("md5").update("entitledlet me in").digest("hex")}  -`)
      assert.isUndefined(yield* fileOf(status.image.pullspec, "opt/token/token"))
      const text = log.join("\n")
      for (const hidden of [password, "let me in", "entitled"]) assert.notInclude(text, hidden)
    }))

  it.effect("a build pod: reads dollars as they are given", () =>
    Effect.gen(function*() {
      const { open } = yield* Workplace.Workplace
      const given = yield* Workplace.input("dollars", {
        dockerfile: containerfile("RUN printf %s \"$NO_PROXY\" > /no-proxy"),
        proxy: { noProxy: `127.0.0.1,${open},$(OSB_WORK_DIR),$$HOME` }
      })
      const { status } = yield* finish(given)
      assert(status._tag === "Succeeded", JSON.stringify(status))
      const { content } = (yield* fileOf(status.image.pullspec, "no-proxy")) ?? { content: "" }
      assert.strictEqual(content, given.proxy?.noProxy)
    }))

  it.effect("a build pod: says in its status what the registry said", () =>
    Effect.gen(function*() {
      const { closed } = yield* Workplace.Workplace
      const given = yield* Workplace.input("denied", {
        finalImage: { pullspec: `${closed}/denied:1` },
        dockerfile: containerfile("RUN true")
      })
      const { status } = yield* finish(given)
      assert(status._tag === "Errored")
      assert.strictEqual(status.reason, "PushDenied")
      assert.match(status.message, /unauthorized|authentication required/)
      assert.isNotEmpty(status.logTail)
    }))
})

layer(backend({ name: "single-node", deliversToNode: true }), { excludeTestServices: true, timeout: "5 minutes" })(
  "a build pod on a single node",
  (it) => {
    it.effect("a build pod on a single node: delivers an image to the storage of the node, by the digest that it tells", () =>
      Effect.gen(function*() {
        const { folder, open } = yield* Workplace.Workplace
        const node = path.join(folder, "pods/node")
        const storage = path.join(node, "var/lib/containers/storage")
        const run = path.join(node, "run/containers/storage")
        for (const directory of [storage, run]) fs.mkdirSync(directory, { recursive: true })
        const given = yield* BuildInput.make({
          dockerfile: containerfile("RUN echo delivered > /motd"),
          baseImage: { pullspec: `${open}/base:1` },
          finalImage: { pullspec: "localhost/os/node:3" }
        })
        const { log, status } = yield* finish(given)
        assert(status._tag === "Succeeded", JSON.stringify(status) + log.join("\n"))
        assert.strictEqual(status.image.pullspec, `localhost/os/node@${status.image.digest}`)
        const buildah = (...args: ReadonlyArray<string>) =>
          exec("buildah", "--root", storage, "--runroot", run, "--storage-driver", "overlay", ...args)
        assert.include(yield* buildah("images", "--digests"), "localhost/os/node")
        assert.include(yield* buildah("images", "--digests"), status.image.digest)
        const container = (yield* buildah("from", ...Workplace.limits, "--pull-never", "localhost/os/node:3")).trim()
        assert.include(yield* buildah("run", "--isolation", "chroot", container, "cat", "/motd"), "delivered")
        yield* buildah("rm", container)
        assert.isTrue(log.some((line) => line.includes("delivered localhost/os/node:3 to the node")))
      }))
  }
)
