/**
 * Builds in the pods of a real node.
 */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { BuildInput, Cluster, CustomBuildBackend } from "effect-os-builder"
import { createHash } from "node:crypto"
import * as Resources from "../../src/kubernetes/Resources.js"
import { containerfile, fileOf, finish, password, repository, user } from "../real/Workplace.js"
import * as Images from "./Images.js"
import { fake, layer as realNode, RealNode } from "./RealNode.js"

const secret = (name: string, data: Record<string, string>) =>
  Effect.flatMap(
    Cluster.Cluster,
    (cluster) =>
      cluster.create(Resources.Secret, {
        metadata: { name },
        data: Object.fromEntries(
          Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString("base64")])
        )
      })
  )

const login = (host: string, word = password) =>
  JSON.stringify({ auths: { [host]: { auth: Buffer.from(`${user}:${word}`).toString("base64") } } })

const small = { cpu: "10m", memory: "64Mi", ephemeralStorage: "2Gi" }

const backend = (settings: CustomBuildBackend.Settings = {}) =>
  Layer.unwrapEffect(Effect.map(RealNode, ({ closed, open }) =>
    CustomBuildBackend.layerWith({
      builderImage: Images.builder,
      insecureRegistries: [open, closed],
      ...settings
    })))

/** An input that starts from the base and goes to a repository named after the test, both in the open registry. */
const input = (name: string, options: Partial<BuildInput.Options>) =>
  Effect.flatMap(RealNode, ({ open }) =>
    BuildInput.make({
      dockerfile: containerfile("RUN true"),
      baseImage: { pullspec: `${open}/base:1` },
      finalImage: { pullspec: `${open}/${repository(name)}:1` },
      resources: small,
      ...options
    }))

layer(realNode(fake), { excludeTestServices: true, timeout: "3 minutes" })("a real node", (it) => {
  it.layer(backend())("builds", (it) => {
    it.effect("a real node: runs a build with heredocs, secrets, a ConfigMap and a context, and has its log", () =>
      Effect.gen(function*() {
        const { closed } = yield* RealNode
        yield* secret("pulls", { ".dockerconfigjson": login(closed) })
        yield* secret("pushes", { ".dockerconfigjson": login(closed) })
        yield* secret("token", { token: "let me in" })
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
  })
})
