import { NodeContext } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { LocalBuildBackend } from "effect-os-builder"
import * as dns from "node:dns/promises"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import * as Workplace from "./Workplace.js"

const { exec, finish } = Workplace

/** A name of loopback by which it is not known as such: only there TLS is asked for. */
const nameOfLoopback = Effect.gen(function*() {
  const name = os.hostname()
  const { address } = yield* Effect.promise(() => dns.lookup(name, { family: 4 }))
  assert.strictEqual(address, "127.0.0.1", `/etc/hosts has to call 127.0.0.1 ${name}`)
  return name
})

layer(Workplace.backend, { excludeTestServices: true, timeout: "5 minutes" })("trusting", (it) => {
  it.scoped("trusting: a registry with a certificate of the trust bundle, and no other", () =>
    Effect.gen(function*() {
      const { folder, open, settings } = yield* Workplace.Workplace
      const name = yield* nameOfLoopback
      const certificate = path.join(settings.configMapsDirectory, "authority", "ca-bundle.crt")
      fs.mkdirSync(path.dirname(certificate), { recursive: true })
      const key = path.join(folder, "key.pem")
      yield* exec(
        ...["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", key] as const,
        ...["-out", certificate, "-subj", `/CN=${name}`, "-addext", `subjectAltName=DNS:${name}`]
      )
      const config = path.join(folder, "secure")
      const host = yield* Workplace.registry(config, name, `  tls: { certificate: "${certificate}", key: "${key}" }`)
      const images = {
        baseImage: { pullspec: `${open}/base:1` },
        finalImage: { pullspec: `${host}/trusted:1` }
      }
      const pushed = yield* finish(
        yield* Workplace.input("trusted", { ...images, trustBundle: { configMapName: "authority" } })
      )
      assert.strictEqual(pushed.status._tag, "Succeeded", pushed.log.join("\n"))
      const pulled = yield* finish(
        yield* Workplace.input("trusted too", {
          baseImage: images.finalImage,
          finalImage: images.finalImage,
          trustBundle: { configMapName: "authority" }
        })
      )
      assert.strictEqual(pulled.status._tag, "Succeeded", pulled.log.join("\n"))
      const { log, status } = yield* finish(yield* Workplace.input("untrusted", images))
      assert(status._tag === "Errored", log.join("\n"))
      assert.strictEqual(status.reason, "PushDenied")
      assert.match(status.message, /x509/)
    }))

  it.scoped("trusting: plain HTTP beyond loopback only where a setting names the registry", () =>
    Effect.gen(function*() {
      const { open, settings } = yield* Workplace.Workplace
      const host = open.replace("127.0.0.1", yield* nameOfLoopback)
      const input = yield* Workplace.input("insecure", {
        baseImage: { pullspec: `${host}/base:1` },
        finalImage: { pullspec: `${host}/insecure:1` }
      })
      const { status } = yield* finish(input)
      assert(status._tag === "Errored")
      assert.strictEqual(status.reason, "ImagePullDenied")
      assert.match(status.message, /HTTP response to HTTPS client/)
      const named = yield* finish(input).pipe(
        Effect.provide(
          LocalBuildBackend.layerWith({ ...settings, insecureRegistries: [host] }).pipe(
            Layer.provide(NodeContext.layer)
          )
        )
      )
      assert.strictEqual(named.status._tag, "Succeeded", named.log.join("\n"))
    }))
})
