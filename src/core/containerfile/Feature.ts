/**
 * The features of the Containerfile grammar that not every builder has.
 *
 * @since 0.1.0
 */
import { type Instruction, instructions, jsonList } from "../Instruction.js"

/**
 * Every feature, named as it is written. A table of builder versions has a row for each.
 *
 * "ADD git" is a source that is a git repository. "symbolic --chmod" is a mode such as `u+x`, which
 * github.com/openshift/imagebuilder refuses up to v1.2.21 (checkChmodConversion in dispatchers.go), so that no buildah up to
 * 1.44 accepts it. "ONBUILD heredoc" is a heredoc in a trigger; other features inside a trigger are not listed, since the
 * builder stores a trigger without reading it.
 *
 * @since 0.1.0
 * @category constants
 */
export const names = [
  "RUN heredoc",
  "COPY heredoc",
  "ADD heredoc",
  "ONBUILD heredoc",
  "RUN --mount=type=bind",
  "RUN --mount=type=cache",
  "RUN --mount=type=tmpfs",
  "RUN --mount=type=secret",
  "RUN --mount=type=ssh",
  "RUN --network",
  "FROM --platform",
  "FROM --after",
  "COPY --chmod",
  "COPY --link",
  "COPY --parents",
  "COPY --exclude",
  "ADD --chmod",
  "ADD --link",
  "ADD --exclude",
  "ADD --checksum",
  "ADD --keep-git-dir",
  "ADD git",
  "symbolic --chmod",
  "SHELL",
  "HEALTHCHECK",
  "HEALTHCHECK --start-interval",
  "ONBUILD",
  "# escape"
] as const

/**
 * The name of a feature.
 *
 * @since 0.1.0
 * @category models
 */
export type Feature = typeof names[number]

/**
 * A place where a Containerfile uses a feature; `line`, counted from 1, is the first of the instruction.
 *
 * @since 0.1.0
 * @category models
 */
export interface FeatureUse {
  readonly feature: Feature
  readonly line: number
}

/**
 * The features that a Containerfile uses, in the order of its lines; one that an instruction uses twice is listed once.
 *
 * @since 0.1.0
 * @category getters
 */
export const features = (text: string): ReadonlyArray<FeatureUse> => [
  ...(/^\uFEFF?\s*#[ \t]*escape[ \t]*=/i.test(text) ? [{ feature: "# escape" as const, line: 1 }] : []),
  ...instructions(text).flatMap((instruction) => {
    const used = new Set(featuresOf(instruction))
    return names.filter((name) => used.has(name)).map((feature) => ({ feature, line: instruction.line }))
  })
]

const known: ReadonlySet<string> = new Set(names)

const isFeature = (name: string): name is Feature => known.has(name)

const featuresOf = ({ heredocs, keyword, options, rest }: Instruction): ReadonlyArray<Feature> =>
  [
    keyword,
    ...(heredocs.length > 0 ? [`${keyword} heredoc`] : []),
    ...options.flatMap((option) => [
      `${keyword} ${option.replace(/=.*$/s, "")}`,
      ...(/^--chmod=[0-7]*[^0-7$]/.test(option) ? ["symbolic --chmod"] : [])
    ]),
    ...options.filter((option) => option.startsWith("--mount=")).map((option) =>
      `RUN --mount=type=${/[=,]type=([^,]*)/.exec(option)?.[1] ?? "bind"}`
    ),
    ...(keyword === "ADD" && (jsonList(rest) ?? rest.split(/\s+/)).slice(0, -1).some(isGit) ? ["ADD git"] : [])
  ].filter(isFeature)

// internal/urlsource of buildah 1.44 (sourceIsGit in add.go before).
const isGit = (source: string): boolean => /^https?:\/\/.*\.git(?:#.+)?$/s.test(source)
