/**
 * Builds on this machine with buildah, with the same script as build pods: for laptops and CI.
 *
 * It needs Linux, buildah 1.28 or later, tar, and a user for whom buildah works: root, or a user with subordinate ids. A build lives
 * as long as the layer that accepted it: closing the layer cancels unfinished builds. If the process is killed, the build's processes
 * are killed with it, and the next process that reads the build finds it `Errored("NodeLost")`, retryable. Records, logs and outcomes
 * stay in a state directory, from which any process of the user can read them, and through which it can cancel builds.
 *
 * Registries on loopback may use plain HTTP. Images that name no secret use the user's own credentials file, without its credential
 * helpers. Secrets and ConfigMaps of an input are folders below `secretsDirectory` and `configMapsDirectory`. `resources`,
 * `objectLabels` and `pendingTimeout` have no effect. `check` refuses what this backend cannot honour.
 *
 * @since 0.1.0
 */
import * as CommandExecutor from "@effect/platform/CommandExecutor"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Arr from "effect/Array"
import * as Config from "effect/Config"
import type { ConfigError } from "effect/ConfigError"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Order from "effect/Order"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { randomUUID } from "node:crypto"
import { BackendError, BuildNotFound, BuildRejected } from "../core/BuildError.js"
import * as BuildInput from "../core/BuildInput.js"
import type { BuildRef } from "../core/BuildRef.js"
import * as BuildStatus from "../core/BuildStatus.js"
import * as BuildContext from "../core/input/BuildContext.js"
import { hasEntries } from "../core/input/CallerMetadata.js"
import { BuildBackend, BuildSummary, type Service } from "../core/service/BuildService.js"
import { isAdopted } from "../core/service/BuildSummary.js"
import * as Calls from "../core/service/Calls.js"
import { make as makeService } from "../core/service/Traced.js"
import * as BaseLookup from "./local/BaseLookup.js"
import * as BuildSupervisor from "./local/BuildSupervisor.js"
import * as ContextFolders from "./local/ContextFolders.js"
import * as GitFetch from "./local/GitFetch.js"
import * as HostInfo from "./local/HostInfo.js"
import { type LocalSettings, readEnvironment } from "./local/LocalSettings.js"
import * as LocalUnsupported from "./local/LocalUnsupported.js"
import * as References from "./local/References.js"
import * as Sandbox from "./local/Sandbox.js"
import * as StateDirectory from "./local/StateDirectory.js"

export { type LocalSettings as Settings } from "./local/LocalSettings.js"

const name = "local"

// How often the state directory is read: it is on a local disk, and the files are small.
const interval = Duration.millis(100)

// How long a build may take to stop: its processes die at once; deleting its files takes the rest.
const patience = "1 minute"

/**
 * The backend as a value; the builds it accepts end with the scope.
 *
 * @example
 * ```ts
 * import { NodeContext } from "@effect/platform-node"
 * import { BuildInput, LocalBuildBackend } from "effect-os-builder"
 * import { Effect } from "effect"
 *
 * const program = Effect.gen(function*() {
 *   const backend = yield* LocalBuildBackend.make({ cacheDirectory: "/var/cache/layers" })
 *   const input = yield* BuildInput.make({
 *     dockerfile: "FROM quay.io/fedora/fedora-bootc:43",
 *     baseImage: { pullspec: "quay.io/fedora/fedora-bootc:43" },
 *     finalImage: { pullspec: "localhost:5000/os:1" }
 *   })
 *   return yield* backend.check(input)
 * }).pipe(Effect.scoped, Effect.provide(NodeContext.layer))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (
  settings: LocalSettings = {}
): Effect.Effect<
  Service,
  ConfigError,
  CommandExecutor.CommandExecutor | FileSystem.FileSystem | Path.Path | Scope.Scope
> =>
  Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const executor = yield* CommandExecutor.CommandExecutor
    const isolation = settings.isolation ?? "chroot"
    const around = yield* readEnvironment(fs, settings)
    // Uninterruptible, since a cached interruption would stay for good.
    const machine = yield* Effect.cached(Effect.uninterruptible(HostInfo.probe(executor)))
    const git = yield* Effect.cached(Effect.uninterruptible(HostInfo.probeGit(executor)))
    const machineFor = (input: BuildInput.BuildInput) =>
      BuildContext.isGit(input.context)
        ? Effect.zipWith(machine, git, (machine, git): HostInfo.HostInfo => ({ ...machine, git }))
        : machine
    const sandbox = yield* Effect.cached(Effect.uninterruptible(Sandbox.make(executor, fs)))
    const state = StateDirectory.make(fs, path, path.resolve(around.stateDirectory), Effect.sync(() => randomUUID()))
    const referenced = { secrets: settings.secretsDirectory, configMaps: settings.configMapsDirectory }
    const buildah = Effect.map(Effect.all([sandbox, machine]), ([sandbox, machine]) => ({
      fs,
      path,
      sandbox,
      environment: around.environment,
      insecureRegistries: settings.insecureRegistries ?? [],
      authFile: around.authFile,
      knowsHeredocs: HostInfo.knowsHeredocs(machine),
      version: machine.buildah,
      isolation
    }))
    const life = yield* BuildSupervisor.make({
      fs,
      state,
      sandbox,
      interval,
      retryDelay: settings.retryDelay ?? "2 seconds",
      workDirectory: path.resolve(around.workDirectory),
      buildah
    })
    /** The build of a ref; undefined if there is none, or if its name belongs to another build by now. */
    const find = (ref: BuildRef) =>
      Effect.map(state.record(ref), (record) => record?.ref.uid === ref.uid ? record : undefined)

    const statusOf = (ref: BuildRef): Effect.Effect<BuildStatus.BuildStatus | undefined, BackendError> =>
      Effect.gen(function*() {
        const current = life.current(ref.uid)
        if (current !== undefined) return current
        const record = yield* find(ref)
        if (record === undefined) return undefined
        const status = yield* life.status(record)
        // A build that is being removed may have been read only in part.
        return BuildStatus.isTerminal(status) || (yield* find(ref)) !== undefined ? status : undefined
      })

    const isOver = (status: BuildStatus.BuildStatus | undefined): boolean =>
      status === undefined || BuildStatus.isTerminal(status)

    const existing = <A>(
      ref: BuildRef,
      found: Effect.Effect<A | undefined, BackendError>
    ): Effect.Effect<A, BackendError | BuildNotFound> =>
      Effect.flatMap(found, (found) => found === undefined ? new BuildNotFound({ ref }) : Effect.succeed(found))

    const check: Service["check"] = (input) =>
      Effect.flatMap(machineFor(input), (machine) => {
        const issues = LocalUnsupported.issues(input, machine, { isolation, format: settings.format })
        return issues.length === 0 ? Effect.void : new BuildRejected({ reason: "Unsupported", issues })
      })

    const build: Service["build"] = (given, options) =>
      Effect.gen(function*() {
        const namespace = options?.namespace ?? settings.namespace ?? "default"
        yield* Calls.namespace(namespace)
        // The probe of the sandbox, which the build needs once it is recorded, and the check start a program each. The context is hashed
        // while they run.
        yield* Effect.forkDaemon(sandbox)
        yield* Effect.all([check(given), Effect.sync(() => BuildInput.fingerprint(given))], {
          concurrency: "unbounded",
          discard: true
        })
        const references = yield* References.resolve(fs, path, referenced, given)
        const folder = path.join(path.resolve(around.workDirectory), `resolve-${randomUUID()}`)
        const input = BuildContext.isGit(given.context)
          ? yield* GitFetch.resolve(
            { fs, path, sandbox: yield* sandbox, environment: around.environment },
            given,
            references,
            folder
          )
          : given
        const contentOfFolders = yield* ContextFolders.digest(fs, path, input)
        const fingerprint = BuildInput.fingerprint(input)
        for (let again = options?.again === true;; again = false) {
          const numbers = StateDirectory.numbersOf(yield* state.list(namespace), fingerprint)
          const [newest = 0] = numbers
          for (const number of again ? [] : numbers) {
            const record = yield* state.record({ namespace, name: StateDirectory.nameOf(fingerprint, number) })
            // The fingerprint covers the paths of folders alone.
            if (
              record !== undefined && record.folders === contentOfFolders &&
              isAdopted(yield* life.status(record), number === newest)
            ) {
              return { ref: record.ref, adopted: true }
            }
          }
          const ref = yield* life.begin(input, references, {
            backend: name,
            namespace,
            name: StateDirectory.nameOf(fingerprint, newest + 1),
            folders: contentOfFolders
          })
          // Otherwise another client was faster, and its build is adopted.
          if (ref !== undefined) return { ref, adopted: false }
        }
      })

    /** Waits until the status of a build may be another one. */
    const pause = ({ uid }: BuildRef, seen: BuildStatus.BuildStatus) =>
      Effect.suspend(() => life.current(uid) === undefined ? Effect.sleep(interval) : life.whenChanged(uid, seen))

    const changes: Service["changes"] = (ref) =>
      Stream.unwrap(Effect.map(existing(ref, statusOf(ref)), (first) => {
        let seen = first
        const later = Effect.map(
          Effect.andThen(Effect.suspend(() => pause(ref, seen)), statusOf(ref)),
          (status) =>
            seen = status ?? BuildStatus.errored("Deleted", { message: `${ref} was removed while it was watched` })
        )
        return Stream.concat(Stream.make(first), Stream.repeatEffect(later)).pipe(
          Stream.changesWith(BuildStatus.equivalence),
          Stream.takeUntil(BuildStatus.isTerminal)
        )
      }))

    const logs: Service["logs"] = (ref, options) =>
      Stream.unwrap(Effect.map(existing(ref, find(ref)), () =>
        state.log(ref, {
          interval,
          ended: life.whenEnded(ref.uid),
          tailLines: options?.tailLines,
          isComplete: options?.follow === true ? Effect.map(statusOf(ref), isOver) : Effect.succeed(true)
        })))

    const cancel: Service["cancel"] = (ref) =>
      Effect.gen(function*() {
        if (isOver(yield* statusOf(ref))) return
        yield* state.stop(ref)
        yield* Effect.repeat(Effect.delay(statusOf(ref), interval), { until: isOver })
      }).pipe(Effect.timeoutFail({
        duration: patience,
        onTimeout: () =>
          new BackendError({
            backend: name,
            reason: "Timeout",
            operation: `stop ${ref}`,
            detail: "the process that runs the build does not react; end it, then repeat the call"
          })
      }))

    const isOutdated: Service["isOutdated"] = (ref) =>
      Effect.gen(function*() {
        const status = yield* existing(ref, statusOf(ref))
        return yield* Calls.checkBase(status, (image) =>
          Effect.gen(function*() {
            const input = yield* existing(ref, state.input(ref))
            const folder = path.join(path.resolve(around.workDirectory), `base-${randomUUID()}`)
            return yield* BaseLookup.run(yield* buildah, referenced, { ref, input, image, folder })
          }))
      })

    const remove: Service["remove"] = (ref) =>
      Effect.gen(function*() {
        if (!isOver(yield* statusOf(ref))) {
          yield* cancel(ref)
          // For those who watch it, here and in other processes: they look this often.
          yield* Effect.sleep(Duration.times(interval, 3))
        }
        const record = yield* find(ref)
        if (record === undefined) return
        // A process that was killed after the outcome was stored leaves files.
        yield* Effect.flatMap(sandbox, ({ clear }) => clear(record.workFolder))
        yield* state.remove(ref)
      })

    const summary = (record: StateDirectory.LocalRecord) =>
      Effect.gen(function*() {
        const status = yield* life.status(record)
        const outcome = yield* state.outcome(record.ref)
        return new BuildSummary({
          ref: record.ref,
          fingerprint: record.fingerprint,
          finalImage: record.finalImage ?? "",
          createdAt: record.createdAt,
          ...(outcome === undefined ? {} : { finishedAt: outcome.finishedAt }),
          status,
          metadata: record.metadata ?? {}
        })
      })

    const list: Service["list"] = (options) =>
      Effect.gen(function*() {
        const places = yield* state.list(options?.namespace)
        const records = yield* Effect.forEach(places, (place) => state.record(place))
        const wanted = records.flatMap((record) =>
          record === undefined ||
            (options?.fingerprint !== undefined && record.fingerprint !== options.fingerprint) ||
            !hasEntries(record.metadata ?? {}, options?.metadata)
            ? []
            : [record]
        )
        const summaries = yield* Effect.forEach(wanted, summary)
        return Arr.sort(
          summaries,
          Order.reverse(Order.mapInput(DateTime.Order, ({ createdAt }: BuildSummary) => createdAt))
        )
      })

    return makeService({
      name,
      check,
      build,
      status: (ref) => existing(ref, statusOf(ref)),
      changes,
      logs,
      cancel,
      remove,
      isOutdated,
      list
    })
  })

/**
 * The backend with its defaults.
 *
 * @example
 * ```ts
 * import { NodeContext } from "@effect/platform-node"
 * import { LocalBuildBackend } from "effect-os-builder"
 * import { Layer } from "effect"
 *
 * const backend = LocalBuildBackend.layer.pipe(Layer.provide(NodeContext.layer))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<
  BuildBackend,
  ConfigError,
  CommandExecutor.CommandExecutor | FileSystem.FileSystem | Path.Path
> = Layer.scoped(BuildBackend, make())

/**
 * The backend with settings; a new layer for each call.
 *
 * @example
 * ```ts
 * import { LocalBuildBackend } from "effect-os-builder"
 *
 * const backend = LocalBuildBackend.layerWith({ secretsDirectory: "/etc/builds/secrets", storage: "overlay" })
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerWith = (
  settings: LocalSettings
): Layer.Layer<
  BuildBackend,
  ConfigError,
  CommandExecutor.CommandExecutor | FileSystem.FileSystem | Path.Path
> => Layer.scoped(BuildBackend, make(settings))

/**
 * The backend with settings of which each is a value or a `Config`, read when the layer is built.
 *
 * @example
 * ```ts
 * import { LocalBuildBackend } from "effect-os-builder"
 * import { Config } from "effect"
 *
 * const backend = LocalBuildBackend.layerConfig({ workDirectory: Config.string("WORK_DIR") })
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConfig = (
  config: Config.Config.Wrap<LocalSettings>
): Layer.Layer<
  BuildBackend,
  ConfigError,
  CommandExecutor.CommandExecutor | FileSystem.FileSystem | Path.Path
> => Layer.scoped(BuildBackend, Effect.flatMap(Config.unwrap(config), make))
