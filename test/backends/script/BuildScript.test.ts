import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { DurationText } from "effect-os-builder"
import { execFileSync, spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"
import * as BuildScript from "../../../src/backends/script/BuildScript.js"
import * as ContextArchive from "../../../src/backends/script/ContextArchive.js"
import * as ErrorText from "../../../src/backends/script/ErrorText.js"
import * as TerminationMessage from "../../../src/backends/script/TerminationMessage.js"
import * as BuildInput from "../../../src/core/BuildInput.js"
import * as BuildContext from "../../../src/core/input/BuildContext.js"
import { environment, shells, temporary, withFunctions } from "../../support/Shell.js"

describe("BuildScript", { timeout: 60_000 }, () => {
  // One other character makes V8 store it, and each record that is sent with it, in two bytes a character.
  it("BuildScript: has only characters of ASCII", () => {
    assert.deepStrictEqual(BuildScript.source.match(/[^\t\n -~]/gu), null)
  })

  for (const shell of shells) {
    const [command = "sh", ...args] = shell
    describe(shell.join(" "), () => {
      it("BuildScript: takes the script for valid", () => {
        execFileSync(command, [...args, "-n"], { input: BuildScript.source })
      })

      it("BuildScript: refuses an unknown verb, with a termination message", () => {
        temporary((folder) => {
          const message = path.join(folder, "message")
          const run = spawnSync(command, [...args, "-s", "bake"], {
            input: BuildScript.source,
            env: { ...environment(folder), OSB_TERMINATION_MESSAGE: message }
          })
          assert.strictEqual(run.status, 21)
          assert.strictEqual(TerminationMessage.parse(fs.readFileSync(message, "utf8"))?.code, 21)
        })
      })

      const auths = (text: string) => {
        const run = withFunctions(shell, "if read_auths \"$TEXT\"; then printf '<%s>' \"$auths\"; else printf no; fi", {
          TEXT: text
        })
        assert.strictEqual(run.stderr, "")
        return run.stdout
      }

      it("BuildScript: takes the auths out of a configuration, and nothing else", () => {
        const entry = "{\"a.example\":{\"auth\":\"QTpC\",\"email\":\"a\\\"}{\\\\\"}}"
        assert.strictEqual(auths(`{"auths":${entry}}`), `<${entry}>`)
        assert.strictEqual(auths(` {\n\t"auths" : ${entry} , "credsStore": "x" } \n`), `< ${entry} >`)
        assert.strictEqual(
          auths(`{"credHelpers":{"auths":{"b":1}},"x":["auths",{"auths":2}],"auths":${entry}}`),
          `<${entry}>`
        )
        assert.strictEqual(auths("{}"), "<>")
        assert.strictEqual(auths("{\"auths\":null}"), "<null>")
        assert.strictEqual(auths("{\"a.example\":{\"auth\":\"QTpC\"}}"), "<>")
      })

      it("duration_text: has the words of DurationText", () => {
        for (const seconds of [1, 59, 60, 90, 3600, 5400, 86_401, 700_000]) {
          const { stdout } = withFunctions(shell, "duration_text \"$SECONDS_GIVEN\"", {
            SECONDS_GIVEN: String(seconds)
          })
          assert.strictEqual(stdout, DurationText.format(Duration.seconds(seconds)))
        }
      })

      it("BuildScript: takes what is no object for unusable", () => {
        for (const text of ["", "null", "[]", "\"auths\"", "{", "{}}", "{} x", "x {}", "{\"auths", "{\"a\\"]) {
          assert.strictEqual(auths(text), "no", text)
        }
      })

      it("BuildScript: writes credentials of all formats for buildah, and never a helper's name", () => {
        const entry = "{\"a.example\":{\"auth\":\"QTpC\"}}"
        const written = (name: string, content: string) =>
          temporary((secret) => {
            fs.writeFileSync(path.join(secret, name), content)
            return withFunctions(shell, "mkdir -p \"$private\"; set_credentials; cat \"$auth_file\"", {
              OSB_SECRET_DIR: secret
            })
          })
        assert.deepStrictEqual(
          [
            [".dockerconfigjson", `{"credHelpers":{"a.example":"h"},"auths":${entry}}`],
            [".dockercfg", entry],
            [".dockercfg", `{"auths":${entry}}`],
            ["config.json", `{"auths":${entry},"credsStore":"h"}`],
            ["config.json", "{}"]
          ].map(([name = "", content = ""]) => JSON.parse(written(name, content).stdout)),
          [...Array(4).fill({ auths: JSON.parse(entry) }), { auths: {} }]
        )
        for (const [name, content] of [["config.json", "null"], [".dockercfg", "no"], ["password", "x"]] as const) {
          const run = written(name, content)
          assert.strictEqual(run.status, 16)
          assert.strictEqual(run.message?.code, 16)
        }
      })

      it("credentials: completed as the kubelet reads them", () => {
        const completed = (auths: unknown) =>
          JSON.parse(
            withFunctions(shell, "auths=$AUTHS; complete_auths a.example.com:5000/team/os:1; printf '%s' \"$auths\"", {
              AUTHS: JSON.stringify(auths)
            }).stdout
          )
        const of = (text: string) => Buffer.from(text).toString("base64")
        assert.deepStrictEqual(completed({ "b.example/": { username: "u", password: "p\"\\/&$'" } }), {
          "b.example": { auth: of("u:p\"\\/&$'") }
        })
        assert.deepStrictEqual(completed({ "b.example": { Username: "u", Password: "p", Auth: "QTpC", email: "e" } }), {
          "b.example": { auth: "QTpC" }
        })
        assert.deepStrictEqual(completed({ "*.example.com:5000": { auth: "QTpC" }, "*.com": { username: "u" } }), {
          "a.example.com:5000": { auth: "QTpC" },
          "*.example.com:5000": { auth: "QTpC" },
          "*.com": { auth: of("u:") }
        })
        const plain = {
          "https://index.docker.io/v1/": { auth: "QTpC" },
          "b.example/team": { auth: "QTpC" }
        }
        assert.deepStrictEqual(completed(plain), plain)
        const odd = { "b.example": { username: "ü\u0001", password: "p" } }
        assert.deepStrictEqual(completed(odd), odd)
        assert.deepStrictEqual(completed({}), {})
      })

      it("credentials: an escape that Go writes is decoded", () => {
        const run = withFunctions(shell, "auths=$AUTHS; complete_auths a/b; printf '%s' \"$auths\"", {
          AUTHS: "{\"b\":{\"username\":\"u\",\"password\":\"a\\u0026b\\u003c\"}}"
        })
        assert.deepStrictEqual(JSON.parse(run.stdout), { b: { auth: Buffer.from("u:a&b<").toString("base64") } })
      })

      const shorter = (image: string, text: string) => {
        const run = withFunctions(
          shell,
          "mkdir -p \"$private\"; auth_file=$private/auth.json; (umask 077; printf '{\"auths\":%s}' \"$AUTHS\" > \"$auth_file\")\n" +
            "while shorter_auth \"$IMAGE\"; do tr -d '\\n\\t' < \"$auth_file\"; stat -c ' %a' \"$auth_file\"; done; ls \"$private\"",
          { AUTHS: text, IMAGE: image }
        )
        assert.strictEqual(run.stderr, "")
        const lines = run.stdout.trimEnd().split("\n").filter((line) => !line.startsWith("os-builder: "))
        assert.strictEqual(lines.pop(), "auth.json")
        return lines.map((line) => {
          assert.match(line, / 600$/)
          return JSON.parse(line.slice(0, -4)).auths
        })
      }

      it("credentials: the longest key first, then the shorter ones of the same registry", () => {
        const [a, b, c, d, e] = ["a", "b", "c", "d", "e"].map((auth) => ({ auth, email: `{"],${auth}\\` }))
        const entries = {
          "r:5000/team/os": a,
          "r:5000": b,
          "other/team": c,
          "r:5000/team": d,
          "r:5000/te": e
        }
        for (const text of [JSON.stringify(entries), JSON.stringify(entries, null, "\t")]) {
          for (const image of ["r:5000/team/os:1", "r:5000/team/os", `r:5000/team/os:1@sha256:${"0".repeat(64)}`]) {
            assert.deepStrictEqual(shorter(image, text), [
              { "r:5000": b, "other/team": c, "r:5000/team": d, "r:5000/te": e },
              { "r:5000": b, "other/team": c, "r:5000/te": e }
            ])
          }
          assert.lengthOf(shorter("r:5000/team2/os:1", text), 0)
          assert.lengthOf(shorter("r/team/os:1", text), 0)
          assert.lengthOf(shorter("other/team/os:1", text), 0)
        }
        assert.deepStrictEqual(
          shorter("docker.io/team/os", JSON.stringify({ "https://index.docker.io/v1/": a, "docker.io/team": b })),
          [
            { "https://index.docker.io/v1/": a }
          ]
        )
        assert.deepStrictEqual(shorter("r/team/os", "{\"r/team\":{\"auth\":\"x\"},\"r\":null }"), [{ r: null }])
        for (const text of ["{}", "{ }", "null", "{\"r\":{}}", "{\"\\u00ff\":{},\"r/team\":{},\"r\":{}}"]) {
          assert.lengthOf(shorter("r/team/os", text), 0, text)
        }
      })

      it("credentials: a host with a star keeps its path", () => {
        const run = withFunctions(
          shell,
          "auths=$AUTHS; complete_auths a.example.com/team/os:1; printf '%s' \"$auths\"",
          {
            AUTHS: JSON.stringify({ "*.example.com/other": { auth: "QTpC" } })
          }
        )
        assert.deepStrictEqual(JSON.parse(run.stdout), {
          "a.example.com/other": { auth: "QTpC" },
          "*.example.com/other": { auth: "QTpC" }
        })
      })

      it("registries: an insecure one that is configured keeps its entry, with its mirrors", () => {
        const written = (hosts: string, conf: string, more = "") =>
          temporary((registries) => {
            fs.writeFileSync(path.join(registries, "registries.conf"), conf)
            fs.mkdirSync(path.join(registries, "registries.conf.d"))
            fs.writeFileSync(path.join(registries, "registries.conf.d", "a.conf"), more)
            return withFunctions(shell, "set_home; cat \"$config\"/registries.conf.d/zz*", {
              OSB_INSECURE_REGISTRIES: hosts,
              OSB_REGISTRIES_DIR: registries
            }).stdout.trim().split(/\n+/)
          })
        const mirror = ["[[registry.mirror]]", "location = \"mirror.example:5000\""]
        const conf = [
          "unqualified-search-registries = [\"a.example\"]",
          "  [[registry]]",
          "location = \"r.example:5000\"",
          "insecure = false",
          "blocked = true # for now",
          ...mirror,
          "[[registry]]",
          "prefix = \"other.example\"",
          "location = \"r.example:5000/copy\"",
          "[aliases]",
          "location = \"r.example:5000\""
        ].join("\n")
        const completed = (prefix: string, ...rest: ReadonlyArray<string>) => [
          "[[registry]]",
          `prefix = "${prefix}"`,
          "insecure = true",
          ...rest
        ]
        assert.deepStrictEqual(written("r.example:5000", conf), [
          ...completed("other.example", "location = \"r.example:5000/copy\""),
          ...completed("r.example:5000", "location = \"r.example:5000\"", "blocked = true # for now", ...mirror)
        ])
        const plain = (host: string) => ["[[registry]]", `location = "${host}"`, "insecure = true"]
        assert.deepStrictEqual(written("new.example new.example:1", conf), [
          ...plain("new.example"),
          ...plain("new.example:1")
        ])
        // A later file replaces an entry; a star is for every host below; another registry behind the name is left alone.
        assert.deepStrictEqual(
          written(
            "r.example:5000",
            conf,
            "[[registry]]\nlocation = 'r.example:5000'\n[[registry]]\nprefix='other.example'\n"
          ),
          [
            ...completed("other.example", "location = \"r.example:5000/copy\""),
            ...completed("r.example:5000", "location = 'r.example:5000'")
          ]
        )
        assert.deepStrictEqual(
          written("x.r.example y.example", "[[registry]]\nprefix = \"*.r.example\"\nblocked = true"),
          [
            ...completed("x.r.example", "blocked = true"),
            ...plain("y.example")
          ]
        )
        assert.deepStrictEqual(written("r.example", "[[registry]]\nprefix = \"r.example\"\nlocation = \"s.example\""), [
          ""
        ])
      })

      it("BuildScript: opens the final image's registry with a service account's token, where there is no secret", () => {
        const run = temporary((folder) => {
          const token = path.join(folder, "token")
          fs.writeFileSync(token, "e30.a-b_c.d")
          return withFunctions(shell, "mkdir -p \"$private\"; set_credentials; cat \"$auth_file\"", {
            OSB_FINAL_IMAGE: "registry.example.svc:5000/acme/os:1",
            OSB_TOKEN_FILE: token
          })
        })
        const auth = Buffer.from("serviceaccount:e30.a-b_c.d").toString("base64")
        assert.deepStrictEqual(JSON.parse(run.stdout), { auths: { "registry.example.svc:5000": { auth } } })
        const without = withFunctions(shell, "mkdir -p \"$private\"; set_credentials", { OSB_TOKEN_FILE: "/none" })
        assert.strictEqual(without.message?.code, 16)
      })

      it("home: the push has what the pull learned of the registry, and none of its configuration", () => {
        const fill = "mkdir -p \"$XDG_DATA_HOME/containers/cache\"; " +
          "touch \"$XDG_DATA_HOME/containers/cache/blobs\" \"$config/policy.json\"; "
        const list = "(cd \"$XDG_DATA_HOME\"; find . -name blobs; cd \"$work\"; find . -name policy.json); echo; "
        const run = (compression: string) =>
          withFunctions(shell, `verb=build; set_home; ${fill} verb=push; set_home; ${list}`, {
            OSB_COMPRESSION: compression
          })
        assert.strictEqual(run("").stdout, "./containers/cache/blobs\n\n")
        assert.strictEqual(run("zstd").stdout, "\n", "a layer of another compression is not taken for it")
      })

      it("BuildScript: keeps the newlines at the end of a value", () => {
        const run = withFunctions(
          shell,
          "printf 'a\\n\\n' > \"$work/value\"; v=$(contents \"$work/value\"); printf '<%s>' \"${v%x}\""
        )
        assert.strictEqual(run.stdout, "<a\n\n>")
      })

      it("labels: a $ is written so that a buildah from 1.30 on does not expand it", () => {
        const written = (label: string, minor: number) =>
          withFunctions(shell, `major=1 minor=${minor}; write_label "$LABEL"; printf %s "$label"`, { LABEL: label })
            .stdout
        assert.strictEqual(written("a=$b*$ c", 30), "a=${os_builder:-$}b*${os_builder:-$} c")
        for (const label of ["a=\"b\" 'c' \\n é", "a=", "a=b\n"]) assert.strictEqual(written(label, 30), label)
        assert.strictEqual(written("a=$b", 29), "a=$b")
      })

      it("labels: those that a buildah from 1.30 on cannot be given are found", () => {
        const changed = (minor: number) =>
          withFunctions(
            shell,
            `major=1 minor=${minor}; : > "$work/label.1.unprintable"
            for name in 1 2; do is_changed_label "$work/label.$name" && printf "$name"; done`
          ).stdout
        assert.deepStrictEqual([changed(30), changed(29)], ["1", ""])
      })

      it("format: docker for a trigger of the base that OCI images lack, in small letters too", () => {
        const format = (trigger: string) =>
          withFunctions(
            shell,
            "buildah_() { status=0; }; inspect_image() { printf 'sha256:1\\n2\\namd64\\n%s\\n' \"$TRIGGER\"; }; auth_file=x OSB_ARCHITECTURE=; " +
              "printf 'name a\\npull b\\n' > \"$input/images\"; pull_bases; set_format > /dev/null; printf %s \"$format\"",
            { TRIGGER: trigger }
          ).stdout
        for (const trigger of ["HEALTHCHECK CMD x", "healthcheck CMD x", "RUN a\nshell\t[\"/bin/sh\"]"]) {
          assert.strictEqual(format(trigger), "docker", trigger)
        }
        for (const trigger of ["", "RUN echo SHELL x", "COPY a /healthcheck", "shellx y"]) {
          assert.strictEqual(format(trigger), "oci", trigger)
        }
      })

      it("facts of a base: read from the storage, and asked of buildah where only buildah can tell", () => {
        const id = "a".repeat(64)
        const other = "{\"architecture\":\"arm64\",\"config\":{}}"
        const facts = (config: string | undefined, image = "localhost/base:1") =>
          temporary((storage) => {
            const folder = path.join(storage, "vfs-images", id)
            fs.mkdirSync(folder, { recursive: true })
            if (config !== undefined) {
              fs.writeFileSync(path.join(folder, `=${Buffer.from(`sha256:${id}`).toString("base64")}`), config)
            }
            fs.writeFileSync(path.join(folder, "manifest"), "m")
            return withFunctions(
              shell,
              "storage=$STORAGE driver=vfs; printf 'Getting image\\n%s\\n' \"$ID\" > \"$said\"; inspect_image() { echo asked; }; " +
                "read_image_facts \"$IMAGE\"; printf '%s %s %s %s' \"$manifest\" \"$image_id\" \"$base_architecture\" \"$onbuild\"",
              { STORAGE: storage, ID: id, IMAGE: image }
            ).stdout
          })
        const manifest = `sha256:${createHash("sha256").update("m").digest("hex")}`
        assert.strictEqual(facts(other), `${manifest} ${id} arm64 `)
        assert.strictEqual(
          facts("{\"config\":{\"OnBuild\":null},\"architecture\":\"arm64\"}"),
          `${manifest} ${id} arm64 `
        )
        for (
          const config of [
            undefined,
            "{}",
            "{\"architecture\":\"arm64\",\"config\":{\"Labels\":{\"architecture\":\"x\"}}}",
            "{\"architecture\":\"arm64\",\"config\":{\"OnBuild\":[\"RUN a\"]}}",
            "{\"architecture\": \"arm64\"}"
          ]
        ) {
          assert.match(facts(config), /^asked /, config)
        }
        assert.match(facts(other, `localhost/base@${manifest}`), /^asked /)
      })

      it("layer cache: asked for containers of killed builds only where it may have some", () => {
        const has = (lists: Readonly<Record<string, string>>) =>
          temporary((storage) => {
            for (const [name, content] of Object.entries(lists)) {
              fs.mkdirSync(path.join(storage, path.dirname(name)), { recursive: true })
              fs.writeFileSync(path.join(storage, name), content)
            }
            return withFunctions(shell, "storage=$STORAGE driver=vfs; has_containers && printf yes", {
              STORAGE: storage
            })
              .stdout === "yes"
          })
        assert.isFalse(has({}))
        assert.isFalse(has({ "vfs-images/images.json": "[]", "vfs-containers/containers.json": "[]" }))
        assert.isTrue(has({ "vfs-images/images.json": "[]", "vfs-containers/containers.json": "[{\"id\":\"a\"}]" }))
        assert.isTrue(has({
          "vfs-containers/containers.json": "[]",
          "vfs-containers/volatile-containers.json": "[{\"id\":\"a\"}]"
        }))
        // A storage that keeps its lists elsewhere.
        assert.isTrue(has({ "vfs-images/images.json": "[]", "vfs-containers/other": "" }))
      })

      it("layer cache: the state of a boot is kept beside it, where mounts are ours and isolation is chroot", () => {
        const boot = fs.readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()
        const run = (env: Record<string, string>) =>
          temporary((cache) => {
            fs.mkdirSync(path.join(cache, "run-before"))
            const { stdout } = withFunctions(shell, "set_run; printf %s \"${run#$CACHE}\"", {
              CACHE: cache,
              OSB_CACHE_DIR: cache,
              ...env
            })
            return [stdout.startsWith("/run-") ? stdout : "elsewhere", fs.readdirSync(cache)]
          })
        assert.deepStrictEqual(run({ OSB_OWN_MOUNTS: "yes" }), [`/run-${boot}`, []])
        for (
          const env of [{}, { OSB_OWN_MOUNTS: "yes", OSB_ISOLATION: "oci" }, {
            OSB_OWN_MOUNTS: "yes",
            OSB_CACHE_DIR: ""
          }]
        ) {
          assert.deepStrictEqual(run(env), ["elsewhere", ["run-before"]])
        }
      })

      it("storage: one that cannot be used is told apart from what else failed", () => {
        const run = (works: boolean, error: string) =>
          withFunctions(
            shell,
            "kills_before=0 pulled= left=9; buildah_() { case $1 in containers) status=$WORKS; [ $status = 0 ] || echo \"Error: $ERROR\" > $said ;; " +
              "*) status=125; echo 'Error: the first' > $said ;; esac; }; buildah_ build; check_storage; read_error; printf '%s %s' $status \"$error\"",
            { WORKS: works ? "0" : "125", ERROR: error }
          )
        assert.strictEqual(run(true, "").stdout, "125 the first")
        const broken = run(false, "lock: input/output error")
        assert.deepInclude(broken.message, { code: 20, text: "lock: input/output error" })
        assert.strictEqual(run(false, "write: no space left on device").message?.code, 17)
      })

      it("version of buildah: read from what it prints", () => {
        const version = (printed: string) =>
          withFunctions(
            shell,
            "buildah() { printf '%s\\n' \"$PRINTED\"; }; read_version; printf '%s %s' \"$major\" \"$minor\"; " +
              "is_older 1 31 && printf ' old'",
            { PRINTED: printed }
          ).stdout
        assert.strictEqual(version("buildah version 1.28.2 (image-spec 1.1.0-rc2)"), "1 28 old")
        assert.strictEqual(version("buildah version 1.31.0-dev (image-spec 1.1.1)"), "1 31")
        assert.strictEqual(version("buildah version 2.0 (image-spec 1.1.1)"), "2 0")
        assert.strictEqual(version("no such thing"), "0 0 old")
      })

      it("architecture of an image: read from its configuration, or asked of buildah, whatever its size and form", () => {
        const config = { architecture: "arm64", os: "linux", config: { Labels: { large: "x".repeat(100_000) } } }
        const compact = JSON.stringify(config)
        const forms: ReadonlyArray<readonly [content: string, printed: string]> = [
          [compact, "arm64"],
          [JSON.stringify(config, null, 1), "ask"],
          [JSON.stringify({ config: config.config, architecture: "arm64" }), "ask"],
          [compact.replace("}}}", ",\"architecture\":\"mine\"}}}"), "ask"],
          ["{}", "ask"]
        ]
        temporary((storage) => {
          fs.mkdirSync(path.join(storage, "vfs-images", "0a"), { recursive: true })
          for (const [content, printed] of forms) {
            fs.writeFileSync(path.join(storage, "vfs-images", "0a", "=c2hhMjU2OjBh"), content)
            const run = withFunctions(
              shell,
              // Seconds of the processor.
              "ulimit -t 4; storage=$IMAGES driver=vfs; read_config 0a && printf %s \"$config_architecture\" || printf ask",
              { IMAGES: storage }
            )
            assert.strictEqual(run.stdout, printed, `${run.status} ${content.slice(0, 60)}`)
          }
        })
      })

      it("stop: a termination message, so that the kubelet does not put the log there", () => {
        const run = withFunctions(shell, "trap stop TERM; kill -TERM $$; sleep 5")
        assert.strictEqual(run.status, 143)
        assert.deepInclude(run.message, { verb: "build", code: 143, text: "the build was told to stop" })
      })

      it("secrets: their copies beside buildah's containers are deleted at the end, and nothing of a node's storage", () => {
        temporary((storage) => {
          const copies = (folder: string) =>
            path.join(storage, folder, "overlay-containers", "c", "userdata", "secrets")
          for (const folder of ["storage", "node"]) fs.mkdirSync(copies(folder), { recursive: true })
          const run = withFunctions(
            shell,
            ": > \"$input/secret.000001.id\"; set_home; set_storage > /dev/null; storage=$OSB_NODE_STORAGE; finish 0 ''",
            { OSB_CACHE_DIR: storage, OSB_NODE_STORAGE: path.join(storage, "node"), OSB_STORAGE: "vfs" }
          )
          assert.strictEqual(run.status, 0)
          assert.deepStrictEqual(["storage", "node"].map((folder) => fs.existsSync(copies(folder))), [false, true])
        })
      })

      it("BuildScript: cuts a message to what Kubernetes keeps", () => {
        const run = withFunctions(
          shell,
          "digest=sha256:" + "0a".repeat(32) +
            " architecture=ppc64le run_status=255 base_digest=$digest base_manifest=$digest " +
            "base=$(head -c 700 /dev/zero | tr '\\0' b); " +
            "finish 11 \"$(head -c 100000 /dev/zero | tr '\\0' x)\""
        )
        assert.strictEqual(run.status, 11)
        assert.strictEqual(run.message?.exitCode, 255)
        assert.strictEqual(run.message?.base?.pullspec.length, 700)
        assert.strictEqual(run.message?.text, "x".repeat(TerminationMessage.maxTextBytes))
      })
    })
  }

  it("BuildScript: names its texts so that a shell pattern can hold them", () => {
    const { casePattern: _, has: __, ...groups } = ErrorText
    for (const { rows } of Object.values(groups)) {
      for (const { source, text } of rows) {
        assert.match(text, /^[^'A-Z\n]+$/)
        assert.notStrictEqual(source, "")
      }
    }
  })

  it.effect("BuildScript: lays an input out in files whose names are keys of a ConfigMap", () =>
    Effect.gen(function*() {
      const input = yield* BuildInput.make({
        dockerfile: "FROM scratch",
        baseImage: { pullspec: "127.0.0.1:5000/base:1" },
        finalImage: { pullspec: "127.0.0.1:5000/os:1" },
        buildArgs: { A: "one\n", B: "" },
        imageLabels: { "a b": "\"", printed: "Größe 中文 $\\ ~", escaped: "a\nb" },
        annotations: { "a $": "\n" },
        context: {
          "etc/x.service": { link: "/dev/null" },
          etc: { directory: true, mode: 0o2755 },
          "etc/y": { directory: true },
          "a file é": "text",
          "bin/run": { content: new Uint8Array([0, 255]), mode: 0o755 }
        },
        mounts: [{ kind: "Secret", name: "s", path: "/etc/x" }]
      })
      const files = BuildScript.inputFiles(input)
      for (const { key } of files) assert.match(key, /^[-._A-Za-z0-9]+$/)
      assert.deepStrictEqual(files.map(({ content, key }) => [key, content]), [
        ["containerfile", "FROM scratch"],
        ["build-arg.000001.name", "A"],
        ["build-arg.000001.value", "one\n"],
        ["build-arg.000002.name", "B"],
        ["build-arg.000002.value", ""],
        ["label.000001.name", "a b"],
        ["label.000001.value", "\""],
        ["label.000002.name", "printed"],
        ["label.000002.value", "Größe 中文 $\\ ~"],
        ["label.000003.name", "escaped"],
        ["label.000003.value", "a\nb"],
        ["label.000003.unprintable", "yes"],
        ["annotation.000001.name", "a $"],
        ["annotation.000001.value", "\n"],
        ["context.tar.gz", ContextArchive.compressed(BuildContext.files(input.context))],
        ["mount.000001.path", "/etc/x"]
      ])
    }))
})
