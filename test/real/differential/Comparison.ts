/**
 * Builds a case with buildah alone and with the local backend, and compares what came of it.
 */
import { Duration, Effect, Option } from "effect"
import { type BuildError, type BuildStatus, Containerfile } from "effect-os-builder"
import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import * as CurrentBuildah from "../CurrentBuildah.js"
import * as Workplace from "../Workplace.js"
import type { Case } from "./Case.js"
import * as ImageContent from "./ImageContent.js"
import type { Images } from "./Images.js"
import { meantBy } from "./Meant.js"
import * as PlainBuild from "./PlainBuild.js"

/** Whether one case is run again, to see its logs. */
const isReplay = process.env["SEED"] !== undefined || process.env["CASE"] !== undefined

/** What the local backend made of a case. */
export type OurBuild =
  | { readonly _tag: "Built"; readonly digest: string }
  | { readonly _tag: "Refused"; readonly issues: BuildError.BuildRejected["issues"] }
  | { readonly _tag: "Ended"; readonly status: BuildStatus.Failed | BuildStatus.Errored }

/**
 * - `verdict`: one of the two built an image
 * - `instruction`: both failed, and name different instructions, or the exit codes of a RUN differ
 * - `blame`: both failed, and ours blames the platform for the Containerfile, or the other way round
 * - `files`, `config`, `history`: the images differ
 */
export type Kind = "verdict" | "instruction" | "blame" | "files" | "config" | "history"

export interface Difference {
  readonly kind: Kind
  /** Of `files`, `config` and `history`: what differs. */
  readonly key: string
  readonly plain: string
  readonly ours: string
}

export const show = ({ key, kind, ours, plain }: Difference): string => `${kind} ${key}: buildah ${plain}; ours ${ours}`

export interface Result {
  readonly name: string
  readonly outcome: "built" | "failed" | "not compared"
  readonly differences: ReadonlyArray<Difference>
  /** The reasons of those that are meant. */
  readonly meant: ReadonlyArray<string>
  readonly seconds: { readonly plain: number; readonly ours: number }
}

export type Version = readonly [major: number, minor: number]

export const versionOf = (program: string): Version => {
  const [, major = "0", minor = "0"] =
    /version (\d+)\.(\d+)/.exec(spawnSync(program, ["--version"], { encoding: "utf8" }).stdout) ?? []
  return [Number(major), Number(minor)]
}

/** The buildah to compare with: a Containerfile with heredocs needs one that knows them. */
interface Oracle {
  readonly program: string
  readonly version: Version
  readonly images: Images
}

const oracleOf = (one: Case, images: Images, folder: string): Oracle | undefined => {
  const version = versionOf("buildah")
  const isOld = version[0] === 1 && version[1] < 33
  if (!isOld || !Containerfile.hasHeredoc(one.containerfile)) return { program: "buildah", version, images }
  const program = path.join(CurrentBuildah.binFolder, "buildah")
  if (!fs.existsSync(program)) return undefined
  const storage = ["--root", path.join(folder, "newer-storage"), "--runroot", path.join(folder, "newer-run")]
  return { program, version: versionOf(program), images: { ...images, storage } }
}

// The rule of the product, written down a second time.
const needsDocker = (containerfile: string): boolean =>
  Containerfile.instructions(containerfile).some(({ keyword }) => ["SHELL", "HEALTHCHECK", "ONBUILD"].includes(keyword))

const ourBuild = (one: Case, images: Images) =>
  Effect.gen(function*() {
    const { BASE_IMAGE: _, ...buildArgs } = images.buildArgs
    const input = yield* Workplace.input(one.name, {
      dockerfile: one.containerfile,
      context: one.context,
      buildArgs: { ...buildArgs, ...one.buildArgs },
      imageLabels: one.labels,
      retries: 0
    })
    const { log, status } = yield* Workplace.finish(input)
    if (status._tag === "Failed" || status._tag === "Errored") {
      return { log, build: { _tag: "Ended", status } satisfies OurBuild }
    }
    if (status._tag !== "Succeeded") return yield* Effect.die(new Error(`${one.name} ended ${status._tag}`))
    return { log, build: { _tag: "Built", digest: status.image.digest } satisfies OurBuild }
  }).pipe(
    Effect.catchTag("BuildRejected", ({ issues }) =>
      Effect.succeed({ log: [], build: { _tag: "Refused", issues } satisfies OurBuild })),
    Effect.orDie
  )

const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ").trim()

/** The instruction at a line, as buildah writes one. */
const instructionAt = (containerfile: string, line: number): string => {
  const found = Containerfile.instructions(containerfile).find((one) => one.line === line)
  return found === undefined ? "" : oneLine(`${found.keyword} ${[...found.flags, found.rest].join(" ")}`)
}

/** What ours says of a failure. */
const words = (ours: Exclude<OurBuild, { readonly _tag: "Built" }>): string =>
  ours._tag === "Refused"
    ? ours.issues.map(({ line, message }) => `line ${line}: ${message}`).join("; ")
    : `${ours.status._tag} ${ours.status.reason}: ${ours.status.message}`

/** Whether ours names the instruction that buildah names; a refusal does so by its line. */
const namesOneOf = (
  steps: ReadonlyArray<string>,
  one: Case,
  ours: Exclude<OurBuild, { readonly _tag: "Built" }>
): boolean => {
  const named = ours._tag === "Refused"
    ? ours.issues.map(({ line }) => line === undefined ? "" : instructionAt(one.containerfile, line))
    : [oneLine(ours.status.message.replace(/^STEP \d+\/\d+: /, ""))]
  return steps.length === 0 ||
    steps.map(oneLine).some((step) =>
      named.some((text) => text !== "" && (text.startsWith(step) || step.toUpperCase().startsWith(text.toUpperCase())))
    )
}

// The words of buildah after which a build may end well without another Containerfile.
const isPlatform = (error: string): boolean =>
  /initializing source|pinging container registry|no stage or image found|short-name|dial tcp|name unknown|manifest unknown/
    .test(error)

const failureDifferences = (
  one: Case,
  plain: PlainBuild.PlainBuild & { readonly _tag: "Failed" },
  ours: Exclude<OurBuild, { readonly _tag: "Built" }>
): ReadonlyArray<Difference> => {
  const difference = (kind: Kind): Difference => ({
    kind,
    key: "",
    plain: plain.error,
    ours: words(ours)
  })
  const [, exitCode] = /exit status (\d+)$/.exec(plain.cause) ?? []
  const isRun = plain.steps[0]?.toUpperCase().startsWith("RUN") === true
  const sameExit = !isRun || exitCode === undefined || ours._tag === "Refused" ||
    (ours.status._tag === "Failed" && ours.status.exitCode === Number(exitCode))
  const isErrored = ours._tag === "Ended" && ours.status._tag === "Errored"
  return [
    ...(namesOneOf(plain.steps, one, ours) && sameExit ? [] : [difference("instruction")]),
    ...(ours._tag === "Refused" || isErrored === isPlatform(plain.error) ? [] : [difference("blame")])
  ]
}

/** Builds a case twice and compares. `startedAt` in seconds since 1970: before any of the builds. */
export const compare = (one: Case, images: Images, startedAt: number) =>
  Effect.scoped(Effect.gen(function*() {
    const workplace = yield* Workplace.Workplace
    const folder = yield* Workplace.temporaryFolder
    const oracle = oracleOf(one, images, workplace.folder)
    const [oursTook, { build: ours, log }] = yield* Effect.timed(ourBuild(one, images))
    if (oracle === undefined) {
      const seconds = { plain: 0, ours: Duration.toSeconds(oursTook) }
      return { name: one.name, outcome: "not compared", differences: [], meant: [], seconds } satisfies Result
    }
    const format = needsDocker(one.containerfile) ? "docker" : "oci"
    const [plainTook, plain] = yield* Effect.timed(PlainBuild.run(one, { ...oracle, format, folder }))
    const content = (digest: string) => ImageContent.read(`${workplace.folder}/open/data`, digest, startedAt)

    const found: ReadonlyArray<Difference> = ((): ReadonlyArray<Difference> => {
      if (plain._tag === "Failed" && ours._tag !== "Built") return failureDifferences(one, plain, ours)
      if (plain._tag === "Failed") {
        return [{ kind: "verdict", key: "", plain: plain.error, ours: "builds" }]
      }
      if (ours._tag !== "Built") {
        return [{ kind: "verdict", key: "", plain: "builds", ours: words(ours) }]
      }
      const [theirs, mine] = [content(plain.digest), content(ours.digest)]
      return (["files", "config", "history"] as const).flatMap((kind) =>
        ImageContent.differences(theirs[kind], mine[kind]).map((difference) => ({ kind, ...difference }))
      )
    })()

    const judged = found.map((difference) =>
      [difference, meantBy({ difference, one, oracle: oracle.version, version: versionOf("buildah") })] as const
    )
    const differences = judged.filter(([, reason]) => Option.isNone(reason)).map(([difference]) => difference)
    // Also where only ours fails: a failure that does not come back has no second log.
    if (differences.length > 0 && (isReplay || found.some(({ kind }) => kind === "verdict"))) {
      process.stdout.write(`${one.containerfile}\n--- buildah\n${plain.output}\n--- ours\n${log.join("\n")}\n`)
    }
    return {
      name: one.name,
      outcome: plain._tag === "Built" ? "built" : "failed",
      differences,
      meant: judged.flatMap(([, reason]) => Option.toArray(reason)),
      seconds: { plain: Duration.toSeconds(plainTook), ours: Duration.toSeconds(oursTook) }
    } satisfies Result
  }))
