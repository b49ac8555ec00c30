import { NodeContext } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { BuildBackend, type BuildInput, LocalBuildBackend } from "effect-os-builder"
import * as fs from "node:fs"
import * as path from "node:path"
import { filesBelow } from "../support/FilesBelow.js"
import * as Workplace from "./Workplace.js"

const { containerfile, exec, finish, nothing, password, remains, user } = Workplace

/** `Tag reason`, and `retryable` where it is. */
const told = (status: { readonly _tag: string; readonly reason?: string; readonly retryable?: boolean }): string =>
  [status._tag, status.reason, status.retryable === true ? "retryable" : ""].join(" ").trim()

const secret = (name: string, content: string) =>
  Effect.map(Workplace.Workplace, ({ settings }) => {
    const folder = path.join(settings.secretsDirectory, name)
    fs.mkdirSync(folder, { recursive: true })
    fs.writeFileSync(path.join(folder, ".dockerconfigjson"), content)
    return name
  })

const auths = (registry: string, secret: string) =>
  JSON.stringify({ auths: { [registry]: { auth: Buffer.from(`${user}:${secret}`).toString("base64") } } })

/** Every byte that a build left in the workplace, except what the test itself put there. */
const everythingKept = Effect.map(
  Workplace.Workplace,
  ({ settings }) =>
    [settings.stateDirectory, settings.workDirectory].flatMap((folder) =>
      filesBelow(folder).map(({ content }) => content)
    ).join("\n")
)

const cases: ReadonlyArray<{
  readonly name: string
  readonly input: (at: Workplace.Service) => Partial<BuildInput.Options>
  readonly told: string
  readonly says: RegExp
  readonly exitCode?: number
}> = [
  {
    name: "a RUN that fails",
    input: () => ({ dockerfile: containerfile("RUN echo before; cat /missing") }),
    told: "Failed InstructionFailed",
    says: /^STEP 2\/2: RUN echo before; cat \/missing: exit status 1$/,
    exitCode: 1
  },
  {
    name: "a RUN that ends like a denied push",
    input: () => ({ dockerfile: containerfile("RUN exit 14") }),
    told: "Failed InstructionFailed",
    says: /RUN exit 14: exit status 14/,
    exitCode: 14
  },
  {
    name: "a RUN that speaks of pulls and full disks",
    input: () => ({ dockerfile: containerfile("RUN : \"manifest unknown\": unauthorized: x509: ; exit 125") }),
    told: "Failed InstructionFailed",
    says: /exit status 125/,
    exitCode: 125
  },
  {
    name: "a COPY of nothing",
    // By a variable: a plain name that the context lacks is refused before the build.
    input: () => ({ dockerfile: containerfile("ARG FILE=nothing\nCOPY $FILE /") }),
    told: "Failed InstructionFailed",
    says: /COPY .*nothing/
  },
  {
    name: "a FROM that names nothing",
    input: () => ({ dockerfile: "ARG NOTHING\nFROM ${NOTHING}\n" }),
    told: "Failed ContainerfileInvalid",
    says: /FROM/
  },
  {
    name: "a base that does not exist",
    input: ({ open }) => ({ baseImage: { pullspec: `${open}/missing:1` } }),
    told: "Errored ImageNotFound",
    says: /manifest unknown/
  },
  {
    name: "a base behind a password, without one",
    input: ({ closed }) => ({ baseImage: { pullspec: `${closed}/base:1` } }),
    told: "Errored ImagePullDenied",
    says: /unauthorized|authentication required/
  },
  {
    name: "a base from a registry that is not there",
    input: () => ({ baseImage: { pullspec: "127.0.0.1:9/base:1" }, retries: 0 }),
    told: "Errored ImagePullFailed retryable",
    says: /connection refused/
  },
  {
    name: "another image of the Containerfile that does not exist",
    input: ({ open }) => ({ dockerfile: containerfile(`FROM ${open}/missing:1`) }),
    told: "Errored ImageNotFound",
    says: /manifest unknown/
  },
  {
    name: "a COPY --from a registry that is not there",
    input: () => ({ dockerfile: containerfile("COPY --from=127.0.0.1:9/x:1 /x /x"), retries: 0 }),
    told: "Errored ImagePullFailed retryable",
    says: /127\.0\.0\.1:9\/x:1/
  },
  {
    name: "an ADD from a server that is not there",
    input: () => ({ dockerfile: containerfile("ADD http://127.0.0.1:9/x /x"), retries: 0 }),
    told: "Errored NetworkUnavailable retryable",
    says: /connection refused/
  },
  {
    name: "a push to a registry that is not there",
    input: () => ({ finalImage: { pullspec: "127.0.0.1:9/os:1" }, retries: 0 }),
    told: "Errored PushFailed retryable",
    says: /connection refused/
  },
  {
    name: "a push behind a password, without one",
    input: ({ closed }) => ({ finalImage: { pullspec: `${closed}/os:1` } }),
    told: "Errored PushDenied",
    says: /unauthorized|authentication required/
  },
  {
    name: "a RUN that is killed, nobody knows why",
    input: () => ({ dockerfile: containerfile("RUN kill -9 $$") }),
    told: "Errored Unknown",
    says: /killed/
  },
  {
    name: "a RUN that takes too long",
    input: () => ({ dockerfile: containerfile("RUN sleep 61.9"), timeout: "3 seconds" }),
    told: "Errored Timeout",
    says: /longer than 3s/
  },
  {
    name: "a RUN that leaves a process that takes too long",
    input: () => ({ dockerfile: containerfile("RUN setsid sleep 61.9 & exec sleep 61.9"), timeout: "3 seconds" }),
    told: "Errored Timeout",
    says: /longer than 3s/
  }
]

layer(Workplace.backend, { excludeTestServices: true, timeout: "5 minutes" })("failing", (it) => {
  for (const one of cases) {
    it.effect(`failing: ${one.name} is ${one.told}`, () =>
      Effect.gen(function*() {
        const { log, status } = yield* finish(yield* Workplace.input(one.name, one.input(yield* Workplace.Workplace)))
        assert.strictEqual(told(status), one.told, log.join("\n"))
        assert(status._tag === "Failed" || status._tag === "Errored")
        assert.match(status.message, one.says)
        assert.deepStrictEqual(status.logTail, log.slice(-50))
        if (status._tag === "Failed") assert.strictEqual(status.exitCode, one.exitCode)
        assert.deepStrictEqual(yield* remains("sleep 61.9"), nothing)
      }))
  }

  it.effect("failing: tries again what is retryable, and says which attempt it is", () =>
    Effect.gen(function*() {
      const { ref } = yield* Effect.flatMap(
        Workplace.input("retries", { baseImage: { pullspec: "127.0.0.1:9/base:1" }, retries: 1 }),
        BuildBackend.build
      )
      const attempts = yield* Workplace.collect(BuildBackend.changes(ref))
      assert.deepStrictEqual(
        attempts.filter(({ _tag }) => _tag !== "Pending").map((status) =>
          status._tag === "Running" ? `Running ${status.attempt}` : told(status)
        ),
        ["Running 1", "Running 2", "Errored ImagePullFailed retryable"]
      )
    }))

  it.effect("failing: keeps a wrong password to itself", () =>
    Effect.gen(function*() {
      const { closed, open } = yield* Workplace.Workplace
      const wrong = "wrong-battery-staple"
      const base64 = Buffer.from(`${user}:${wrong}`).toString("base64")
      const secretName = yield* secret("wrong", auths(closed, wrong))
      for (
        const [options, expected] of [
          [{ baseImage: { pullspec: `${closed}/base:1`, secretName } }, "Errored ImagePullDenied"],
          [{ finalImage: { pullspec: `${closed}/wrong:1`, secretName } }, "Errored PushDenied"],
          [{
            dockerfile: containerfile("RUN ps; env; cat /proc/*/environ /proc/*/cmdline; exit 1"),
            baseImage: { pullspec: `${open}/base:1`, secretName }
          }, "Failed InstructionFailed"]
        ] as const
      ) {
        const { log, status } = yield* finish(yield* Workplace.input("password", options))
        assert.strictEqual(told(status), expected)
        for (const secret of [wrong, base64, password]) {
          assert.notInclude(JSON.stringify(status), secret)
          assert.notInclude(log.join("\n"), secret)
          assert.notInclude(yield* everythingKept, secret)
        }
      }
    }))

  it.effect("failing: says when credentials are no use", () =>
    Effect.gen(function*() {
      const { closed } = yield* Workplace.Workplace
      for (
        const content of [
          "not json",
          "null",
          "{\"auths\":{",
          `{"auths":{"${closed}":{"auth":"!"}}}`,
          `{"auths":{"${closed}":{"auth":5}}}`
        ]
      ) {
        const secretName = yield* secret("broken", content)
        const { status } = yield* finish(
          yield* Workplace.input("credentials", {
            finalImage: { pullspec: `${closed}/os:1`, secretName },
            revision: content
          })
        )
        assert.strictEqual(told(status), "Errored CredentialsInvalid", content)
      }
    }))

  it.effect("failing: a refusal says what is wrong with the credentials, for pull and push", () =>
    Effect.gen(function*() {
      const { closed, open } = yield* Workplace.Workplace
      const auth = (text: string) => ({ auth: Buffer.from(text).toString("base64") })
      const unusable =
        `the given credentials have no user and password for ${closed}: auth must be USER:PASSWORD in base64`
      const cases: ReadonlyArray<readonly [auths: object | undefined, reason: string, hint: string]> = [
        [undefined, "Denied", "no credentials were given"],
        [{}, "Denied", `the given credentials have no entry for ${closed}`],
        [{ "quay.io": auth("a:b") }, "Denied", `the given credentials have no entry for ${closed}`],
        // What `docker login` writes where it has a credential helper.
        [{ [closed]: {} }, "CredentialsInvalid", unusable],
        [{ [closed]: auth("token-of-a-robot") }, "CredentialsInvalid", unusable],
        [{ [closed]: { username: "", password: "" }, "quay.io": {} }, "CredentialsInvalid", unusable],
        [
          { [closed]: auth(`${Workplace.user}:${Workplace.password}\n`) },
          "Denied",
          "the given password ends with a line break"
        ]
      ]
      for (const [number, [auths, reason, hint]] of cases.entries()) {
        const secretName = auths && (yield* secret(`refused-${number}`, JSON.stringify({ auths })))
        const image = { pullspec: `${closed}/base:1`, secretName }
        for (
          const [is, options] of [
            ["Push", { finalImage: { ...image, pullspec: `${closed}/refused:1` } }],
            ["ImagePull", { baseImage: image, finalImage: { pullspec: `${open}/refused:1` } }]
          ] as const
        ) {
          const { log, status } = yield* finish(
            yield* Workplace.input("refused", { ...options, revision: `${number}`, retries: 0 })
          )
          assert.strictEqual(told(status), `Errored ${reason === "Denied" ? is : ""}${reason}`, JSON.stringify(auths))
          const text = JSON.stringify(status) + log.join()
          assert.include(text, `(${hint}`)
          assert.notInclude(text, Workplace.password)
          assert.notInclude(text, "token-of-a-robot")
        }
      }
    }))

  it.effect("failing: reports a full disk, whatever filled it", () =>
    Effect.scoped(Effect.gen(function*() {
      const at = yield* Workplace.Workplace
      const workDirectory = path.join(at.folder, "small")
      fs.mkdirSync(workDirectory)
      yield* Effect.acquireRelease(
        exec("mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", workDirectory),
        () => exec("umount", workDirectory)
      )
      const input = yield* Workplace.input("disk", {
        dockerfile: containerfile("RUN dd if=/dev/zero of=/big bs=1M count=64"),
        retries: 0
      })
      const { log, status } = yield* finish(input).pipe(
        Effect.provide(
          LocalBuildBackend.layerWith({ ...at.settings, workDirectory }).pipe(Layer.provide(NodeContext.layer))
        )
      )
      assert.strictEqual(told(status), "Errored OutOfDisk", log.join("\n"))
      assert.deepStrictEqual(fs.readdirSync(workDirectory), [])
    })))

  it.effect("failing: builds with vfs when told to, and says so", () =>
    Effect.gen(function*() {
      const { settings } = yield* Workplace.Workplace
      const { log, status } = yield* finish(yield* Workplace.input("vfs", {})).pipe(
        Effect.provide(
          LocalBuildBackend.layerWith({ ...settings, storage: "vfs" }).pipe(Layer.provide(NodeContext.layer))
        )
      )
      assert.strictEqual(status._tag, "Succeeded", log.join("\n"))
      assert.include(log.join("\n"), "storage vfs")
    }))
})
