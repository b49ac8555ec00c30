/**
 * The commands: for each its help, its flags, and what it runs.
 *
 * @since 0.1.0
 */
import * as Config from "effect/Config"
import type { ConfigError } from "effect/ConfigError"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Argv } from "./Argv.js"
import type * as Backends from "./Backends.js"
import * as BackendSettings from "./BackendSettings.js"
import { type CliError, UsageError } from "./CliError.js"
import { decode, type Flags as FlagTable } from "./Flag.js"
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
export interface Command extends Page {
  readonly table: FlagTable
  readonly run: (argv: Argv) => Effect.Effect<void, CliError | ConfigError, Requirements>
}

const listed = (value: string): ReadonlyArray<string> =>
  value.split(",").map((item) => item.trim()).filter((item) => item !== "")

/** The values that were typed, and those of environment variables for flags that were not. */
const withVariables = (table: FlagTable, typed: Argv["typed"]): Effect.Effect<Argv["typed"], ConfigError> =>
  Effect.reduce(
    Object.values(table),
    typed,
    (typed, { doc: { name, repeated, variable } }) =>
      variable === undefined || typed.has(name)
        ? Effect.succeed(typed)
        : Effect.map(
          Config.option(Config.nonEmptyString(variable)),
          Option.match({
            onNone: () => typed,
            onSome: (value) => new Map([...typed, [name, repeated ? listed(value) : [value]]])
          })
        )
  )

const make = <A, I>(
  description: string,
  schema: Schema.Schema<A, I> & { readonly fields: FlagTable },
  handler: (options: A) => Effect.Effect<void, CliError | ConfigError, Requirements>,
  check: (typed: Argv["typed"]) => ReadonlyArray<string> = () => []
): Command => ({
  description,
  flags: Object.values(schema.fields).map(({ doc }) => doc),
  table: schema.fields,
  run: ({ command, problems, typed }) =>
    Effect.gen(function*() {
      const options = decode(schema, yield* withVariables(schema.fields, typed), typed)
      const all = [...problems, ...(Either.isLeft(options) ? options.left : []), ...check(typed)]
      return Either.isRight(options) && all.length === 0
        ? yield* handler(options.right)
        : yield* new UsageError({ command, problems: all })
    })
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

/** What is missing for an input, and what --input excludes. */
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

// -----------------------------------------------------------------------------
// what they run, which is loaded then
// -----------------------------------------------------------------------------

const buildCommand = Effect.promise(() => import("./commands/Build.js"))
const buildsCommand = Effect.promise(() => import("./commands/Builds.js"))
const checkCommand = Effect.promise(() => import("./commands/Check.js"))
const demoCommand = Effect.promise(() => import("./commands/Demo.js"))
const describeCommand = Effect.promise(() => import("./commands/Describe.js"))
const fakeCommand = Effect.promise(() => import("./commands/Fake.js"))
const printRbacCommand = Effect.promise(() => import("./commands/PrintRbac.js"))
const probeCommand = Effect.promise(() => import("./commands/Probe.js"))

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
    Schema.Struct({ json, namespace, upload: forUpload, ...Flags.cluster }),
    (options) => Effect.flatMap(probeCommand, ({ probe }) => probe({ ...options, settings: access(options) }))
  ),
  check: make(
    "Check which backends support an input. A cluster is reached only where the context is uploaded, to ask whether it permits that.",
    Schema.Struct({ json, backend: onlyBackend, namespace, ...buildFlags, ...Flags.cluster }),
    (options) =>
      Effect.flatMap(
        checkCommand,
        ({ check }) => check({ ...options, input: options, settings: { ...access(options), ...builder(options) } })
      ),
    inputProblems
  ),
  build: make(
    "Build an image from a Containerfile and push it.",
    Schema.Struct({
      ...{ json, quiet, metadataFile, backend, namespace, again, detach },
      ...buildFlags,
      ...Flags.cluster
    }),
    (options) =>
      Effect.flatMap(
        buildCommand,
        ({ build }) => build({ ...options, input: options, settings: { ...access(options), ...builder(options) } })
      ),
    inputProblems
  ),
  status: make(
    "Print the status of a build. Exits with 0 whatever the status is; `wait` exits with the outcome.",
    Schema.Struct({ json, ref, ...Flags.cluster }),
    (options) => Effect.flatMap(buildsCommand, ({ status }) => status({ ...options, settings: access(options) }))
  ),
  describe: make(
    "Print everything about a build: its status, its attempts, their pods and events.",
    Schema.Struct({ json, ref, ...Flags.cluster }),
    (options) => Effect.flatMap(describeCommand, ({ describe }) => describe({ ...options, settings: access(options) }))
  ),
  wait: make(
    "Wait for a build to end and print its image. Exits as `build` does: 0 if it succeeded, 1 if it failed, 3 if it " +
      "errored or was cancelled, or if --timeout has passed.",
    Schema.Struct({ json, timeout: Flags.option.waitTimeout, ref, ...Flags.cluster }),
    (options) => Effect.flatMap(buildsCommand, ({ wait }) => wait({ ...options, settings: access(options) }))
  ),
  logs: make(
    "Print the log of a build. Exits with 0 whatever the outcome is, also with --follow; `wait` exits with the outcome.",
    Schema.Struct({ json, follow, tail, ref, ...Flags.cluster }),
    (options) => Effect.flatMap(buildsCommand, ({ logs }) => logs({ ...options, settings: access(options) }))
  ),
  cancel: make(
    "Stop a build and print its status.",
    Schema.Struct({ json, ref, ...Flags.cluster }),
    (options) => Effect.flatMap(buildsCommand, ({ cancel }) => cancel({ ...options, settings: access(options) }))
  ),
  list: make(
    "List builds, newest first.",
    Schema.Struct({ json, quiet: onlyRefs, backend, namespace, metadata: onlyMetadata, watch, ...Flags.cluster }),
    (options) => Effect.flatMap(buildsCommand, ({ list }) => list({ ...options, settings: access(options) }))
  ),
  remove: make(
    "Delete a build and everything stored for it, except the pushed image.",
    Schema.Struct({ json, ignoreNotFound, ref, ...Flags.cluster }),
    (options) => Effect.flatMap(buildsCommand, ({ remove }) => remove({ ...options, settings: access(options) }))
  ),
  prune: make(
    "Delete builds that ended long ago.",
    Schema.Struct({ json, backend, namespace, olderThan, keep, ...Flags.cluster }),
    (options) => Effect.flatMap(buildsCommand, ({ prune }) => prune({ ...options, settings: access(options) }))
  ),
  rbac: make(
    "Print the permissions that a backend needs, for `kubectl apply -f -`.",
    Schema.Struct({ json, backend: clusterBackend, namespace, upload, git }),
    (options) => Effect.flatMap(printRbacCommand, ({ rbac }) => rbac(options))
  ),
  demo: make(
    "Build a Containerfile on three clusters in memory, and show how.",
    Schema.Struct({ json }),
    (options) => Effect.flatMap(demoCommand, ({ demo }) => demo(options))
  ),
  fake: make(
    "Serve a Kubernetes cluster in memory on loopback until interrupted, for `kubectl` and for tests in any language.",
    Schema.Struct({ json, namespace: fakeNamespace, ...Flags.fake }),
    (options) => Effect.flatMap(fakeCommand, ({ fake }) => fake(options))
  )
}
