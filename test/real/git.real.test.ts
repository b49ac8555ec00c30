import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { BuildBackend, type BuildInput } from "effect-os-builder"
import { spawn } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import * as GitScript from "../../src/backends/script/GitScript.js"
import * as TerminationMessage from "../../src/backends/script/TerminationMessage.js"
import { filesBelow } from "../support/FilesBelow.js"
import { shells } from "../support/Shell.js"
import * as GitServer from "./GitServer.js"
import { local, put, Site, site } from "./GitSite.js"
import * as Workplace from "./Workplace.js"

/** Runs the script with an environment that has nothing else, and reads what other users could see of its processes. */
const run = (
  verb: "resolve" | "context",
  environment: GitScript.Environment,
  [shell = "sh", ...args]: ReadonlyArray<string> = ["sh"]
) =>
  Effect.gen(function*() {
    const { folder } = yield* Site
    const work = fs.mkdtempSync(path.join(folder, "work-"))
    const memory = fs.mkdtempSync(path.join(folder, "memory-"))
    return yield* Effect.async<{
      readonly code: number | null
      readonly message: TerminationMessage.TerminationMessage | undefined
      readonly output: string
      readonly tree: string
      readonly left: string
      readonly processes: string
    }>((resume) => {
      const child = spawn(shell, [...args, "-c", GitScript.source, "sh", verb], {
        stdio: ["ignore", "pipe", "pipe"],
        env: {
          PATH: process.env["PATH"],
          OSB_WORK_DIR: work,
          OSB_MEMORY_DIR: memory,
          OSB_TERMINATION_MESSAGE: path.join(work, "message"),
          ...environment
        }
      })
      let output = ""
      let processes = ""
      child.stdout.on("data", (chunk: Buffer) => output += chunk.toString())
      child.stderr.on("data", (chunk: Buffer) => output += chunk.toString())
      const look = () => processes += processesNaming(memory)
      // It may be over in less than a second: at once, while the process is certainly there, and often.
      look()
      const looking = setInterval(look, 25)
      child.on("close", (code) => {
        clearInterval(looking)
        const file = path.join(work, "message")
        resume(Effect.succeed({
          code,
          message: fs.existsSync(file) ? TerminationMessage.parse(fs.readFileSync(file, "utf8")) : undefined,
          output,
          tree: path.join(work, "git"),
          left: everything(work) + everything(memory),
          processes
        }))
      })
    })
  })

/** The arguments and variables of the processes whose environment has this text. */
const processesNaming = (text: string): string =>
  fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map((pid) => {
    try {
      const all = ["cmdline", "environ"].map((file) => fs.readFileSync(`/proc/${pid}/${file}`, "latin1")).join("\0")
      return all.includes(text) ? all : ""
    } catch {
      return ""
    }
  }).join("")

/** Every file below a folder, with its content. */
const everything = (folder: string): string =>
  filesBelow(folder).map(({ content, path }) => `${path}\n${content}`).join("\n")

const overHttps = Effect.map(Site, ({ basic, repository, trust }): GitScript.Environment => ({
  OSB_GIT_URL: repository.https,
  OSB_GIT_SECRET_DIR: basic,
  OSB_TRUST_BUNDLE: trust
}))

const overSsh = Effect.map(Site, ({ key, repository }): GitScript.Environment => ({
  OSB_GIT_URL: repository.ssh,
  OSB_GIT_SECRET_DIR: key
}))

layer(site, { excludeTestServices: true, timeout: "2 minutes" })("git script", (it) => {
  for (const shell of shells) {
    it.effect(
      `git script: ${shell.join(" ")} finds a branch and fetches its commit, over https and ssh`,
      () =>
        Effect.gen(function*() {
          const { repository } = yield* Site
          const first = repository.commit("main", { "os/motd": "first\n", "os/etc/issue": "x\n" })
          for (const way of [yield* overHttps, yield* overSsh]) {
            const resolved = yield* run("resolve", { ...way, OSB_GIT_REF: "main" }, shell)
            assert.strictEqual(resolved.code, 0, resolved.output)
            assert.strictEqual(resolved.message?.commit, first)
            const fetched = yield* run("context", { ...way, OSB_GIT_COMMIT: first }, shell)
            assert.strictEqual(fetched.code, 0, fetched.output)
            assert.strictEqual(fs.readFileSync(path.join(fetched.tree, "os/motd"), "utf8"), "first\n")
            assert.deepStrictEqual(fs.readdirSync(fetched.tree), ["os"])
            for (const { left, output, processes } of [resolved, fetched]) {
              assert.include(processes, "OSB_GIT_URL")
              for (const text of [left, output, processes]) {
                assert.notInclude(text, GitServer.password)
                assert.notInclude(text, repository.key.split("\n")[2] ?? "no key")
              }
            }
          }
          const second = repository.commit("main", { "os/motd": "second\n" })
          assert.strictEqual(
            (yield* run("resolve", { ...yield* overSsh, OSB_GIT_REF: "main" }, shell)).message?.commit,
            second
          )
          // What was resolved before stays what is built.
          const { tree } = yield* run("context", { ...yield* overHttps, OSB_GIT_COMMIT: first }, shell)
          assert.strictEqual(fs.readFileSync(path.join(tree, "os/motd"), "utf8"), "first\n")
        }),
      300_000
    )
  }

  it.effect("git script: names of refs, and what no ref names", () =>
    Effect.gen(function*() {
      const { repository } = yield* Site
      const commit = repository.commit("topic/a", { motd: "topic\n" })
      repository.git("tag", "--annotate", "--message", "one", "--force", "v1")
      repository.git("push", "--quiet", "--force", "origin", "refs/tags/v1")
      const way = yield* overSsh
      const resolve = (ref: string) => run("resolve", { ...way, OSB_GIT_REF: ref })
      for (const ref of ["topic/a", "refs/heads/topic/a", "v1", "refs/tags/v1"]) {
        assert.strictEqual((yield* resolve(ref)).message?.commit, commit, ref)
      }
      // The end of the name of another branch.
      const missing = yield* resolve("a")
      assert.strictEqual(missing.code, 24)
      assert.strictEqual(missing.message?.text, "the repository has no branch or tag a; a commit is written in full")
      repository.commit("v1", { motd: "another\n" })
      const ambiguous = yield* resolve("v1")
      assert.strictEqual(ambiguous.code, 24)
      assert.include(ambiguous.message?.text ?? "", "v1 is a branch and a tag of different commits")
    }), 300_000)

  it.effect("git script: every refusal has its code", () =>
    Effect.gen(function*() {
      const { folder, repository, trust } = yield* Site
      const commit = repository.commit("main", { motd: "x\n" })
      const [web, shell] = [yield* overHttps, yield* overSsh]
      const wrong = put(folder, "wrong", { username: GitServer.user, password: "wrong" })
      const strange = put(folder, "strange", {
        "ssh-privatekey": repository.key,
        known_hosts: repository.knownHosts.replace(
          /AAAA\S+/,
          fs.readFileSync(path.join(folder, "client.pub"), "utf8").split(" ")[1] ?? ""
        )
      })
      const unknown = put(folder, "unknown", { "ssh-privatekey": repository.key })
      const cases: ReadonlyArray<readonly [string, GitScript.Environment, number]> = [
        ["wrong password", { ...web, OSB_GIT_SECRET_DIR: wrong }, 16],
        ["no password", { OSB_GIT_URL: repository.https, OSB_TRUST_BUNDLE: trust }, 16],
        ["a secret without password", { ...web, OSB_GIT_SECRET_DIR: unknown }, 16],
        ["no known_hosts", { ...shell, OSB_GIT_SECRET_DIR: unknown }, 16],
        ["another host key", { ...shell, OSB_GIT_SECRET_DIR: strange }, 16],
        ["no such repository over https", { ...web, OSB_GIT_URL: repository.https.replace("os.git", "no.git") }, 24],
        ["no such repository over ssh", { ...shell, OSB_GIT_URL: `${repository.ssh}x` }, 24],
        ["nobody listens", { ...web, OSB_GIT_URL: "https://127.0.0.1:1/os.git" }, 23],
        ["no such host", { ...web, OSB_GIT_URL: "https://no-such-host.invalid/os.git" }, 23],
        ["http", { ...web, OSB_GIT_URL: repository.https.replace("https:", "http:") }, 16],
        ["a file", { ...web, OSB_GIT_URL: `file://${folder}/root/os.git` }, 16]
      ]
      const seen: Array<string> = []
      for (const [name, environment, code] of cases) {
        const ended = yield* run("context", { ...environment, OSB_GIT_COMMIT: commit })
        seen.push(`${name}: ${ended.code === code ? code : `${ended.code} ${ended.message?.text}`}`)
        assert.notInclude(ended.output + ended.left, GitServer.password)
      }
      assert.deepStrictEqual(seen, cases.map(([name, , code]) => `${name}: ${code}`))
    }), 300_000)

  it.effect("git script: what the commit has not, and links that buildah would follow", () =>
    Effect.gen(function*() {
      const { repository } = yield* Site
      repository.commit("main", { "os/Containerfile": "FROM scratch\n", "os/motd": "x\n" })
      fs.symlinkSync("/etc/passwd", path.join(repository.tree, "os/.dockerignore"))
      fs.symlinkSync("/etc/passwd", path.join(repository.tree, "os/Linked"))
      const commit = repository.commit("main", {})
      fs.rmSync(path.join(repository.tree, "os/.dockerignore"))
      const clean = repository.commit("main", {})
      const way = yield* overHttps
      const cases: ReadonlyArray<readonly [GitScript.Environment, number, string]> = [
        [{ OSB_GIT_COMMIT: "1".repeat(40) }, 24, ""],
        [{ OSB_GIT_COMMIT: clean, OSB_GIT_SUB_PATH: "no" }, 10, `the commit ${clean} has no directory no`],
        [{ OSB_GIT_COMMIT: clean, OSB_GIT_SUB_PATH: "os/motd" }, 10, `the commit ${clean} has no directory os/motd`],
        [
          { OSB_GIT_COMMIT: clean, OSB_CONTAINERFILE: "Containerfile" },
          10,
          `the commit ${clean} has no file Containerfile`
        ],
        [
          { OSB_GIT_COMMIT: clean, OSB_GIT_SUB_PATH: "os", OSB_CONTAINERFILE: "Linked" },
          10,
          "os/Linked of the repository is a link; make it a file"
        ],
        [
          { OSB_GIT_COMMIT: commit, OSB_GIT_SUB_PATH: "os" },
          10,
          "os/.dockerignore of the repository is a link; make it a file"
        ],
        [{ OSB_GIT_COMMIT: clean, OSB_GIT_SUB_PATH: "os", OSB_CONTAINERFILE: "Containerfile" }, 0, ""]
      ]
      for (const [environment, code, text] of cases) {
        const { message, output } = yield* run("context", { ...way, ...environment })
        assert.strictEqual(message?.code, code, output)
        if (text !== "") assert.strictEqual(message?.text, text)
      }
    }), 300_000)
})

layer(local, { excludeTestServices: true, timeout: "5 minutes" })("git local", (it) => {
  it.effect(
    "git local: builds the commit of a branch, and a moved branch is another build",
    () =>
      Effect.gen(function*() {
        const { folder, repository } = yield* Site
        const first = repository.commit("main", {
          "os/motd": "first\n",
          "os/ignored": "x\n",
          "os/.containerignore": "ignored\n"
        })
        const build = (git: NonNullable<BuildInput.Options["context"]>, more: Partial<BuildInput.Options> = {}) =>
          Effect.gen(function*() {
            const input = yield* Workplace.input("git", {
              dockerfile: "ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nCOPY . /context/\n",
              context: git,
              retries: 0,
              ...more
            })
            const submission = yield* BuildBackend.build(input)
            const image = yield* BuildBackend.result(submission.ref)
            return { ...submission, image }
          })
        const git = { url: repository.ssh, ref: "main", subPath: "os", secretName: "key" }
        const one = yield* build({ git })
        const names = ["motd", "ignored", ".git", "os"]
        const content = yield* Effect.forEach(names, (name) => Workplace.fileOf(one.image.pullspec, `context/${name}`))
        assert.deepStrictEqual(content.map((file) => file?.content), ["first\n", undefined, undefined, undefined])
        const { Labels } = yield* Workplace.inspect(one.image.tag)
        assert.strictEqual(Labels["org.opencontainers.image.revision"], first)
        assert.strictEqual(Labels["org.opencontainers.image.source"], repository.ssh)
        assert.isTrue((yield* build({ git })).adopted)
        // The same commit by its name is the same build.
        assert.isTrue((yield* build({ git: { ...git, ref: first } })).adopted)
        repository.commit("main", { "os/motd": "second\n" })
        const two = yield* build({ git })
        assert.isFalse(two.adopted)
        assert.notStrictEqual(two.ref.name.slice(0, 35), one.ref.name.slice(0, 35))
        assert.strictEqual((yield* Workplace.fileOf(two.image.pullspec, "context/motd"))?.content, "second\n")
        const web = yield* build({ git: { url: repository.https, subPath: "os", secretName: "basic" } }, {
          trustBundle: { configMapName: "trust" },
          imageLabels: { "org.opencontainers.image.source": "mine" }
        })
        assert.strictEqual((yield* Workplace.inspect(web.image.tag)).Labels["org.opencontainers.image.source"], "mine")
        // A success is told before the files of the attempt are deleted.
        const left = Effect.sync(() => fs.readdirSync(path.join(folder, "local-work")))
        yield* Effect.repeat(Effect.delay(left, "20 millis"), { until: (names) => names.length === 0 }).pipe(
          Effect.timeout("1 minute")
        )
        const kept = ["state", "local-work"].map((name) => everything(path.join(folder, name))).join("\n") +
          (yield* Workplace.layersOf(web.image.pullspec))
        assert.include(kept, first)
        for (const secret of [GitServer.password, repository.key.split("\n")[2] ?? "no key"]) {
          assert.notInclude(kept, secret)
        }
      }),
    600_000
  )

  it.effect(
    "git local: refuses what the repository does not have before a build is recorded",
    () =>
      Effect.gen(function*() {
        const { repository } = yield* Site
        const { settings: _settings } = yield* Workplace.Workplace
        const input = yield* Workplace.input("refused", {
          context: { git: { url: repository.ssh, ref: "no-such-branch", secretName: "key" } }
        })
        const rejected = yield* Effect.flip(BuildBackend.build(input))
        assert(rejected._tag === "BuildRejected", String(rejected))
        assert.strictEqual(rejected.reason, "MissingReference")
        assert.deepStrictEqual(rejected.issues.map(String), [
          "context.git: the repository has no branch or tag no-such-branch; a commit is written in full"
        ])
      }),
    300_000
  )
})
