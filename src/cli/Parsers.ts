/**
 * Readers of the values of flags that need Effect or Schema, loaded when a command runs.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import * as BuildRef from "../core/BuildRef.js"
import * as DurationText from "../core/DurationText.js"
import { namespace as namespaceRule } from "../core/input/KubernetesName.js"
import * as SchemaIssue from "../effect/Issue.js"
import type { Parsers } from "./Flag.js"

const namespace: Parsers["namespace"] = (text) => {
  const problem = namespaceRule(text)
  return problem === undefined ? Either.right(text) : Either.left(problem)
}

const decodeRef = Schema.decodeEither(BuildRef.FromString)

/**
 * @since 0.1.0
 * @category constants
 */
export const parsers: Parsers = {
  duration: (text) =>
    Either.fromOption(
      DurationText.parse(text),
      () => `has the invalid duration ${JSON.stringify(text)}; use for example 90s, 1h30m or 7d`
    ),
  namespace,
  ref: (text) =>
    Either.flatMap(
      Either.mapLeft(decodeRef(text), (error) =>
        `has the value ${JSON.stringify(text)}: ${
          SchemaIssue.messages(error).map(({ message }) => message).join("; ")
        }`),
      (ref) =>
        Either.mapBoth(namespace(ref.namespace), {
          onLeft: (problem) => `has a namespace that ${problem}`,
          onRight: () => ref
        })
    )
}
