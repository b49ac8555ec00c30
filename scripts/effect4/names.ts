/** Fails with the names of Effect 3 in the project that `effect4/names` does not know; nothing is written. */
import * as Tree from "./tree.js"

const unknown = Tree.unknownNames("src", "test", "examples")
if (unknown.length > 0) {
  console.error(
    `effect4/names does not know these names of Effect 3. Add each to renames.ts, test-renames.ts or unchanged.txt:\n${
      unknown.join("\n")
    }`
  )
  process.exit(1)
}
