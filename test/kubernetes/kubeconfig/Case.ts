/**
 * A case: kubeconfig files and an environment, and where they lead. The same cases run with this library and with kubectl.
 */
import { ConfigProvider, Effect, Either } from "effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as KubernetesCluster from "../../../src/kubernetes/KubernetesCluster.js"
import * as Resources from "../../../src/kubernetes/Resources.js"
import type { Seen, World } from "./Loopback.js"

/** The server and the identity, or what the error has to say. */
export type Outcome = Partial<Seen> & { readonly server: string } | { readonly refused: RegExp }

export type Content = string | Uint8Array | object

export interface Case {
  readonly title: string
  /** By their names in the case's folder; `config` is the one of KUBECONFIG. */
  readonly files: (world: World) => Readonly<Record<string, Content>>
  readonly env?: (world: World, folder: string) => Readonly<Record<string, string>>
  readonly settings?: (folder: string) => KubernetesCluster.Settings
  readonly expect: Outcome | ((world: World) => Outcome)
  /** The server cannot be reached, and it is enough to know that nobody was asked for this long. */
  readonly patience?: "1 second"
  /** What kubectl does, where it is meant to differ. */
  readonly kubectl?: { readonly expect: Outcome; readonly because: string }
}

interface Parts {
  readonly cluster?: object | null
  readonly user?: object | null
  readonly context?: object | null
  readonly more?: object
}

/** A kubeconfig of one context, for server a with a token unless the parts say otherwise. */
export const config = (world: World, parts: Parts = {}): object => ({
  apiVersion: "v1",
  kind: "Config",
  "current-context": "x",
  clusters: [{
    name: "c",
    cluster: parts.cluster === null
      ? null
      : { server: world.url.a, "certificate-authority": world.pem["ca"], ...parts.cluster }
  }],
  users: [{ name: "u", user: parts.user === undefined ? { token: "t" } : parts.user }],
  contexts: [{
    name: "x",
    context: parts.context === null ? null : { cluster: "c", user: "u", ...parts.context }
  }],
  ...parts.more
})

export const readBase64 = (file: string | undefined): string => fs.readFileSync(file ?? "").toString("base64")

/** What a case expects in this world. */
export const expectation = (world: World, { expect }: Case): Outcome =>
  typeof expect === "function" ? expect(world) : expect

let folders = 0

/** Writes the files of a case and returns its folder. */
export const write = (world: World, { files }: Case): string => {
  const folder = path.join(world.folder, `case-${folders++}`)
  fs.mkdirSync(folder)
  for (const [name, content] of Object.entries(files(world))) {
    const file = path.join(folder, name)
    fs.mkdirSync(path.dirname(file), { recursive: true })
    const bytes = typeof content === "string" || content instanceof Uint8Array ? content : JSON.stringify(content)
    fs.writeFileSync(file, bytes, { mode: name.endsWith(".sh") ? 0o755 : 0o600 })
  }
  return folder
}

export const environment = (world: World, { env }: Case, folder: string): Readonly<Record<string, string>> => ({
  HOME: folder,
  KUBECONFIG: path.join(folder, "config"),
  ...env?.(world, folder)
})

/** What came of it: the requests that the servers saw, and the error if there was one. */
export interface Result {
  readonly seen: ReadonlyArray<Seen>
  readonly error: string | undefined
}

/** Runs an effect while no other case does, and returns what the servers saw meanwhile. */
export const observe = <R>(
  world: World,
  run: Effect.Effect<string | undefined, never, R>
): Effect.Effect<Result, never, R> =>
  Effect.gen(function*() {
    const before = world.seen.length
    const error = yield* run
    return { seen: world.seen.slice(before), error }
  })

/** One request with this library. */
export const request = (world: World, testCase: Case, folder: string): Effect.Effect<string | undefined> =>
  Effect.gen(function*() {
    const cluster = yield* KubernetesCluster.make(testCase.settings?.(folder))
    yield* cluster.get(Resources.Pod, "a", { namespace: "ns" })
  }).pipe(
    Effect.scoped,
    Effect.withConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(environment(world, testCase, folder))))),
    Effect.either,
    (run) =>
      testCase.patience === undefined
        ? run
        : Effect.timeoutTo(run, {
          duration: testCase.patience,
          onSuccess: (result) => result,
          onTimeout: () => Either.left({ message: "the server was not reached" })
        }),
    Effect.map((result) => Either.isLeft(result) ? result.left.message : undefined)
  )

/** A result in the form of an expectation, with only the parts that the expectation has. */
export const project = (expected: Outcome, { error, seen }: Result): unknown => {
  const [first] = seen
  if (first === undefined) return { refused: error }
  if ("refused" in expected) return first
  const anonymous = { authorization: undefined, impersonate: [], certificate: undefined, proxies: [] }
  return { ...anonymous, ...first }
}

/** An expectation with everything that it leaves out: nothing more may be sent. */
export const complete = (expected: Outcome): unknown =>
  "refused" in expected
    ? expected
    : { authorization: undefined, impersonate: [], certificate: undefined, proxies: [], ...expected }
