/**
 * Puts a canary into every secret, uploaded file, kubeconfig, token and header, and asserts that it is in no log, error or object.
 */
import { assert, describe, it } from "@effect/vitest"
import { Cause, Chunk, Effect, Exit, Option, type Scope, Stream } from "effect"
import {
  BackendSelection,
  BuildBackend,
  BuildInput,
  Cluster,
  ContextUpload,
  CustomBuildBackend,
  OpenShiftBuildBackend,
  SingleNodeBuildBackend
} from "effect-os-builder"
import * as FakeCluster from "effect-os-builder/FakeCluster"
import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
import * as fs from "node:fs"
import * as net from "node:net"
import { tmpdir } from "node:os"
import * as path from "node:path"
import { inspect } from "node:util"
import * as FakeApiServer from "../../src/fake/apiserver/FakeApiServer.js"
import type { JsonObject } from "../../src/kubernetes/client/ApiRequest.js"
import * as Resources from "../../src/kubernetes/Resources.js"
import { Ears, heardBy } from "../support/Eavesdropper.js"
import * as FastClock from "../support/FastClock.js"
import * as Secrets from "../support/Secrets.js"
import * as TestServer from "../support/TestServer.js"

const canary = "correct-horse-battery-staple"

const folder: Effect.Effect<string, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(() => fs.mkdtempSync(path.join(tmpdir(), "canary-"))),
  (made) => Effect.sync(() => fs.rmSync(made, { recursive: true }))
)

const secret = (name: string, type: string, data: Readonly<Record<string, string>>): JsonObject => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name, namespace: "default" },
  type,
  data: Secrets.encoded(data)
})

const auths = {
  "registry.example.com": { username: "u", password: canary, auth: Buffer.from(`u:${canary}`).toString("base64") }
}

const secrets = [
  secret("pull", "kubernetes.io/dockerconfigjson", { ".dockerconfigjson": JSON.stringify({ auths }) }),
  secret("push", "kubernetes.io/dockercfg", { ".dockercfg": JSON.stringify(auths) }),
  secret("entitlement", "Opaque", { "1.pem": canary }),
  secret("mounted", "Opaque", { token: canary }),
  secret("for-run", "Opaque", { token: canary, other: canary }),
  secret("git-password", "kubernetes.io/basic-auth", { username: "u", password: canary }),
  secret("git-key", "kubernetes.io/ssh-auth", {
    "ssh-privatekey": `-----BEGIN OPENSSH PRIVATE KEY-----\n${btoa(canary)}\n-----END OPENSSH PRIVATE KEY-----\n`,
    known_hosts: "git.example.com ssh-ed25519 AAAA"
  })
]

const git = {
  "git-over-https": { url: "https://git.example.com/acme/os.git", ref: "main", secretName: "git-password" },
  "git-over-ssh": { url: "git@git.example.com:acme/os.git", ref: "main", secretName: "git-key" }
}

const input = (name: string, backend: string, more: Partial<BuildInput.Options> = {}) =>
  BuildInput.make({
    dockerfile: `ARG BASE_IMAGE\nFROM \${BASE_IMAGE}\nRUN --mount=type=secret,id=token ${name}`,
    // OpenShift's builder has none.
    ...(backend === "openshift" ? {} : { secrets: [{ id: "token", secretName: "for-run" }] }),
    baseImage: { pullspec: "registry.example.com/base:1", secretName: "pull" },
    finalImage: { pullspec: `registry.example.com/${name}:1`, secretName: "push" },
    entitlementSecretName: "entitlement",
    mounts: [{ kind: "Secret", name: "mounted", path: "/run/mounted" }],
    retries: 0,
    ...more
  })

/** A folder whose content nobody but the pod is to get. */
const uploaded = Effect.tap(folder, (directory) =>
  Effect.sync(() => {
    fs.mkdirSync(path.join(directory, "etc"))
    fs.writeFileSync(path.join(directory, "etc/token"), canary)
    fs.writeFileSync(path.join(directory, "many"), `${canary}\n`.repeat(100_000))
  }))

const platforms = [
  { name: "openshift", options: { openShift: {} }, make: OpenShiftBuildBackend.make() },
  { name: "custom", options: {}, make: CustomBuildBackend.make() },
  {
    name: "single-node",
    options: { openShift: { topology: "SingleReplica" } },
    make: SingleNodeBuildBackend.make({ outageTimeout: 0 })
  }
] as const

describe("a full run", () => {
  for (const { make, name, options } of platforms) {
    it.scopedLive(`of ${name}: leaks no credentials`, () =>
      Effect.gen(function*() {
        const ears = new Ears()
        const place = yield* folder
        const { control, plane } = yield* FakeCluster.make(options)
        yield* control.seed(...secrets)
        // A proxy with a password.
        if (name !== "custom") {
          const proxy = `http://user:${canary}@proxy.example.com:3128`
          yield* control.seed({
            apiVersion: "config.openshift.io/v1",
            kind: "Proxy",
            metadata: { name: "cluster" },
            spec: { httpProxy: proxy },
            status: { httpProxy: proxy, httpsProxy: proxy, noProxy: ".svc" }
          })
        }
        const served = yield* FakeApiServer.serve(plane)
        const kubeconfig = path.join(place, "config")
        fs.writeFileSync(kubeconfig, served.kubeconfig, { mode: 0o600 })
        const seen = plane.gateway.requests.length

        const cluster = yield* KubernetesCluster.make({ kubeconfig }).pipe(heardBy(ears))
        const backend = yield* Effect.provideService(make, Cluster.Cluster, cluster)
        const all = <A, E>(effect: Effect.Effect<A, E, BuildBackend.BuildBackend | Cluster.Cluster>) =>
          effect.pipe(
            Effect.provideService(BuildBackend.BuildBackend, backend),
            Effect.provideService(Cluster.Cluster, cluster),
            heardBy(ears),
            Effect.tap((value) => Effect.sync(() => ears.tell("answer", value))),
            Effect.exit
          )

        yield* all(
          BackendSelection.probe([
            BackendSelection.singleNode(),
            BackendSelection.openShift(),
            BackendSelection.custom()
          ])
        )
        yield* control.outcome(FakeCluster.containerfileFails({ exitCode: 3 }), {
          finalImage: "registry.example.com/bad:1"
        })
        yield* control.outcome(FakeCluster.held, { finalImage: "registry.example.com/held:1" })
        for (const image of ["good", "bad", "held"]) {
          const wanted = yield* input(image, name)
          const made = yield* all(BuildBackend.build(wanted))
          assert(Exit.isSuccess(made), Exit.isFailure(made) ? Cause.pretty(made.cause) : "")
          const { ref } = made.value
          if (image === "held") {
            yield* all(BuildBackend.cancel(ref))
          } else {
            yield* all(BuildBackend.run(wanted))
            yield* all(Stream.runCollect(BuildBackend.events(wanted)))
          }
          yield* all(Stream.runCollect(BuildBackend.changes(ref)))
          yield* all(Stream.runCollect(BuildBackend.logs(ref, { follow: true })))
          yield* all(BuildBackend.status(ref))
        }
        // OpenShift takes no uploads.
        const contexts: ReadonlyArray<readonly [string, NonNullable<BuildInput.Options["context"]>]> = [
          ...Object.entries(git).map(([image, git]) => [image, { git }] as const),
          [
            "files-of-an-image",
            { image: { pullspec: `registry.example.com/files@sha256:${"1f".repeat(32)}`, secretName: "pull" } }
          ],
          ["uploaded", yield* ContextUpload.read(yield* uploaded)]
        ]
        for (const [image, context] of contexts) {
          const wanted = yield* input(image, name, { context })
          const built = yield* all(BuildBackend.run(wanted))
          if (name === "openshift" && image === "uploaded") {
            assert.isTrue(Exit.isFailure(built))
            continue
          }
          assert(Exit.isSuccess(built), Exit.isFailure(built) ? Cause.pretty(built.cause) : "")
          yield* all(Stream.runCollect(BuildBackend.events(wanted)))
        }
        const cuts = { cut: FakeCluster.drop, forbidden: FakeCluster.status(403, "Forbidden", "no") }
        for (const [image, fault] of Object.entries(cuts)) {
          const lift = yield* control.fail({ resource: "pods/attach" }, fault)
          const context = yield* ContextUpload.read(yield* uploaded)
          const wanted = yield* input(image, name, { context, pendingTimeout: "1 minute" })
          assert.isTrue(Exit.isFailure(yield* all(BuildBackend.run(wanted))))
          yield* lift
        }
        const changing = yield* uploaded
        const changed = yield* input("changed", name, { context: yield* ContextUpload.read(changing) })
        fs.appendFileSync(path.join(changing, "etc/token"), canary)
        assert.isTrue(Exit.isFailure(yield* all(BuildBackend.run(changed))))
        // A password where none belongs.
        for (const url of [`https://u:${canary}@git.example.com/os.git`, `ssh://u:${canary}@git.example.com/os.git`]) {
          assert.isTrue(Exit.isFailure(yield* all(input("misplaced", name, { context: { git: { url } } }))))
        }
        // Further runs with faults.
        const wanted = yield* input("good", name)
        const faults = [
          FakeCluster.status(403, "Forbidden", "no"),
          FakeCluster.status(422, "Invalid", "no"),
          FakeCluster.internalError(),
          FakeCluster.drop,
          FakeCluster.loseResponse
        ]
        for (const fault of faults) {
          const lift = yield* control.fail({}, fault)
          const failed = yield* all(BuildBackend.build(wanted, { again: true }))
          assert.isTrue(Exit.isFailure(failed))
          yield* all(cluster.get(Resources.Secret, "pull"))
          yield* lift
        }
        // Only the name of a secret is read.
        const read = yield* all(cluster.get(Resources.Secret, "pull"))
        assert.isTrue(Exit.isSuccess(read))
        const attaches = plane.gateway.requests.filter(({ path }) => path.endsWith("/attach"))
        assert.strictEqual(attaches.length > 0, name !== "openshift")
        const list = yield* all(BuildBackend.list())
        assert(Exit.isSuccess(list))
        assert.isAtLeast(list.value.length, 3)

        const written = (yield* control.objects()).filter(({ kind }) => kind !== "Secret" && kind !== "Proxy")
        assert.isTrue(written.some(({ kind }) => kind === "Pod"))
        ears.heard.push(`objects: ${JSON.stringify(written)}`)
        for (const { body, path, query } of plane.gateway.requests.slice(seen)) {
          ears.heard.push(`request: ${JSON.stringify([path, query, body])}`)
        }
        for (const summary of list.value) yield* all(BuildBackend.remove(summary.ref))
        ears.heard.push(`environment: ${inspect(process.env)}`, `arguments: ${process.argv.join(" ")}`)
        assert.deepStrictEqual(fs.readdirSync(place), ["config"])

        assert.isAbove(ears.spans.filter(({ name }) => name.startsWith("Cluster.")).length, 50)
        assert.isAbove(ears.heard.length, 200)
        ears.assertSilent([canary, served.token])
      }).pipe(Effect.withClock(FastClock.make(20))), 120_000)
  }

  it("a full run: the check itself finds a canary", () => {
    const ears = new Ears()
    ears.tell(
      "x",
      new Error("no", { cause: { headers: { authorization: Buffer.from(`ab:${canary}`).toString("base64") } } })
    )
    assert.throws(() => ears.assertSilent([canary]))
    assert.doesNotThrow(() => new Ears().assertSilent([canary]))
  })
})

// --- what goes wrong with a kubeconfig ---

const config = (cluster: object, user: object): string =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "c",
    contexts: [{ name: "c", context: { cluster: "c", user: "c" } }],
    clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:1", ...cluster } }],
    users: [{ name: "c", user }]
  })

/** The plugin gets its secret from its environment, or from its arguments as plugins for OpenID Connect do. */
const plugin = (script: string) => ({
  exec: {
    apiVersion: "client.authentication.k8s.io/v1",
    command: process.execPath,
    args: ["-e", script, canary],
    env: [{ name: "SECRET", value: canary }],
    interactiveMode: "Never"
  }
})

const past = Math.floor(Date.UTC(2020, 0, 1) / 1000)
const jwt = [{ alg: "none" }, { exp: past, sub: canary }].map((part) =>
  Buffer.from(JSON.stringify(part)).toString("base64url")
).join(".")

const kubeconfigs: Readonly<Record<string, string>> = {
  "that is not YAML": `apiVersion: v1\nusers:\n- name: c\n  user:\n    token: ${canary}\n   bad: indentation\n`,
  "with an unterminated token": `users:\n- name: c\n  user:\n    token: "${canary}\n`,
  "that consists of a token": canary,
  "with a token instead of users": JSON.stringify({ users: canary, clusters: canary, contexts: canary }),
  "with a token instead of a user": JSON.stringify({ users: [canary], clusters: [canary], contexts: [canary] }),
  "with a token for a server that refuses connections": config({}, { token: canary }),
  "with a token of two lines": config({}, { token: `${canary}\n${canary}` }),
  "with a password": config({}, { username: "u", password: canary }),
  "with a password in its server URL": config({ server: `https://user:${canary}@127.0.0.1:1` }, {}),
  "with a password in an invalid server URL": config({ server: `https://user:${canary}@host:port` }, {}),
  "with a password in a server URL of another protocol": config({ server: `ftp://user:${canary}@127.0.0.1` }, {}),
  "with a password in a server URL without TLS": config({ server: `http://user:${canary}@127.0.0.1:1` }, {}),
  "with a password in its proxy URL": config({ "proxy-url": `http://user:${canary}@127.0.0.1:1` }, { token: canary }),
  "with a password in an unsupported proxy URL": config({ "proxy-url": `gopher://user:${canary}@127.0.0.1:1` }, {}),
  "with a key that is none": config({}, {
    "client-certificate-data": Buffer.from(canary).toString("base64"),
    "client-key-data": Buffer.from(canary).toString("base64")
  }),
  "with a missing key file": config({}, { "client-key": `/nowhere`, token: canary }),
  "with a plugin that prints only its token": config({}, plugin("console.log(process.env.SECRET)")),
  "with a plugin that prints a part of an answer": config(
    {},
    plugin("console.log(JSON.stringify({ status: { token: process.env.SECRET } }).slice(0, -1))")
  ),
  "with a plugin that prints no credentials": config({}, plugin("console.log('{}')")),
  "with a plugin that fails": config({}, plugin("process.exit(3)")),
  "with a plugin whose token nobody takes": config(
    {},
    plugin("console.log(JSON.stringify({ status: { token: process.env.SECRET } }))")
  ),
  "with a plugin that is not there": config({}, {
    exec: {
      apiVersion: "client.authentication.k8s.io/v1",
      command: "/nowhere",
      args: [canary],
      interactiveMode: "Never"
    }
  }),
  "with an identity provider that is away": config({}, {
    "auth-provider": {
      name: "oidc",
      config: {
        "id-token": `${jwt}.${canary}`,
        "refresh-token": canary,
        "client-id": "id",
        "client-secret": canary,
        "idp-issuer-url": "https://127.0.0.1:1"
      }
    }
  })
}

const request = (kubeconfig: string, ears: Ears) =>
  Effect.scoped(Effect.gen(function*() {
    const cluster = yield* KubernetesCluster.make({ kubeconfig, timeout: "5 seconds" })
    yield* cluster.create(Resources.Pod, { metadata: { generateName: "a" } })
    return yield* cluster.groups
  })).pipe(heardBy(ears), Effect.exit, Effect.withClock(FastClock.make(20)))

describe("a kubeconfig", () => {
  for (const [what, text] of Object.entries(kubeconfigs)) {
    it.scopedLive(`${what}: leaks no credentials`, () =>
      Effect.gen(function*() {
        const ears = new Ears()
        const kubeconfig = path.join(yield* folder, "config")
        fs.writeFileSync(kubeconfig, text)
        const exit = yield* request(kubeconfig, ears)
        assert(Exit.isFailure(exit))
        assert.isTrue(Option.isSome(Cause.failureOption(exit.cause)), Cause.pretty(exit.cause))
        assert.isTrue(Chunk.isEmpty(Cause.defects(exit.cause)), Cause.pretty(exit.cause))
        ears.assertSilent([canary])
      }), 60_000)
  }

  it.scopedLive("with a server that echoes headers: leaks no credentials", () =>
    Effect.gen(function*() {
      const ears = new Ears()
      const heard: Array<string> = []
      const server = yield* Effect.acquireRelease(
        Effect.async<net.Server>((resume) => {
          const made = net.createServer((socket) => {
            socket.on("error", () => {})
            socket.on("data", (bytes) => {
              heard.push(bytes.toString())
              socket.end(bytes)
            })
          })
          made.listen(0, "127.0.0.1", () => resume(Effect.succeed(made)))
        }),
        (made) => Effect.sync(() => made.close())
      )
      const address = server.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      const config = TestServer.config(`http://127.0.0.1:${port}`, (options) => {
        options["headers"] = { Authorization: `Bearer ${canary}` }
      })
      const exit = yield* KubernetesCluster.fromKubeConfig(config, { timeout: "5 seconds" }).pipe(
        Effect.flatMap((cluster) => cluster.groups),
        heardBy(ears),
        Effect.exit
      )
      assert(Exit.isFailure(exit))
      assert.include(heard.join(""), canary, "the server did not hear it")
      ears.assertSilent([canary])
    }))
})
