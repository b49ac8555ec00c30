import { NodeContext } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { BuildBackend, LocalBuildBackend } from "effect-os-builder"
import * as fs from "node:fs"
import * as path from "node:path"
import * as CurrentBuildah from "./CurrentBuildah.js"
import * as Workplace from "./Workplace.js"

const { containerfile, fileOf, finish, inspect, layersOf, nothing, password, user } = Workplace

const awkward = "a\"b 'c' $(id) `id` ${HOME} \\n \\ é\n\n  second line\n\n"

/** A folder of the workplace that represents a Secret or ConfigMap. */
const put = (kind: "secretsDirectory" | "configMapsDirectory", name: string, files: Record<string, string>) =>
  Effect.map(Workplace.Workplace, ({ settings }) => {
    const folder = path.join(settings[kind], name)
    fs.mkdirSync(folder, { recursive: true })
    for (const [key, content] of Object.entries(files)) fs.writeFileSync(path.join(folder, key), content)
  })

const setPath = (path: string | undefined) => {
  process.env["PATH"] = path
}

/** Finds programs in a folder before those of PATH. Returns what PATH was. */
const putBeforePath = (folder: string) => {
  const before = process.env["PATH"]
  setPath(`${folder}:${before}`)
  return before
}

layer(Workplace.backend, { excludeTestServices: true, timeout: "5 minutes" })("building", (it) => {
  it.effect("building: pushes an image whose digest the registry confirms, and adopts it at once", () =>
    Effect.gen(function*() {
      const input = yield* Workplace.input("digest", { dockerfile: containerfile("RUN echo hello > /hello") })
      const { ref, status } = yield* finish(input)
      assert(status._tag === "Succeeded", JSON.stringify(status))
      assert.strictEqual(status.image.tag, input.finalImage.pullspec)
      const pushed = yield* inspect(input.finalImage.pullspec)
      assert.strictEqual(pushed.Digest, status.image.digest)
      assert.strictEqual(pushed.Architecture, status.image.architecture)
      assert.strictEqual((yield* fileOf(status.image.pullspec, "hello"))?.content, "hello\n")
      const before = performance.now()
      assert.deepStrictEqual(yield* BuildBackend.build(input), { ref, adopted: true })
      assert.deepStrictEqual(yield* BuildBackend.status(ref), status)
      assert.isBelow(performance.now() - before, 500)
      assert.deepStrictEqual(yield* Workplace.remainsInTheEnd("no such pattern"), nothing)
    }))

  it.effect("building: hands on build arguments, labels and context files byte for byte", () =>
    Effect.gen(function*() {
      const bytes = Uint8Array.from({ length: 256 }, (_, index) => index)
      const input = yield* Workplace.input("bytes", {
        dockerfile: containerfile(
          "ARG AWKWARD",
          "ARG BASE_IMAGE",
          "ARG EMPTY=not",
          "RUN printf %s \"$AWKWARD\" > /argument; printf '<%s>' \"$EMPTY\" > /empty; printf %s \"$BASE_IMAGE\" > /base",
          "COPY . /context/",
          "COPY [\"a file name ü.txt\", \"/renamed\"]"
        ),
        buildArgs: { AWKWARD: awkward, EMPTY: "" },
        imageLabels: { awkward, "two words": "=" },
        context: {
          "a file name ü.txt": awkward,
          "it's \"one\" $HOME": "quoted",
          "deep/er/run me": { content: "#!/bin/sh\n", mode: 0o750 },
          bytes,
          empty: "",
          ".dockerignore": "ignored\n",
          ignored: "x"
        }
      })
      const { status } = yield* finish(input)
      assert(status._tag === "Succeeded", JSON.stringify(status))
      const { pullspec } = status.image
      const content = (file: string) => Effect.map(fileOf(pullspec, file), (found) => found?.content)
      assert.strictEqual(yield* content("argument"), awkward)
      assert.strictEqual(yield* content("empty"), "<>")
      assert.strictEqual(yield* content("base"), input.baseImage?.pullspec)
      assert.strictEqual(yield* content("renamed"), awkward)
      assert.strictEqual(yield* content("context/empty"), "")
      assert.strictEqual(yield* content("context/it's \"one\" $HOME"), "quoted")
      assert.strictEqual((yield* fileOf(pullspec, "context/deep/er/run me"))?.mode, "-rwxr-x---")
      assert.strictEqual((yield* fileOf(pullspec, "context/bytes"))?.mode, "-rw-r--r--")
      assert.isUndefined(yield* fileOf(pullspec, "context/ignored"))
      assert.include(yield* layersOf(pullspec), Buffer.from(bytes).toString("latin1"))
      const { Labels } = yield* inspect(input.finalImage.pullspec)
      assert.strictEqual(Labels["awkward"], awkward)
      assert.strictEqual(Labels["two words"], "=")
    }))

  it.effect("building: builds heredocs", () =>
    Effect.gen(function*() {
      const input = yield* Workplace.input("heredocs", {
        dockerfile: containerfile(
          "ARG AWKWARD",
          "RUN <<EOF",
          "A=\"two  words\"",
          "printf '%s|%s' \"$A\" \"$AWKWARD\" > /script",
          "EOF",
          "RUN cat <<\"ONE\" > /one && cat <<-TWO > /two",
          "$AWKWARD \"'",
          "ONE",
          "\t$((40 + 2))",
          "\tTWO",
          "COPY --chmod=600 <<\"EOF\" /copied",
          "$AWKWARD \\ `",
          "",
          "EOF",
          "COPY <<three <<four plain /many/",
          "3",
          "three",
          "4",
          "four"
        ),
        buildArgs: { AWKWARD: awkward },
        context: { plain: "plain\n", ".dockerignore": "*\n!plain\n" }
      })
      const { log, status } = yield* finish(input)
      assert(status._tag === "Succeeded", log.join("\n"))
      const content = (file: string) => Effect.map(fileOf(status.image.pullspec, file), (found) => found?.content)
      assert.strictEqual(yield* content("script"), `two  words|${awkward}`)
      assert.strictEqual(yield* content("one"), "$AWKWARD \"'\n")
      assert.strictEqual(yield* content("two"), "42\n")
      assert.deepStrictEqual(yield* fileOf(status.image.pullspec, "copied"), {
        content: "$AWKWARD \\ `\n\n",
        mode: "-rw-------"
      })
      assert.deepStrictEqual(
        yield* Effect.forEach(["many/three", "many/four", "many/plain"], content),
        ["3\n", "4\n", "plain\n"]
      )
    }))

  it.effect("heredoc with an interpreter: run by it, or refused by a buildah that cannot", () =>
    Effect.gen(function*() {
      const input = yield* Workplace.input("interpreter", {
        dockerfile: containerfile("RUN rm /bin/chmod /bin/rm", "RUN <<EOF", "#!/bin/sed -n w/sed", "a line", "EOF")
      })
      if (CurrentBuildah.isChosen()) {
        const rejected = yield* Effect.flip(finish(input))
        assert(rejected._tag === "BuildRejected")
        assert.match(rejected.message, /line 4.*RUN heredoc with #! does not work/)
      } else {
        const { log, status } = yield* finish(input)
        assert(status._tag === "Succeeded", log.join("\n"))
        const found = yield* fileOf(status.image.pullspec, "sed")
        assert.strictEqual(found?.content, "#!/bin/sed -n w/sed\na line\n")
      }
    }))

  it.effect("building: shows mounts, entitlement, trust bundle and proxy to a RUN, and leaves nothing of them in a layer", () =>
    Effect.gen(function*() {
      yield* put("secretsDirectory", "rpm-keys", { "key one": "mounted-secret-1", ".hidden": "mounted-secret-2" })
      yield* put("configMapsDirectory", "repos", { "my.repo": "mounted-config" })
      yield* put("secretsDirectory", "entitlement", { "1.pem": "entitlement-secret" })
      yield* put("configMapsDirectory", "authorities", { "ca.pem": "trusted-authority" })
      const input = yield* Workplace.input("mounts", {
        dockerfile: containerfile(
          "RUN cat '/etc/keys/key one' /etc/keys/.hidden /etc/yum.repos.d/my.repo > /tmp/seen && " +
            "cat /etc/pki/entitlement/1.pem /run/secrets/etc-pki-entitlement/1.pem >> /tmp/seen && " +
            "grep trusted /etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem >> /tmp/seen && " +
            "echo $http_proxy $HTTPS_PROXY $no_proxy >> /tmp/seen && " +
            "sha256sum < /tmp/seen > /sum && rm /tmp/seen && echo changed > /etc/keys/new",
          "RUN cat /etc/keys/new"
        ),
        entitlementSecretName: "entitlement",
        mounts: [
          { kind: "Secret", name: "rpm-keys", path: "/etc/keys" },
          { kind: "ConfigMap", name: "repos", path: "/etc/yum.repos.d" }
        ],
        trustBundle: { configMapName: "authorities", key: "ca.pem" },
        proxy: { http: "http://proxy.invalid:1", https: "http://proxy.invalid:2", noProxy: "127.0.0.1" }
      })
      const { log, status } = yield* finish(input)
      assert(status._tag === "Succeeded", log.join("\n"))
      const seen = "mounted-secret-1mounted-secret-2mounted-config" + "entitlement-secret".repeat(2) +
        "trusted-authority\nhttp://proxy.invalid:1 http://proxy.invalid:2 127.0.0.1\n"
      const sum = (yield* fileOf(status.image.pullspec, "sum"))?.content
      const { createHash } = yield* Effect.promise(() => import("node:crypto"))
      assert.strictEqual(sum, `${createHash("sha256").update(seen).digest("hex")}  -\n`)
      const layers = yield* layersOf(status.image.pullspec)
      for (
        const secret of ["mounted-secret", "mounted-config", "entitlement-secret", "trusted-authority", "changed\n"]
      ) {
        assert.notInclude(layers, secret)
      }
      const { settings } = yield* Workplace.Workplace
      assert.deepStrictEqual(fs.readdirSync(path.join(settings.secretsDirectory, "rpm-keys")).toSorted(), [
        ".hidden",
        "key one"
      ])
    }))

  it.effect("building: opens registries with secrets of every format", () =>
    Effect.gen(function*() {
      const { closed } = yield* Workplace.Workplace
      const auths = { [closed]: { auth: Buffer.from(`${user}:${password}`).toString("base64") } }
      const helpers = { credHelpers: { [closed]: "nowhere" }, credsStore: "nowhere" }
      yield* put("secretsDirectory", "modern", { ".dockerconfigjson": JSON.stringify({ ...helpers, auths }) })
      yield* put("secretsDirectory", "legacy", { ".dockercfg": JSON.stringify(auths) })
      yield* put("secretsDirectory", "file", { "config.json": JSON.stringify({ auths, ...helpers }, null, 2) })
      for (const secretName of ["modern", "legacy", "file"]) {
        const finalImage = { pullspec: `${closed}/${secretName}:1`, secretName }
        const { log, status } = yield* finish(
          yield* Workplace.input(secretName, { baseImage: { pullspec: `${closed}/base:1`, secretName }, finalImage })
        )
        assert(status._tag === "Succeeded", log.join("\n"))
      }
    }))

  it.effect("building: credentials with a shorter key are next when the registry refuses those with the longest", () =>
    Effect.gen(function*() {
      const { closed } = yield* Workplace.Workplace
      const entry = (secret: string) => ({ auth: Buffer.from(`${user}:${secret}`).toString("base64") })
      const wrong = entry("wrong-battery-staple")
      const secretOf = (name: string, auths: Record<string, unknown>) =>
        put("secretsDirectory", name, { ".dockerconfigjson": JSON.stringify({ auths }) })
      yield* secretOf("pull", { [closed]: entry(password), [`${closed}/base`]: wrong })
      yield* secretOf("push", {
        [`${closed}/team/keys`]: wrong,
        [closed]: entry(password),
        [`${closed}/team`]: wrong
      })
      const { log, status } = yield* finish(
        yield* Workplace.input("keys", {
          baseImage: { pullspec: `${closed}/base:1`, secretName: "pull" },
          finalImage: { pullspec: `${closed}/team/keys:1`, secretName: "push" }
        })
      )
      assert(status._tag === "Succeeded", log.join("\n"))
      assert.deepStrictEqual(log.filter((line) => line.includes("a shorter key")), [
        `os-builder: the registry refused the credentials with the longest key for ${closed}/base: next are those with a shorter key`,
        ...Array(2).fill(
          `os-builder: the registry refused the credentials with the longest key for ${closed}/team/keys: next are those with a shorter key`
        )
      ])
      yield* secretOf("none", { [closed]: wrong, [`${closed}/team`]: wrong, "other.example": entry(password) })
      const denied = yield* finish(
        yield* Workplace.input("no key", { finalImage: { pullspec: `${closed}/team/none:1`, secretName: "none" } })
      )
      assert(denied.status._tag === "Errored", denied.log.join("\n"))
      assert.strictEqual(denied.status.reason, "PushDenied")
    }))

  it.effect("building: keeps layers in a cache, when there is one", () =>
    Effect.gen(function*() {
      const { folder, settings } = yield* Workplace.Workplace
      const cacheDirectory = path.join(folder, "cache")
      fs.mkdirSync(cacheDirectory)
      const input = yield* Workplace.input("cache", { dockerfile: containerfile("RUN echo made > /made") })
      const logs = yield* Effect.gen(function*() {
        const first = yield* finish(input)
        const second = yield* finish(input, { again: true })
        assert.strictEqual(second.status._tag, "Succeeded", second.log.join("\n"))
        return [first, second].map(({ log }) => log.some((line) => line.includes("Using cache")))
      }).pipe(
        Effect.provide(
          LocalBuildBackend.layerWith({ ...settings, cacheDirectory }).pipe(Layer.provide(NodeContext.layer))
        )
      )
      assert.deepStrictEqual(logs, [false, true])
    }))

  it.scoped("building: a rebuild in a layer cache starts buildah to pull, to build and to push", () =>
    Effect.gen(function*() {
      const { folder, settings } = yield* Workplace.Workplace
      const programs = yield* Workplace.temporaryFolder
      const calls = path.join(programs, "calls")
      const buildah = (yield* Workplace.exec("sh", "-c", "command -v buildah")).trim()
      fs.writeFileSync(
        path.join(programs, "buildah"),
        `#!/bin/sh\nprintf '%s\\n' "$*" >> ${calls}\nexec ${buildah} "$@"\n`,
        { mode: 0o755 }
      )
      yield* Effect.acquireRelease(
        Effect.sync(() => putBeforePath(programs)),
        (before) => Effect.sync(() => setPath(before))
      )
      const verbs = yield* Effect.gen(function*() {
        yield* finish(yield* Workplace.input("processes", { dockerfile: containerfile("RUN echo made > /made") }))
        fs.writeFileSync(calls, "")
        const changed = yield* Workplace.input("processes", {
          dockerfile: containerfile("RUN echo made > /made", "RUN echo more > /more")
        })
        const { log, status } = yield* finish(changed)
        assert.strictEqual(status._tag, "Succeeded", log.join("\n"))
        return fs.readFileSync(calls, "utf8").trim().split("\n").map((line) =>
          line.replace(/^(?:--(?:root|runroot|storage-driver) \S+ )*/, "").split(" ")[0]
        )
      }).pipe(
        Effect.provide(
          LocalBuildBackend.layerWith({
            ...settings,
            cacheDirectory: path.join(folder, "counted-cache"),
            storage: "vfs"
          })
            .pipe(Layer.provide(NodeContext.layer))
        )
      )
      assert.deepStrictEqual(verbs.toSorted(), ["build", "pull", "push"])
    }))

  it.effect("building: names every reference that is missing, and what it cannot honour", () =>
    Effect.gen(function*() {
      const { open } = yield* Workplace.Workplace
      const rejected = yield* Workplace.input("references", {
        baseImage: { pullspec: `${open}/base:1`, secretName: "nope-1" },
        finalImage: { pullspec: `${open}/os:1`, secretName: "nope-2" },
        entitlementSecretName: "nope-3",
        mounts: [{ kind: "ConfigMap", name: "nope-4", path: "/x" }],
        trustBundle: { configMapName: "nope-5" }
      }).pipe(Effect.flatMap(BuildBackend.build), Effect.flip)
      assert(rejected._tag === "BuildRejected")
      assert.strictEqual(rejected.reason, "MissingReference")
      assert.deepStrictEqual(rejected.issues.map(({ message, path }) => `${path} ${/nope-\d/.exec(message)?.[0]}`), [
        "baseImage.secretName nope-1",
        "finalImage.secretName nope-2",
        "entitlementSecretName nope-3",
        "mounts[0] nope-4",
        "trustBundle nope-5"
      ])
      const unsupported = yield* Workplace.input("unsupported", {
        architecture: "s390x",
        placement: { nodeSelector: { a: "b" } },
        queueName: "q"
      }).pipe(Effect.flatMap(BuildBackend.check), Effect.flip)
      assert.strictEqual(unsupported.reason, "Unsupported")
      assert.deepStrictEqual(unsupported.issues.map(({ path }) => path), ["architecture", "placement", "queueName"])
    }))
})
