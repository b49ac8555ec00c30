/**
 * The fields of an input that name folders of the machine that decodes it: in an input from a client, folders of the server.
 *
 * @since 0.1.0
 */
import * as Predicate from "effect/Predicate"
import type { Issue } from "../BuildError.js"
import * as BuildContext from "./BuildContext.js"
import { unsupported, unsupportedIf } from "./InputIssue.js"

const problem =
  "names a directory of the server, whose files clients may not read; send the files, or use a context from git or an image"

/**
 * An issue for each folder that an input from another machine names.
 *
 * @since 0.1.0
 * @category getters
 */
export const refused = (input: unknown): ReadonlyArray<Issue> => {
  if (!Predicate.isRecord(input)) return []
  const { buildContexts, context } = input
  const named = Predicate.isRecord(buildContexts) ? Object.entries(buildContexts) : []
  return [
    ...unsupportedIf(
      BuildContext.isElsewhereData(context) && Predicate.hasProperty(context, "upload"),
      ["context", "upload"],
      problem
    ),
    ...named.flatMap(([name, place]) =>
      Predicate.hasProperty(place, "directory") ? [unsupported(["buildContexts", name, "directory"], problem)] : []
    )
  ]
}
