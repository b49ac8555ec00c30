/**
 * `os-builder fake`: a Kubernetes cluster in memory, served for any client until it is interrupted.
 *
 * @since 0.1.0
 */
import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { systemMessage } from "../../effect/FileError.js"
import type * as FakeApiServer from "../../fake/apiserver/FakeApiServer.js"
import * as Seed from "../../fake/store/Seed.js"
import { isObject, type JsonObject } from "../../kubernetes/client/ApiRequest.js"
import { errorCode } from "../../kubernetes/transport/HttpAgent.js"
import * as Assembly from "../../testing/Assembly.js"
import { type CliError, UsageError } from "../CliError.js"
import { Output } from "../Output.js"
import * as ProgramsFile from "../ProgramsFile.js"
import type * as TextFile from "../TextFile.js"
import * as YamlFile from "../YamlFile.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface Options {
  readonly json: boolean
  readonly topology: "kubernetes" | "openshift" | "single-node" | undefined
  readonly namespace: string | undefined
  readonly port: number | undefined
  readonly kubeconfigFile: string | undefined
  readonly seedFiles: ReadonlyArray<string>
  readonly programsFile: string | undefined
}

const openShift: Readonly<Record<NonNullable<Options["topology"]>, Assembly.Options["openShift"]>> = {
  kubernetes: false,
  openshift: {},
  "single-node": { topology: "SingleReplica" }
}

const wrong = (problem: string): UsageError => new UsageError({ command: "fake", problems: [problem] })

interface Given {
  /** The file and the position in it, for messages. */
  readonly place: string
  readonly object: JsonObject
}

/** A `List`, as `kubectl get -o yaml` prints it, is replaced by its items. */
const objectsOf = (value: unknown, place: string): Either.Either<ReadonlyArray<Given>, UsageError> => {
  if (value === null || value === undefined) return Either.right([])
  if (!isObject(value)) return Either.left(wrong(`--seed: ${place} is not an object`))
  const { items, kind } = value
  return typeof kind === "string" && kind.endsWith("List") && Array.isArray(items)
    ? Either.map(
      Either.all(items.map((item, index) => objectsOf(item, `item ${index + 1} of ${place}`))),
      (found) => found.flat()
    )
    : Either.right([{ place, object: value }])
}

/** The problem of a file that an option names. */
const unreadable = (option: string, file: string) => ({ problem }: TextFile.Unreadable): UsageError =>
  wrong(`${option}: ${file} ${problem}`)

const readSeed = (file: string): Effect.Effect<ReadonlyArray<Given>, UsageError, FileSystem.FileSystem> =>
  Effect.gen(function*() {
    const documents = yield* Effect.mapError(YamlFile.documents(file), unreadable("--seed", file))
    const given = yield* Either.all(
      documents.map((value, index) => objectsOf(value, `document ${index + 1} of ${file}`))
    )
    return given.flat()
  })

/** Puts the objects into the cluster, or fails with every one that the cluster does not take. */
const seed = (plane: FakeApiServer.Service["plane"], given: ReadonlyArray<Given>): Effect.Effect<void, UsageError> =>
  Effect.flatMap(Clock.currentTimeMillis, (now) => {
    const problems = given.flatMap(({ object, place }) =>
      Either.match(Seed.put(plane, object, now), {
        onLeft: ({ message }) => [`--seed: the cluster does not take ${place}: ${message}`],
        onRight: () => []
      })
    )
    return problems.length === 0 ? Effect.void : new UsageError({ command: "fake", problems })
  })

const unwritable = (file: string) => (error: PlatformError): UsageError =>
  wrong(
    error._tag === "SystemError" && error.reason === "AlreadyExists"
      ? `--kubeconfig: ${file} exists and is not overwritten; name another file or remove it`
      : `--kubeconfig: ${file} cannot be written (${systemMessage(error) ?? error.message})`
  )

const notListening = ({ cause, port }: FakeApiServer.NotListening): UsageError =>
  wrong(
    `--port: port ${port} of 127.0.0.1 ${
      errorCode(cause) === "EADDRINUSE" ? "is in use" : `cannot be listened on (${errorCode(cause)})`
    }; choose another`
  )

/** Writes the kubeconfig, which holds a token, for this user alone; it is removed with the cluster. */
const writeKubeconfig = (file: string | undefined, content: string) =>
  Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const target = file ?? path.join(
      yield* Effect.mapError(
        fs.makeTempDirectoryScoped({ prefix: "os-builder-fake-" }),
        unwritable("a temporary file")
      ),
      "kubeconfig"
    )
    yield* Effect.acquireRelease(
      Effect.mapError(fs.writeFileString(target, content, { flag: "wx", mode: 0o600 }), unwritable(target)),
      () => Effect.ignore(fs.remove(target))
    )
    return target
  })

/**
 * Serves until it is interrupted.
 *
 * @since 0.1.0
 * @category commands
 */
export const fake = (
  { json, kubeconfigFile, namespace, port, programsFile, seedFiles, topology = "kubernetes" }: Options
): Effect.Effect<void, CliError, FileSystem.FileSystem | Output | Path.Path> =>
  Effect.gen(function*() {
    const output = yield* Output
    const given = yield* Effect.forEach(seedFiles, readSeed)
    const programs = programsFile === undefined
      ? undefined
      : yield* Effect.mapError(ProgramsFile.read(programsFile), unreadable("--programs", programsFile))
    const { served } = yield* Effect.mapError(
      Assembly.makeServed({ openShift: openShift[topology], namespace, port, programs }),
      notListening
    )
    yield* seed(served.plane, given.flat())
    const file = yield* writeKubeconfig(kubeconfigFile, served.kubeconfig)
    yield* output.write(
      json
        ? `${JSON.stringify({ type: "serving", topology, url: served.url, kubeconfig: file })}\n`
        : `Serving ${topology} in memory on ${served.url} until interrupted.\n\n  export KUBECONFIG=${file}\n`
    )
    yield* Effect.never
  }).pipe(Effect.scoped)
