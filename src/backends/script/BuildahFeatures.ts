/**
 * The first release of buildah that handles each feature of a Containerfile, one row each: for `check` on this machine, whose
 * buildah is known, and for the script, which learns the builder image's when it starts.
 *
 * Sources: the CHANGELOG.md and the code of `github.com/containers/buildah` at the release tags, `i` is
 * `github.com/openshift/imagebuilder`. "run" marks what buildah 1.28.2, 1.43.2 and 1.45.0 did with isolation chroot.
 *
 * @since 0.1.0
 */
import * as Containerfile from "../../core/Containerfile.js"
import type { Feature } from "../../core/containerfile/Feature.js"

/**
 * @since 0.1.0
 * @category models
 */
export type Version = readonly [major: number, minor: number]

/**
 * A feature's row.
 *
 * @since 0.1.0
 * @category models
 */
export interface Support {
  /** The first release in which it works. */
  readonly since: Version
  /** Why it is not used with an older one; by default an older one does not know it. */
  readonly before?: string
  readonly source: string
}

/**
 * The oldest release that has what the script uses: `--build-context` came with 1.27, `pull --policy` and `--retry` by 1.28.
 *
 * @since 0.1.0
 * @category constants
 */
export const oldest: Version = [1, 28]

/** Later than every release: no buildah whose code was read has it. */
const unreleased: Version = [1000, 0]

const always = (source: string): Support => ({ since: oldest, source })

const heredoc: Support = { since: [1, 33], source: "CHANGELOG v1.33.0; before, its lines are instructions (run)" }

const mount: Support = {
  since: [1, 31],
  before: "an older one deletes the target of a mount from the image, at worst with everything above it",
  source: "run_common.go cleanupRunMounts, commit 2fed5fc91 in v1.31.0; buildah#4739, podman#18183 (run)"
}

const secret: Support = { since: [1, 44], source: "CHANGELOG v1.44.0, run_common.go getSecretMount" }

const link: Support = { since: [1, 41], source: "imagebuildah/stage_executor.go, v1.40.0 refuses it (run)" }

const exclude: Support = { since: [1, 38], source: "imagebuildah/stage_executor.go, v1.37.0 refuses it (run)" }

/**
 * The table.
 *
 * @since 0.1.0
 * @category tables
 */
export const table: Readonly<Record<Feature | "RUN heredoc with #!", Support>> = {
  "RUN heredoc": heredoc,
  "COPY heredoc": heredoc,
  "ADD heredoc": heredoc,
  "ONBUILD heredoc": heredoc,
  "RUN heredoc with #!": {
    since: unreleased,
    before:
      "with isolation chroot its file is not there for the interpreter; call the interpreter, as in RUN python3 <<EOF",
    source: "imagebuildah/stage_executor.go mounts it below /dev/pipes, which chroot/run_linux.go covers by /dev (run)"
  },
  "RUN --mount=type=bind": mount,
  "RUN --mount=type=cache": mount,
  "RUN --mount=type=tmpfs": mount,
  "RUN --mount=type=secret": mount,
  "RUN --mount=type=secret with env": secret,
  "RUN --mount=type=secret without id": secret,
  "RUN --mount=type=ssh": mount,
  "RUN --network": { since: [1, 30], source: "CHANGELOG v1.30.0 (run)" },
  "FROM --platform": always("run"),
  "FROM --after": { since: [1, 44], source: "commit de74091e4 in v1.44.0" },
  "COPY --chmod": always("run"),
  "COPY --link": link,
  "COPY --parents": { since: [1, 40], source: "imagebuildah/stage_executor.go, v1.39.0 refuses it (run)" },
  "COPY --exclude": exclude,
  "ADD --chmod": always("run"),
  "ADD --link": link,
  "ADD --exclude": exclude,
  "ADD --checksum": { since: [1, 33], source: "CHANGELOG v1.33.0 (run)" },
  "ADD --keep-git-dir": {
    since: unreleased,
    before: "no release up to 1.45 supports it",
    source: "imagebuildah/stage_executor.go of v1.45.0 refuses it (run)"
  },
  "ADD git": {
    since: [1, 38],
    before: "an older one stores the page at that address as a file",
    source: "add.go sourceIsGit, commit 47297b3d5 in v1.38.0"
  },
  "symbolic --chmod": {
    since: unreleased,
    before: "no release up to 1.45 supports it; write the mode in octal",
    // Debian's 1.45.0 takes it: it is built with a later imagebuilder than its go.mod names.
    source: "i dispatchers.go checkChmodConversion, v1.2.21, which v1.45.0 still requires (run)"
  },
  "SHELL": always("run"),
  "HEALTHCHECK": always("run"),
  "HEALTHCHECK --start-interval": { since: [1, 37], source: "CHANGELOG v1.37.0 (run)" },
  "ONBUILD": always("run"),
  "# escape": always("i dockerfile/parser/parser.go"),
  "open quote in a heredoc": {
    since: unreleased,
    before: "it reads the quotes of a heredoc whose variables it expands; quote the delimiter, as in <<\"EOF\"",
    source: "i dispatchers.go processHereDocs, v1.2.21"
  },
  "${name:?word}": { since: [1, 30], source: "i shell_parser.go, commit a3c3f8358 in v1.30.0 (run)" },
  "${name#pattern}": { since: [1, 37], source: "i shell_parser.go, v1.2.12, which v1.37.0 took (run)" }
}

/**
 * A use of a feature that not every buildah has. `message` says what is used and which release it needs.
 *
 * @since 0.1.0
 * @category models
 */
export interface Requirement {
  readonly line: number
  readonly since: Version
  readonly message: string
}

/**
 * How the Containerfile is going to be built.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** How buildah runs instructions. */
  readonly isolation: "chroot" | "rootless" | "oci"
  /** Whether buildah gets the Containerfile with the heredocs of RUN, COPY and ADD replaced (`local/Heredoc.ts`). */
  readonly lowersHeredocs: boolean
}

const lowered: ReadonlySet<string> = new Set([
  "RUN heredoc",
  "COPY heredoc",
  "ADD heredoc",
  "RUN heredoc with #!",
  "open quote in a heredoc"
])

/** Whether the script of a RUN is a heredoc that names its interpreter. */
const namesInterpreter = ({ heredocs: [first], keyword, rest }: Containerfile.Instruction): boolean =>
  keyword === "RUN" && first !== undefined && /^\d*<</.test(rest) && first.body.startsWith("#!")

const uses = (
  containerfile: string,
  { isolation, lowersHeredocs }: Options
): ReadonlyArray<readonly [keyof typeof table, number]> =>
  [
    ...Containerfile.features(containerfile).map(({ feature, line }) => [feature, line] as const),
    ...Containerfile.instructions(containerfile).filter((instruction) =>
      isolation === "chroot" && namesInterpreter(instruction)
    ).map(({ line }) => ["RUN heredoc with #!", line] as const)
  ].filter(([feature]) => !lowersHeredocs || !lowered.has(feature))

/**
 * Whether a version comes before another.
 *
 * @since 0.1.0
 * @category getters
 */
export const isOlder = ([major, minor]: Version, [thanMajor, thanMinor]: Version): boolean =>
  major < thanMajor || (major === thanMajor && minor < thanMinor)

/**
 * The requirements of a Containerfile beyond the oldest supported buildah, in the order of its lines.
 *
 * @since 0.1.0
 * @category getters
 */
export const requirements = (containerfile: string, options: Options): ReadonlyArray<Requirement> =>
  uses(containerfile, options)
    .map(([feature, line]) => ({ feature, line, ...table[feature] }))
    .filter(({ since }) => isOlder(oldest, since))
    .map(({ before, feature, line, since }) => ({
      line,
      since,
      message: (since === unreleased
        ? `${feature} does not work with buildah`
        : `${feature} needs buildah ${since.join(".")} or later`) +
        (before === undefined ? "" : `: ${before}`)
    }))
    .sort((a, b) => a.line - b.line)

/**
 * The requirements that this buildah does not meet.
 *
 * @since 0.1.0
 * @category getters
 */
export const unmet = (containerfile: string, version: Version, options: Options): ReadonlyArray<Requirement> =>
  requirements(containerfile, options).filter(({ since }) => isOlder(version, since))

/**
 * The requirements as the script reads them: a line each of major and minor version, the line of the Containerfile, and the
 * message.
 *
 * @since 0.1.0
 * @category getters
 */
export const scriptLines = (containerfile: string, options: Options): string =>
  requirements(containerfile, options).map(({ line, message, since }) => `${since.join(" ")} ${line} ${message}\n`)
    .join("")
