/**
 * A password in every secret of a build on this machine: nobody hears it, sees it meanwhile, or finds it afterwards.
 */
import { assert, layer } from "@effect/vitest"
import { Clock, Effect, Stream } from "effect"
import { BuildBackend, BuildStatus } from "effect-os-builder"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { gunzipSync } from "node:zlib"
import { Ears, heardBy } from "../support/Eavesdropper.js"
import { filesBelow } from "../support/FilesBelow.js"
import * as CurrentBuildah from "./CurrentBuildah.js"
import * as Workplace from "./Workplace.js"

// An older buildah damages what it mounts over.
const secretLines = CurrentBuildah.isChosen()
  ? ["RUN --mount=type=secret,id=token,required=true grep -q staple /run/secrets/token"]
  : []

const { containerfile, nothing, password, user } = Workplace

const put = (name: string, files: Readonly<Record<string, string>>) =>
  Effect.map(Workplace.Workplace, ({ settings }) => {
    const folder = path.join(settings.secretsDirectory, name)
    fs.mkdirSync(folder, { recursive: true })
    for (const [file, content] of Object.entries(files)) fs.writeFileSync(path.join(folder, file), content)
    return name
  })

const auths = (registry: string) => ({
  auths: { [registry]: { username: user, password, auth: Buffer.from(`${user}:${password}`).toString("base64") } }
})

/** What every process on this machine was started with. */
const processes = Effect.sync(() =>
  fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name)).flatMap((pid) =>
    ["cmdline", "environ"].flatMap((file) => {
      try {
        return [`${pid} ${file}: ${fs.readFileSync(`/proc/${pid}/${file}`, "utf8")}`]
      } catch {
        return []
      }
    })
  )
)

const written = (folder: string, since: number): ReadonlyArray<string> =>
  filesBelow(folder, since).map(({ content, path }) => `${path}: ${content}`)

/** Where container tools and programs on the whole leave things. */
const places = [
  "/run/containers",
  "/run/user",
  "/var/tmp",
  "/var/lib/containers",
  ...[".docker", ".config", ".cache", ".local"].map((name) => path.join(os.homedir(), name))
]

const imageOf = (image: string) =>
  Effect.scoped(Effect.gen(function*() {
    const folder = yield* Workplace.pulled(image)
    return fs.readdirSync(folder).map((name) => {
      const bytes = fs.readFileSync(path.join(folder, name))
      return `${name}: ${(bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes).toString("latin1")}`
    })
  }))

layer(Workplace.backend, { excludeTestServices: true, timeout: "5 minutes" })("a password in every secret", (it) => {
  it.effect("a password in every secret: is told to nobody, and left nowhere", () =>
    Effect.gen(function*() {
      const ears = new Ears()
      const since = yield* Clock.currentTimeMillis
      const { closed, gate, settings } = yield* Workplace.Workplace
      const modern = yield* put("canary-modern", { ".dockerconfigjson": JSON.stringify(auths(closed)) })
      const legacy = yield* put("canary-legacy", { ".dockercfg": JSON.stringify(auths(closed).auths) })
      const entitlement = yield* put("canary-entitlement", { "1.pem": password, "1-key.pem": password })
      const mounted = yield* put("canary-mounted", { token: password })
      const held = (name: string, ...lines: ReadonlyArray<string>) =>
        Workplace.input(name, {
          dockerfile: containerfile(
            Workplace.waitAt(gate.url, name),
            "RUN grep -q staple /opt/token/token && grep -q staple /etc/pki/entitlement/1.pem",
            ...secretLines,
            ...lines
          ),
          secrets: [{ id: "token", secretName: mounted }, { id: "unused", secretName: mounted, key: "token" }],
          baseImage: { pullspec: `${closed}/base:1`, secretName: modern },
          finalImage: { pullspec: `${closed}/${name}:1`, secretName: legacy },
          entitlementSecretName: entitlement,
          mounts: [{ kind: "Secret", name: mounted, path: "/opt/token" }],
          retries: 0
        })

      for (
        const [name, lines, ends] of [
          ["canary-well", [], "Succeeded"],
          ["canary-badly", ["RUN env; ps; exit 3"], "Failed"]
        ] as const
      ) {
        const input = yield* held(name, ...lines)
        yield* gate.hold(name)
        const { ref } = yield* BuildBackend.build(input).pipe(heardBy(ears))
        const reached = yield* Stream.runHead(
          Stream.filter(BuildBackend.logs(ref, { follow: true }), (line) => line.includes("wget"))
        )
        assert.strictEqual(reached._tag, "Some")
        ears.heard.push(...yield* processes)
        yield* gate.release(name, "go")
        const statuses = yield* Workplace.collect(BuildBackend.changes(ref)).pipe(heardBy(ears))
        const status = statuses.at(-1)
        assert(status !== undefined && BuildStatus.isTerminal(status))
        const log = yield* Workplace.collect(BuildBackend.logs(ref)).pipe(heardBy(ears))
        assert.strictEqual(status._tag, ends, log.join("\n"))
        ears.tell("statuses", statuses)
        ears.tell("log", log)
        ears.tell("result", yield* Effect.exit(BuildBackend.result(ref).pipe(heardBy(ears))))
        ears.tell("list", yield* BuildBackend.list().pipe(heardBy(ears)))
        ears.heard.push(...written(settings.stateDirectory, 0), ...written(settings.workDirectory, 0))
        if (ends === "Succeeded") ears.heard.push(...yield* imageOf(`${closed}/${name}:1`))
        assert.deepStrictEqual(yield* Workplace.remainsInTheEnd(name), nothing)
      }
      for (const place of places) ears.heard.push(...written(place, since))

      assert.isAbove(ears.heard.length, 100)
      ears.assertSilent([password])
    }))
})
