/**
 * The features of the Containerfile grammar that not every builder has.
 *
 * @since 0.1.0
 */
import type { Instruction, Parsed } from "./Instruction.js"
import { substitutedArguments } from "./Rules.js"
import { read } from "./Substitution.js"

/**
 * Every feature, named as it is written. A table of builder versions has a row for each.
 *
 * - "ADD git": a source that is a git repository.
 * - "open quote in a heredoc": a quote or `${` without its other half in a heredoc of COPY or ADD whose variables are expanded.
 *   imagebuilder refuses it up to v1.2.21 (processHereDocs, which does not set SkipProcessQuotes as BuildKit does).
 * - "${name#pattern}": `#`, `%` or `/` after the name of a variable.
 * - "symbolic --chmod": a mode such as `u+x`. imagebuilder refuses it up to v1.2.21 (checkChmodConversion in dispatchers.go), and so
 *   does every buildah up to 1.44.
 * - "ONBUILD heredoc": a heredoc in a trigger. Other features in a trigger are not listed, since the builder stores a trigger
 *   without reading it.
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
  "RUN --mount=type=secret with env",
  "RUN --mount=type=secret without id",
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
  "# escape",
  "open quote in a heredoc",
  "${name:?word}",
  "${name#pattern}"
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
 * The features that a Containerfile uses, in the order of its lines.
 *
 * @since 0.1.0
 * @category getters
 */
export const featuresOf = ({ hasEscapeDirective, instructions }: Parsed): ReadonlyArray<FeatureUse> => [
  ...(hasEscapeDirective ? [{ feature: "# escape" as const, line: 1 }] : []),
  ...instructions.flatMap((instruction) => {
    const used = new Set(featuresIn(instruction))
    return names.filter((name) => used.has(name)).map((feature) => ({ feature, line: instruction.line }))
  })
]

const known: ReadonlySet<string> = new Set(names)

const isFeature = (name: string): name is Feature => known.has(name)

const featuresIn = (instruction: Instruction): ReadonlyArray<Feature> => {
  const { args, flags, heredocs, keyword } = instruction
  const isCopy = keyword === "ADD" || keyword === "COPY"
  return [
    keyword,
    ...(heredocs.length > 0 ? [`${keyword} heredoc`] : []),
    ...(isCopy && heredocs.some(({ body, expand }) => expand && hasOpenQuote(body)) ? ["open quote in a heredoc"] : []),
    ...flags.flatMap((flag) => [
      `${keyword} ${flag.replace(/=.*$/s, "")}`,
      ...(isCopy && /^--chmod=[0-7]*[^0-7$]/.test(flag) ? ["symbolic --chmod"] : [])
    ]),
    ...flags.filter((flag) => flag.startsWith("--mount=")).flatMap((flag) => mountFeatures(flag)),
    ...(keyword === "ADD" && args.slice(0, -1).some(isGit) ? ["ADD git"] : []),
    ...substitutedArguments(instruction).flatMap((argument) => read(argument).variables).flatMap(({ operator }) =>
      operator === ":?" ? ["${name:?word}"] : /^[#%/]/.test(operator) ? ["${name#pattern}"] : []
    )
  ].filter(isFeature)
}

const mountFeatures = (flag: string): ReadonlyArray<string> => {
  const type = mountType(flag)
  const names = flag.slice("--mount=".length).split(",").map((option) => option.replace(/=.*$/s, ""))
  return [
    `RUN --mount=type=${type}`,
    ...(type === "secret" && names.includes("env") ? ["RUN --mount=type=secret with env"] : []),
    ...(type === "secret" && !names.includes("id") ? ["RUN --mount=type=secret without id"] : [])
  ]
}

/** The type of a `--mount` flag, by default bind. */
export const mountType = (flag: string): string =>
  flag.slice("--mount=".length).split(",").findLast((option) => option.startsWith("type="))?.slice("type=".length) ??
    "bind"

// internal/urlsource of buildah 1.44 (sourceIsGit in add.go before).
const isGit = (source: string): boolean => /^https?:\/\/.*\.git(?:#.+)?$/s.test(source)

const hasOpenQuote = (body: string): boolean => read(body).problem !== undefined
