/**
 * A Containerfile from the repository that is the context, with its ignore file, built by this machine and by a pod.
 */
import { assert, layer, type Vitest } from "@effect/vitest"
import { Effect } from "effect"
import { BuildBackend, type BuildInput } from "effect-os-builder"
import * as CurrentBuildah from "./CurrentBuildah.js"
import * as GitServer from "./GitServer.js"
import { cluster, local, Site } from "./GitSite.js"
import * as Workplace from "./Workplace.js"

const { finish } = Workplace

const containerfile = (...lines: ReadonlyArray<string>): string =>
  ["ARG BASE_IMAGE", "FROM ${BASE_IMAGE}", "COPY . /context/", ...lines, ""].join("\n")

const inputOf = (name: string, git: Omit<GitContext, "subPath">, more: Partial<BuildInput.Options> = {}) =>
  Workplace.input(name, {
    dockerfile: undefined,
    dockerfilePath: "images/Containerfile",
    context: { git: { ...git, subPath: "os" } },
    retries: 0,
    ...more
  })

type GitContext = Extract<NonNullable<BuildInput.Options["context"]>, { readonly git: unknown }>["git"]

const isKnown = CurrentBuildah.isChosen()

const cases = (
  it: Vitest.MethodsNonLive<BuildBackend.BuildBackend | Site | Workplace.Workplace, true>,
  where: string
) => {
  it.effect(
    `dockerfilePath ${where}: the file of the commit is built, over https and ssh, or refused before buildah 1.33`,
    () =>
      Effect.gen(function*() {
        const { repository } = yield* Site
        const commit = repository.commit("main", {
          "os/images/Containerfile": containerfile(
            "RUN <<EOF",
            Workplace.says("built of the repository"),
            "EOF",
            "COPY <<EOF /heredoc",
            "of the repository",
            "EOF"
          ),
          "os/motd": `Welcome by ${where}\n`
        })
        const ways = {
          https: [{ url: repository.https, ref: "main", secretName: "basic" }, {
            trustBundle: { configMapName: "trust" }
          }],
          ssh: [{ url: repository.ssh, ref: commit, secretName: "key" }, {}]
        } as const
        for (const [way, [git, more]] of Object.entries(ways)) {
          const input = yield* inputOf(`dockerfile path ${where} ${way}`, git, more)
          if (!isKnown) {
            if (where === "local") {
              const rejected = yield* Effect.flip(BuildBackend.build(input))
              assert.match(rejected.message, /dockerfilePath: requires buildah 1\.33 or later/)
            } else {
              const { status } = yield* finish(input)
              assert(status._tag === "Errored", JSON.stringify(status))
              assert.strictEqual(status.reason, "BuilderTooOld")
            }
            continue
          }
          const { log, status } = yield* finish(input)
          assert(status._tag === "Succeeded", JSON.stringify(status) + log.join("\n"))
          assert.include(log, "built of the repository")
          const { pullspec, tag } = status.image
          assert.strictEqual((yield* Workplace.fileOf(pullspec, "context/motd"))?.content, `Welcome by ${where}\n`)
          assert.strictEqual((yield* Workplace.fileOf(pullspec, "heredoc"))?.content, "of the repository\n")
          assert.strictEqual((yield* Workplace.inspect(tag)).Labels["org.opencontainers.image.revision"], commit)
          const said = log.join("\n") + (yield* Workplace.layersOf(pullspec))
          for (const secret of [GitServer.password, repository.key.split("\n")[2] ?? "no key"]) {
            assert.notInclude(said, secret)
          }
        }
      }),
    600_000
  )

  if (!isKnown) return

  it.effect(
    `dockerfilePath ${where}: the ignore file beside it comes before that of the context`,
    () =>
      Effect.gen(function*() {
        const { repository } = yield* Site
        const files = { "os/images/Containerfile": containerfile(), "os/kept": "", "os/one": "", "os/two": "" }
        const ignored: ReadonlyArray<readonly [Readonly<Record<string, string>>, ReadonlyArray<string>]> = [
          [{ "os/.containerignore": "one\n" }, ["kept", "two"]],
          [{ "os/.containerignore": "one\n", "os/images/Containerfile.containerignore": "two\n" }, ["kept", "one"]],
          [{ "os/.dockerignore": "one\n", "os/images/Containerfile.dockerignore": "one\ntwo\n" }, ["kept"]]
        ]
        for (const [index, [ignoring, expected]] of ignored.entries()) {
          repository.git("rm", "-r", "--quiet", "--force", "--ignore-unmatch", "os")
          repository.commit("ignoring", { ...files, ...ignoring })
          const git = { url: repository.ssh, ref: "ignoring", secretName: "key" }
          const { log, status } = yield* finish(yield* inputOf(`ignoring ${where} ${index}`, git))
          assert(status._tag === "Succeeded", JSON.stringify(status) + log.join("\n"))
          const { pullspec } = status.image
          const found = yield* Effect.filter(
            ["kept", "one", "two"],
            (name) => Effect.map(Workplace.fileOf(pullspec, `context/${name}`), (file) => file !== undefined)
          )
          assert.deepStrictEqual(found, expected)
        }
      }),
    600_000
  )

  it.effect(
    `dockerfilePath ${where}: its instructions fail, and decide the format, as those of dockerfile do`,
    () =>
      Effect.gen(function*() {
        const { repository } = yield* Site
        const build = (name: string, text: string, more: Partial<BuildInput.Options> = {}) => {
          repository.commit("deciding", { "os/images/Containerfile": text })
          const git = { url: repository.ssh, ref: "deciding", secretName: "key" }
          return Effect.flatMap(inputOf(`${name} ${where}`, git, more), (input) => finish(input))
        }
        const exits = yield* build("exits", containerfile("RUN exit 3"))
        assert(exits.status._tag === "Failed", JSON.stringify(exits.status))
        assert.strictEqual(exits.status.reason, "InstructionFailed")
        assert.strictEqual(exits.status.exitCode, 3)
        const invalid = yield* build("invalid", containerfile("RUN true", "RUNN true"))
        assert(invalid.status._tag === "Failed", JSON.stringify(invalid.status))
        assert.strictEqual(invalid.status.reason, "ContainerfileInvalid")
        const missing = yield* build("missing", containerfile("RUN true"), { dockerfilePath: "nowhere" })
        assert(missing.status._tag === "Failed", JSON.stringify(missing.status))
        assert.strictEqual(missing.status.reason, "ContainerfileInvalid")
        assert.match(missing.status.message, /has no file os\/nowhere/)
        const healthy = yield* build("healthy", containerfile("healthcheck CMD true"))
        assert(healthy.status._tag === "Succeeded", JSON.stringify(healthy.status))
        const raw = yield* Workplace.exec(
          "skopeo",
          ...["inspect", "--raw", "--tls-verify=false", `docker://${healthy.status.image.pullspec}`]
        )
        assert.include(raw, "application/vnd.docker.distribution.manifest.v2+json")
      }),
    600_000
  )
}

layer(local, { excludeTestServices: true, timeout: "5 minutes" })(
  "a Containerfile of a repository by this machine",
  (it) => cases(it, "local")
)

layer(cluster, { excludeTestServices: true, timeout: "5 minutes" })(
  "a Containerfile of a repository by a pod",
  (it) => cases(it, "in a pod")
)
