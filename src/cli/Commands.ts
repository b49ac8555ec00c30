/**
 * The commands, each with its help, its flags and its program.
 *
 * @since 0.1.0
 */
import type { ConfigError } from "effect/ConfigError"
import type * as Effect from "effect/Effect"
import type { Argv } from "./Argv.js"
import type * as Backends from "./Backends.js"
import * as BackendSettings from "./BackendSettings.js"
import type { CliError } from "./CliError.js"
import type { Flags as FlagTable } from "./Flag.js"
import * as Flags from "./Flags.js"
import type { Page } from "./Help.js"
import type { ClusterSettings, NodeServices } from "./NodeServices.js"
import type { Output } from "./Output.js"

/**
 * @since 0.1.0
 * @category models
 */
export type Requirements = Backends.Backends | NodeServices | Output

/**
 * @since 0.1.0
 * @category models
 */
export type Running = Effect.Effect<void, CliError | ConfigError, Requirements>

/**
 * - `table`: its flags.
 * - `load`: loads the program of the command, which help does not need.
 * - `check`: the problems between flags that are valid by themselves.
 *
 * @since 0.1.0
 * @category models
 */
export interface Definition<A extends object, M> {
  readonly table: FlagTable<A>
  readonly load: () => Promise<M>
  readonly handler: (module: M, options: A) => Running
  readonly check: (typed: Argv["typed"]) => ReadonlyArray<string>
}

/**
 * A command; `run` passes its definition to the reader of the flags.
 *
 * @since 0.1.0
 * @category models
 */
export interface Command extends Page {
  readonly table: FlagTable
  readonly run: (execute: <A extends object, M>(definition: Definition<A, M>) => Running) => Running
}

const make = <A extends object, M>(
  description: string,
  table: FlagTable<A>,
  load: () => Promise<M>,
  handler: (module: M, options: A) => Running,
  check: (typed: Argv["typed"]) => ReadonlyArray<string> = () => []
): Command => ({
  description,
  flags: Object.values<FlagTable[string]>(table).map(({ doc }) => doc),
  table: Object.fromEntries(Object.entries<FlagTable[string]>(table)),
  run: (execute) => execute({ table, load, handler, check })
})

// -----------------------------------------------------------------------------
// what they take
// -----------------------------------------------------------------------------

const {
  again,
  backend,
  clusterBackend,
  detach,
  fakeNamespace,
  follow,
  forUpload,
  ignoreNotFound,
  json,
  keep,
  metadataFile,
  namespace,
  olderThan,
  git,
  upload,
  onlyBackend,
  onlyMetadata,
  onlyRefs,
  quiet,
  ref,
  tail,
  watch
} = Flags.option

const inputFlags = { ...Flags.input, ...Flags.placement }

const buildFlags = { ...inputFlags, ...Flags.builder }

const missingInput = (missing: ReadonlyArray<FlagTable[string]>): ReadonlyArray<string> => [
  ...missing.map(({ doc }) => `${doc.label} is required`),
  ...(missing.length === 2 ? ["or give the whole input as JSON with --input FILE"] : [])
]

/** The flags that an input lacks, and those that --input excludes. */
const inputProblems = (typed: Argv["typed"]): ReadonlyArray<string> =>
  typed.has(Flags.input.inputFile.doc.name)
    ? Object.values(inputFlags).flatMap(({ doc }) =>
      doc !== Flags.input.inputFile.doc && typed.has(doc.name)
        ? [`${doc.label} cannot be combined with --input, which has the whole input`]
        : []
    )
    : missingInput(
      [Flags.input.file, Flags.input.final].filter(({ doc }) =>
        !typed.has(doc.name) && !(doc === Flags.input.file.doc && typed.has(Flags.input.dockerfilePath.doc.name))
      )
    )

const clusterSettings = ({ context, kubeconfig, requestTimeout }: ClusterSettings): ClusterSettings => ({
  kubeconfig,
  context,
  requestTimeout
})

/** The settings of commands about existing builds, which keep the other settings that they were submitted with. */
const access = (
  options: ClusterSettings & { readonly namespace?: string | undefined }
): BackendSettings.BackendSettings => ({
  ...BackendSettings.none,
  namespace: options.namespace,
  cluster: clusterSettings(options)
})

const builder = (options: {
  readonly insecureRegistries: ReadonlyArray<string>
  readonly storage: BackendSettings.BackendSettings["builder"]["storage"]
  readonly secretsDirectory: string | undefined
  readonly configMapsDirectory: string | undefined
}): Pick<BackendSettings.BackendSettings, "builder" | "local"> => ({
  builder: { insecureRegistries: options.insecureRegistries, storage: options.storage },
  local: { secretsDirectory: options.secretsDirectory, configMapsDirectory: options.configMapsDirectory }
})

const builds = () => import("./commands/Builds.js")

// -----------------------------------------------------------------------------
// all of them
// -----------------------------------------------------------------------------

/**
 * @since 0.1.0
 * @category constants
 */
export const commands: Readonly<Record<string, Command>> = {
  probe: make(
    "Probe the cluster: which backends it supports, and which would be chosen.",
    { json, namespace, upload: forUpload, ...Flags.cluster },
    () => import("./commands/Probe.js"),
    ({ probe }, options) => probe({ ...options, settings: access(options) })
  ),
  check: make(
    "Check which backends support an input. Reaches a cluster only if the context is uploaded, to check that this is permitted.",
    { json, backend: onlyBackend, namespace, ...buildFlags, ...Flags.cluster },
    () => import("./commands/Check.js"),
    ({ check }, options) =>
      check({ ...options, input: options, settings: { ...access(options), ...builder(options) } }),
    inputProblems
  ),
  build: make(
    "Build an image from a Containerfile and push it.",
    {
      ...{ json, quiet, metadataFile, backend, namespace, again, detach },
      ...buildFlags,
      ...Flags.cluster
    },
    () => import("./commands/Build.js"),
    ({ build }, options) =>
      build({ ...options, input: options, settings: { ...access(options), ...builder(options) } }),
    inputProblems
  ),
  status: make(
    "Print the status of a build. Exits with 0 whatever the status is; `wait` exits with the outcome.",
    { json, ref, ...Flags.cluster },
    builds,
    ({ status }, options) => status({ ...options, settings: access(options) })
  ),
  describe: make(
    "Print everything about a build: its status, its attempts, their pods and events.",
    { json, ref, ...Flags.cluster },
    () => import("./commands/Describe.js"),
    ({ describe }, options) => describe({ ...options, settings: access(options) })
  ),
  wait: make(
    "Wait for a build to end and print its image. Exits as `build` does: 0 if it succeeded, 1 if it failed, 3 if it " +
      "errored or was cancelled, or if --timeout has passed.",
    { json, timeout: Flags.option.waitTimeout, ref, ...Flags.cluster },
    builds,
    ({ wait }, options) => wait({ ...options, settings: access(options) })
  ),
  logs: make(
    "Print the log of a build. Exits with 0 whatever the outcome is, also with --follow; `wait` exits with the outcome.",
    { json, follow, tail, ref, ...Flags.cluster },
    builds,
    ({ logs }, options) => logs({ ...options, settings: access(options) })
  ),
  cancel: make(
    "Stop a build and print its status.",
    { json, ref, ...Flags.cluster },
    builds,
    ({ cancel }, options) => cancel({ ...options, settings: access(options) })
  ),
  list: make(
    "List builds, newest first.",
    { json, quiet: onlyRefs, backend, namespace, metadata: onlyMetadata, watch, ...Flags.cluster },
    builds,
    ({ list }, options) => list({ ...options, settings: access(options) })
  ),
  remove: make(
    "Delete a build and everything stored for it, except the pushed image.",
    { json, ignoreNotFound, ref, ...Flags.cluster },
    builds,
    ({ remove }, options) => remove({ ...options, settings: access(options) })
  ),
  prune: make(
    "Delete builds that ended long ago.",
    { json, backend, namespace, olderThan, keep, ...Flags.cluster },
    builds,
    ({ prune }, options) => prune({ ...options, settings: access(options) })
  ),
  rbac: make(
    "Print the permissions that a backend needs, for `kubectl apply -f -`.",
    { json, backend: clusterBackend, namespace, upload, git },
    () => import("./commands/PrintRbac.js"),
    ({ rbac }, options) => rbac(options)
  ),
  demo: make(
    "Show how a Containerfile is built on three clusters in memory.",
    { json },
    () => import("./commands/Demo.js"),
    ({ demo }, options) => demo(options)
  ),
  fake: make(
    "Serve a Kubernetes cluster in memory on loopback until interrupted, for `kubectl` and for tests in any language.",
    { json, namespace: fakeNamespace, ...Flags.fake },
    () => import("./commands/Fake.js"),
    ({ fake }, options) => fake(options)
  )
}
