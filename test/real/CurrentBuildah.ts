/**
 * The second buildah of the real tests: the one of a newer Debian, kept outside the checkout, for a machine whose own is older.
 *
 * `npm run buildah-current` installs it; with `OS_BUILDER_TEST_BUILDAH=current` the real tests run it.
 */
import * as os from "node:os"
import * as path from "node:path"

/** The Debian release whose buildah is taken: pinned, so that two machines test the same series. */
export const suite = "forky"

/** The series of buildah that release has; the default builder image has the same. */
export const series = "1.43"

/** Where it is kept. */
export const folder = path.join(
  process.env["XDG_CACHE_HOME"] ?? path.join(os.homedir(), ".cache"),
  "effect-os-builder",
  "buildah",
  `${suite}-${process.arch}`
)

/** The folder to put before the others of PATH. */
export const binFolder = path.join(folder, "bin")

/** Whether the real tests are asked to run it, in place of the machine's own buildah. */
export const isChosen = (): boolean => {
  const chosen = process.env["OS_BUILDER_TEST_BUILDAH"] ?? ""
  if (chosen !== "" && chosen !== "current") {
    throw new Error(`OS_BUILDER_TEST_BUILDAH is ${chosen}; use "current", or unset it for the buildah of this machine`)
  }
  return chosen === "current"
}
