/**
 * Git on this machine: finds the commit of a ref, and fetches a commit for an attempt, both by the script of build pods.
 */
import type * as FileSystem from "@effect/platform/FileSystem"
import type * as Path from "@effect/platform/Path"
import * as Effect from "effect/Effect"
import type { BackendError, BuildRejected } from "../../core/BuildError.js"
import type { BuildInput } from "../../core/BuildInput.js"
import type { GitSource } from "../../core/input/GitSource.js"
import { fromEither } from "../../effect/EitherEffect.js"
import { proxies } from "../script/Environment.js"
import * as GitResolution from "../script/GitResolution.js"
import * as GitScript from "../script/GitScript.js"
import * as TerminationMessage from "../script/TerminationMessage.js"
import * as Directories from "./Directories.js"
import * as LogFile from "./LogFile.js"
import type { References } from "./References.js"
import type { Exit, Sandbox } from "./Sandbox.js"

interface Machine {
  readonly fs: FileSystem.FileSystem
  readonly path: Path.Path
  readonly sandbox: Sandbox
  readonly environment: Readonly<Record<string, string>>
}

interface Ended {
  readonly exit: Exit
  readonly message: TerminationMessage.TerminationMessage | undefined
}

/** A repository to fetch or look up, the files of its secret, and the working directory. */
interface Task {
  readonly input: BuildInput
  readonly git: GitSource
  readonly references: References
  readonly folder: string
  readonly log: string
}

const run = (
  { environment, fs, path, sandbox }: Machine,
  verb: "context" | "resolve",
  { folder, git, input, log, references }: Task,
  variables: GitScript.Environment
): Effect.Effect<Ended> =>
  Effect.gen(function*() {
    const at = (...names: ReadonlyArray<string>) => path.join(folder, ...names)
    const exit = yield* sandbox.run({
      command: ["sh", "-c", GitScript.source, "sh", verb],
      environment: {
        ...environment,
        ...proxies(input.proxy),
        ...variables,
        OSB_GIT_URL: git.url,
        OSB_GIT_SECRET_DIR: references.gitSecret === undefined ? "" : path.resolve(references.gitSecret),
        OSB_TRUST_BUNDLE: references.trustBundle === undefined ? "" : path.resolve(references.trustBundle),
        OSB_WORK_DIR: at("work"),
        OSB_MEMORY_DIR: at("memory"),
        OSB_TERMINATION_MESSAGE: at(`${verb}.message`)
      },
      log,
      memory: at("memory")
    })
    const message = yield* fs.readFileString(at(`${verb}.message`)).pipe(
      Effect.map(TerminationMessage.parse),
      Effect.orElseSucceed(() => undefined)
    )
    return { exit, message }
  })

/** Fetches the commit of an input into `work/git` of the attempt's folder. */
export const fetch = (
  machine: Machine,
  task: Task,
  timeoutSeconds: string
): Effect.Effect<Ended> =>
  run(machine, "context", task, GitScript.contextVariables(task.input, task.git, timeoutSeconds))

/** The input with its commit. `folder` is created and deleted. */
export const resolve = (
  machine: Machine,
  input: BuildInput,
  references: References,
  folder: string
): Effect.Effect<BuildInput, BuildRejected | BackendError> => {
  const git = GitResolution.unresolved(input)
  if (git === undefined) return Effect.succeed(input)
  const { fs, path, sandbox } = machine
  const log = path.join(folder, "log")
  return Effect.gen(function*() {
    yield* Effect.ignore(
      Effect.forEach(["work", "memory"], (name) => Directories.make(fs, path, path.join(folder, name)))
    )
    const { exit, message } = yield* run(machine, "resolve", { input, git, references, folder, log }, {
      OSB_GIT_REF: git.ref ?? "",
      OSB_TIMEOUT_SECONDS: String(GitResolution.timeoutSeconds)
    })
    const output = exit.stderr || (yield* LogFile.tail(fs, log, 5)).join("\n")
    const commit = yield* fromEither(
      GitResolution.commit("local", git, { exitCode: exit.exitCode, message, output })
    )
    return GitResolution.withCommit(input, git, commit)
  }).pipe(Effect.ensuring(sandbox.clear(folder)))
}
