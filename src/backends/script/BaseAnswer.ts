/**
 * What the verb `base` of the script ended with: the digest of the base image in its registry, or why it could not be looked up.
 */
import * as Either from "effect/Either"
import { type Errored, errored } from "../../core/BuildStatus.js"
import * as ExitCode from "./ExitCode.js"
import * as TerminationMessage from "./TerminationMessage.js"

/** `words` stand in for a message that the script did not write. */
export const parse = (exitCode: number, message: string, words: string): Either.Either<string, Errored> => {
  const parsed = TerminationMessage.parse(message)
  if (exitCode === 0 && parsed?.digest !== undefined) return Either.right(parsed.digest)
  const meaning = ExitCode.meaning(exitCode)
  return Either.left(errored(meaning.state === "Errored" ? meaning.reason : "Unknown", {
    message: parsed?.text || words.trim() || `looking up the base ended with exit code ${exitCode}`,
    upstreamReason: `exit code ${exitCode}`
  }))
}
