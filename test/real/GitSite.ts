/** A repository with its two secrets and its certificate, for the script and for backends. */
import { NodeContext } from "@effect/platform-node"
import { Context, Effect, Layer } from "effect"
import { Cluster, LocalBuildBackend } from "effect-os-builder"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Resources from "../../src/kubernetes/Resources.js"
import * as GitServer from "./GitServer.js"
import { backend as jobs } from "./RealJobs.js"
import * as Workplace from "./Workplace.js"

/** Writes files into a folder below another, and gives its path. */
export const put = (folder: string, name: string, files: Readonly<Record<string, string>>): string => {
  const directory = path.join(folder, name)
  fs.mkdirSync(directory, { recursive: true })
  for (const [key, content] of Object.entries(files)) fs.writeFileSync(path.join(directory, key), content)
  return directory
}

export class Site extends Context.Tag("test/real/git/Site")<Site, {
  readonly folder: string
  readonly repository: GitServer.Repository
  readonly basic: string
  readonly key: string
  readonly trust: string
}>() {}

export const site = Layer.scoped(
  Site,
  Effect.gen(function*() {
    const folder = yield* Workplace.temporaryFolder
    const repository = yield* GitServer.make(folder)
    const trust = path.join(put(folder, "trust", { "ca.pem": repository.certificate }), "ca.pem")
    return {
      folder,
      repository,
      trust,
      basic: put(folder, "basic", { username: GitServer.user, password: GitServer.password }),
      key: put(folder, "key", { "ssh-privatekey": repository.key.trimEnd(), known_hosts: repository.knownHosts })
    }
  })
)

/** The backend of this machine, with the secrets `basic` and `key` and the ConfigMap `trust`. */
export const local = Layer.unwrapEffect(
  Effect.map(Site, ({ basic, folder, key, repository }) => {
    const secretsDirectory = put(folder, "secrets", {})
    const configMapsDirectory = put(folder, "config-maps", {})
    fs.cpSync(basic, path.join(secretsDirectory, "basic"), { recursive: true })
    fs.cpSync(key, path.join(secretsDirectory, "key"), { recursive: true })
    put(configMapsDirectory, "trust", { "ca-bundle.crt": repository.certificate })
    return LocalBuildBackend.layerWith({
      stateDirectory: put(folder, "state", {}),
      workDirectory: put(folder, "local-work", {}),
      secretsDirectory,
      configMapsDirectory
    })
  })
).pipe(
  Layer.provideMerge(site),
  Layer.provideMerge(Workplace.layer),
  Layer.provide(NodeContext.layer)
)

const filesOf = (folder: string): Record<string, string> =>
  Object.fromEntries(fs.readdirSync(folder).map((name) => [name, fs.readFileSync(path.join(folder, name), "utf8")]))

/** The backend of Jobs with the same. */
export const cluster = Layer.effectDiscard(
  Effect.gen(function*() {
    const { basic, key, repository } = yield* Site
    const { create } = yield* Cluster.Cluster
    for (const [name, folder] of Object.entries({ basic, key })) {
      const data = Object.entries(filesOf(folder)).map(([file, text]) => [file, Buffer.from(text).toString("base64")])
      yield* create(Resources.Secret, { metadata: { name }, data: Object.fromEntries(data) })
    }
    yield* create(Resources.ConfigMap, {
      metadata: { name: "trust" },
      data: { "ca-bundle.crt": repository.certificate }
    })
  })
).pipe(Layer.provideMerge(jobs({})), Layer.provideMerge(site))
