/**
 * The result of looking up the commit of a ref with `GitScript`, before a build is recorded.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import { BackendError, BuildRejected, Issue } from "../../core/BuildError.js"
import { BuildInput } from "../../core/BuildInput.js"
import * as BuildContext from "../../core/input/BuildContext.js"
import { commitOf, type GitSource, hostOf } from "../../core/input/GitSource.js"
import { skipValidation } from "../../core/input/Validation.js"
import * as ExitCode from "./ExitCode.js"
import type { ScriptEnd } from "./TerminationMessage.js"

/**
 * How long a look-up may take, in seconds, once it runs.
 *
 * @since 0.1.0
 * @category constants
 */
export const timeoutSeconds = 60

/**
 * The repository of an input whose commit is not known yet; undefined if there is nothing to look up.
 *
 * @since 0.1.0
 * @category getters
 */
export const unresolved = ({ context }: BuildInput): GitSource | undefined =>
  BuildContext.isGit(context) && commitOf(context.git) === undefined ? context.git : undefined

/**
 * The input with the commit that was found. Its fingerprint is that of the commit.
 *
 * @since 0.1.0
 * @category constructors
 */
export const withCommit = (input: BuildInput, git: GitSource, commit: string): BuildInput =>
  new BuildInput({ ...input, context: { git: { ...git, commit } } }, skipValidation)

/**
 * The commit, or why there is none. A ref or repository that does not exist, and refused credentials, reject the build;
 * everything else is the platform's.
 *
 * @since 0.1.0
 * @category getters
 */
export const commit = (
  backend: string,
  { ref = "HEAD", secretName, url }: GitSource,
  ended: ScriptEnd
): Either.Either<string, BuildRejected | BackendError> => {
  const found = ended.exitCode === 0 ? ended.message?.commit : undefined
  if (found !== undefined) return Either.right(found)
  const message = ended.message?.text || ended.output || `git ended with exit code ${ended.exitCode ?? "unknown"}`
  const rejected = (reason: BuildRejected["reason"], path: string) =>
    Either.left(new BuildRejected({ reason, issues: [new Issue({ path, message })] }))
  const operation = `find ${ref} of ${url}`
  const failed = (reason: BackendError["reason"]) =>
    Either.left(new BackendError({ backend, reason, operation, detail: message }))
  const meaning = ended.exitCode === undefined ? undefined : ExitCode.meaning(ended.exitCode)
  switch (meaning?.reason) {
    case "MissingReference":
      return rejected("MissingReference", "context.git")
    case "CredentialsInvalid":
      return rejected("Denied", secretName === undefined ? "context.git.url" : "context.git.secretName")
    case "NetworkUnavailable":
      return Either.left(
        new BackendError({
          backend,
          reason: "Unreachable",
          operation,
          host: hostOf(url),
          detail: `${message}; check the address, and the network and proxy of where the ${backend} backend runs git`
        })
      )
    case "Timeout":
      return failed("Timeout")
    default:
      return failed("Unexpected")
  }
}
