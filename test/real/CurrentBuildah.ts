/**
 * The second buildah of the real tests: the one of a newer Debian, kept outside the checkout, for a machine whose own is older.
 *
 * `npm run buildah-current` installs it; with `OS_BUILDER_TEST_BUILDAH=current` the real tests run it. The value `newest`, for both
 * commands, means Debian's newest: by hand, for what no release of Debian has yet.
 */
import * as os from "node:os"
import * as path from "node:path"

/** Where a buildah comes from. The series is pinned, so that two machines test the same one. */
interface Release {
  /** The Debian release that has it, after those that have the rest. */
  readonly suites: readonly [string, ...ReadonlyArray<string>]
  readonly series: readonly [major: number, minor: number]
}

const releases: Readonly<Record<"current" | "newest", Release>> = {
  // The default builder image has the same series.
  current: { suites: ["forky"], series: [1, 43] },
  newest: { suites: ["sid", "experimental"], series: [1, 45] }
}

const chosen = (): "current" | "newest" | undefined => {
  const name = process.env["OS_BUILDER_TEST_BUILDAH"] ?? ""
  if (name === "") return undefined
  if (name === "current" || name === "newest") return name
  throw new Error(
    `OS_BUILDER_TEST_BUILDAH is ${name}; use "current" or "newest", or unset it for the buildah of this machine`
  )
}

/** Whether the real tests are asked to run it, in place of the machine's own buildah. */
export const isChosen = (): boolean => chosen() !== undefined

/** Whether the real tests run a buildah of this series or a later one; the machine's own may be any, and counts as old. */
export const isAtLeast = (major: number, minor: number): boolean => {
  const name = chosen()
  if (name === undefined) return false
  const [theMajor, theMinor] = releases[name].series
  return theMajor > major || (theMajor === major && theMinor >= minor)
}

/** What is installed: the one that is asked for, else the current one. */
export const release: Release = releases[chosen() ?? "current"]

/** Where it is kept. */
export const folder = path.join(
  process.env["XDG_CACHE_HOME"] ?? path.join(os.homedir(), ".cache"),
  "effect-os-builder",
  "buildah",
  `${release.suites.at(-1)}-${process.arch}`
)

/** The folder to put before the others of PATH. */
export const binFolder = path.join(folder, "bin")
