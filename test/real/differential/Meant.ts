/**
 * The differences from plain buildah that are meant, one row each.
 *
 * Three more stand in how the two are run. Plain buildah gets the format that the Containerfile's meaning needs
 * (`--format docker` with SHELL, HEALTHCHECK or ONBUILD), and the base as the build argument BASE_IMAGE, which a user would
 * have to know. The times of files that a build writes are not compared, since they are those of the build.
 */
import { Option } from "effect"
import { Containerfile } from "effect-os-builder"
import type { Case } from "./Case.js"
import type { Difference, Version } from "./Comparison.js"

interface Seen {
  readonly difference: Difference
  readonly one: Case
  /** The version of the buildah that is compared with. */
  readonly oracle: Version
  /** The version of the buildah that ours runs. */
  readonly version: Version
}

interface Row {
  readonly reason: string
  readonly applies: (seen: Seen) => boolean
}

const isNewer = ([, minor]: Version, [, than]: Version): boolean => minor > than

/** Whether a line is in a stage that the last one does not need. */
const isUnused = (containerfile: string, line: number): boolean => {
  const instructions = Containerfile.instructions(containerfile)
  const starts = instructions.filter(({ keyword }) => keyword === "FROM")
  const stages = starts.map((from, index) => ({
    names: [String(index), (from.args[2] ?? "").toLowerCase()],
    first: from.line,
    last: (starts[index + 1]?.line ?? Infinity) - 1,
    needs: instructions.filter((one) => one.line >= from.line && one.line < (starts[index + 1]?.line ?? Infinity))
      .flatMap(({ flags }) => flags.flatMap((flag) => /(?:--from=|,from=)([^,]*)/.exec(flag)?.[1] ?? []))
      .concat(from.args[0] ?? "").map((name) => name.toLowerCase())
  }))
  const needed = new Set(stages.slice(-1))
  for (const { needs } of needed) {
    for (const stage of stages) if (stage.names.some((name) => name !== "" && needs.includes(name))) needed.add(stage)
  }
  return stages.some((stage) => !needed.has(stage) && stage.first <= line && line <= stage.last)
}

const withoutTime = (file: string): string => file.replace(/ at \d+/, "")

/** A row for a feature that `check` refuses for an older buildah. */
const refused = (message: RegExp, reason: string): Row => ({
  reason,
  applies: ({ difference: { kind, ours } }) => (kind === "verdict" || kind === "instruction") && message.test(ours)
})

export const rows: ReadonlyArray<Row> = [
  {
    reason: "check names what no build would get past, where buildah fails before it gets there",
    applies: ({ difference: { kind, ours, plain }, one }) => {
      const [, line] = /^line (\d+): /.exec(ours) ?? []
      return kind === "instruction" &&
        one.containerfile.split("\n").slice(0, Number(line) - 1).some((above) =>
          /^[A-Za-z]+ /.test(above) && plain.startsWith(`building at STEP "${above.replace(/\s*\\?\s*$/, "")}`)
        )
    }
  },
  {
    reason: "check reads every stage, and buildah does not build one that nothing uses",
    applies: ({ difference: { kind, ours, plain }, one }) => {
      const [, line] = /^line (\d+): /.exec(ours) ?? []
      return kind === "verdict" && plain === "builds" && isUnused(one.containerfile, Number(line))
    }
  },
  {
    reason: "what the buildah in use lacks is refused, and a heredoc is compared with a newer one that has it",
    applies: ({ difference: { kind, ours }, oracle, version }) =>
      (kind === "verdict" || kind === "instruction") && isNewer(oracle, version) &&
      /^line \d+: .* needs buildah \d+\.\d+ or later/.test(ours)
  },
  refused(
    /RUN --mount=type=\w+ needs buildah 1\.31 or later/,
    "RUN --mount is refused before buildah 1.31, which deletes the target of the mount from the image"
  ),
  refused(
    /^line \d+: (?:COPY|ADD) <<\S+ has a \$ or a backslash to expand, which buildah supports from 1\.33 on/,
    "variables in a heredoc of COPY or ADD are refused before buildah 1.33, where the heredoc is rewritten"
  ),
  {
    reason: "a $ in a label is kept, which buildah from 1.30 on expands; the history has the form in which it does not",
    applies: ({ difference: { key, kind, ours }, one, oracle }) =>
      (kind === "history" && ours.includes("${os_builder:-$}")) ||
      (kind === "config" && isNewer(oracle, [1, 29]) &&
        Object.entries(one.labels).some(([name, label]) =>
          label.includes("$") && key.endsWith(`onfig.Labels.${name}`) && ours === JSON.stringify(label)
        ))
  },
  {
    reason: "a RUN heredoc with an interpreter works where heredocs are rewritten, and in no newer buildah with chroot",
    applies: ({ difference: { kind, plain }, one, oracle, version }) =>
      (kind === "verdict" || kind === "instruction") && isNewer(oracle, version) &&
      /^RUN <<.*\n#!/m.test(one.containerfile) && /^building at STEP "RUN <</.test(plain)
  },
  {
    reason:
      "heredocs are rewritten before buildah 1.33, and compared with a newer one, which writes some things otherwise",
    applies: ({ difference: { key, kind, ours, plain }, oracle, version }) =>
      isNewer(oracle, version) &&
      (kind === "history" ||
        (kind === "config" && (/^annotation\.|io\.buildah\.version/.test(key) ||
          (/\.WorkingDir$/.test(key) && plain === "\"/\"" && ours === "none") ||
          (/\.(?:Cmd|Entrypoint)$/.test(key) && plain === "none" && ours === "[]"))) ||
        (kind === "files" && plain.startsWith("directory") && withoutTime(plain) === withoutTime(ours)))
  }
]

/** The reason of a difference, if it is meant. */
export const meantBy = (seen: Seen): Option.Option<string> =>
  Option.map(Option.fromNullable(rows.find(({ applies }) => applies(seen))), ({ reason }) => reason)
