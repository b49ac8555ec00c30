/**
 * Which kubeconfig files are read, and how they are merged: by the loading rules of client-go (`clientcmd/loader.go`).
 *
 * One file if it is named, and it must exist; else those of KUBECONFIG, of which missing ones are skipped; else
 * ~/.kube/config. The first file that defines a cluster, user or context by a name wins, as does the first current context.
 * Paths in an entry are relative to the file that defines it.
 */
import * as Arr from "effect/Array"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as fs from "node:fs/promises"
import * as os from "node:os"
import * as path from "node:path"
import { fromEither } from "../../effect/EitherEffect.js"
import { errorCode } from "../transport/HttpAgent.js"
import { ConfigurationError, redact } from "./ConfigurationError.js"
import * as KubeconfigFile from "./KubeconfigFile.js"

/** An entry, and the file that defines it. */
export interface Entry<A> {
  readonly name: string
  readonly file: string
  readonly value: A
}

export interface Merged {
  /** The files that were looked for. */
  readonly paths: ReadonlyArray<string>
  /** The files that exist. */
  readonly files: ReadonlyArray<string>
  readonly currentContext: string
  readonly clusters: ReadonlyMap<string, Entry<KubeconfigFile.Cluster>>
  readonly users: ReadonlyMap<string, Entry<KubeconfigFile.User>>
  readonly contexts: ReadonlyMap<string, Entry<KubeconfigFile.Context>>
}

/** A text from the environment; empty if it is not set. */
export const variable = (name: string): Effect.Effect<string> =>
  Effect.orElseSucceed(Config.withDefault(Config.string(name), ""), () => "")

const defaultFiles = Effect.gen(function*() {
  const list = yield* variable("KUBECONFIG")
  if (list !== "") return Arr.dedupe(list.split(path.delimiter)).filter((file) => file !== "")
  const home = yield* variable("HOME")
  return [path.join(home === "" ? os.homedir() : home, ".kube", "config")]
})

interface File {
  readonly path: string
  readonly content: KubeconfigFile.Kubeconfig
}

/** The bytes of a file; undefined if it does not exist. */
const readBytes = (file: string): Effect.Effect<Uint8Array | undefined, string> =>
  Effect.tryPromise({
    try: () =>
      fs.readFile(file).catch((error: unknown) => {
        if (errorCode(error) === "ENOENT") return undefined
        throw error
      }),
    catch: (error) => `${file} (${redact(error)})`
  })

/** Reads a file; undefined if it does not exist. */
const readFile = (file: string): Effect.Effect<File | undefined, string> =>
  Effect.flatMap(readBytes(file), (bytes) =>
    bytes === undefined
      ? Effect.succeed(undefined)
      : fromEither(Either.mapBoth(KubeconfigFile.parse(bytes), {
        onLeft: (problem) => `${file} (${problem})`,
        onRight: (content) => ({ path: file, content })
      })))

const cannotRead = (problem: string) =>
  new ConfigurationError({
    reason: "NoConfiguration",
    detail: `Cannot read the kubeconfig ${problem}`,
    advice: "correct the file, or choose another one by KUBECONFIG"
  })

const firstByName = <A>(entries: ReadonlyArray<Entry<A>>): ReadonlyMap<string, Entry<A>> => {
  const byName = new Map<string, Entry<A>>()
  for (const entry of entries) {
    if (!byName.has(entry.name)) byName.set(entry.name, entry)
  }
  return byName
}

const merge = (paths: ReadonlyArray<string>, files: ReadonlyArray<File>): Merged => {
  const entries = <A>(of: (content: KubeconfigFile.Kubeconfig) => ReadonlyArray<readonly [string, A]>) =>
    firstByName(files.flatMap(({ content, path: file }) => of(content).map(([name, value]) => ({ name, file, value }))))
  return {
    paths,
    files: files.map((file) => file.path),
    currentContext: files.map(({ content }) => content["current-context"]).find((name) => name !== "") ?? "",
    clusters: entries(({ clusters }) => clusters.map(({ cluster, name }) => [name, cluster])),
    users: entries(({ users }) => users.map(({ name, user }) => [name, user])),
    contexts: entries(({ contexts }) => contexts.map(({ context, name }) => [name, context]))
  }
}

/** Reads and merges the files, or fails with the problems of all of them. */
export const load = (explicit: string | undefined): Effect.Effect<Merged, ConfigurationError> =>
  Effect.gen(function*() {
    const named = explicit === undefined || explicit === "" ? undefined : explicit
    const paths = named === undefined ? yield* defaultFiles : [named]
    const read = yield* Effect.forEach(paths, (path) => Effect.either(readFile(path)))
    const problems = read.flatMap(Either.match({ onLeft: (problem) => [problem], onRight: () => [] }))
    if (problems.length > 0) return yield* cannotRead(problems.join("; "))
    const present = read.flatMap(
      Either.match({ onLeft: () => [], onRight: (file) => file === undefined ? [] : [file] })
    )
    if (named !== undefined && present.length === 0) return yield* cannotRead(`${named} (it does not exist)`)
    return merge(paths, present)
  })

/** The path of a file that an entry names; empty if it names none. */
export const resolvePath = (entry: Entry<unknown>, file: string): string =>
  file === "" ? "" : path.resolve(path.dirname(entry.file), file)
