/**
 * Values as text for people.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import type { BuildSummary } from "../core/BuildBackend.js"
import type { Issue } from "../core/BuildError.js"
import type { BuildEvent, Step } from "../core/BuildEvent.js"
import * as BuildStatus from "../core/BuildStatus.js"
import type * as Selection from "../selection/Report.js"
import type { CliError } from "./CliError.js"
import * as Columns from "./Columns.js"

/**
 * A status in one line.
 *
 * @since 0.1.0
 * @category getters
 */
export const status: (status: BuildStatus.BuildStatus) => string = BuildStatus.match({
  Pending: ({ blocked }) => blocked === undefined ? "Pending" : `Pending, ${waiting(blocked)}`,
  Running: ({ attempt, blocked }) =>
    `Running${attempt === 1 ? "" : `, attempt ${attempt}`}${blocked === undefined ? "" : `, ${waiting(blocked)}`}`,
  Succeeded: ({ finishedAt, startedAt }) => `Succeeded in ${elapsed(DateTime.distance(startedAt, finishedAt))}`,
  Failed: ({ message, reason }) => `Failed (${reason}): ${message}`,
  Errored: ({ message, reason, retryable }) => `Errored (${reason}${retryable ? ", retryable" : ""}): ${message}`,
  Cancelled: () => "Cancelled"
})

const waiting = ({ message, reason, upstreamReason }: BuildStatus.Blocked): string =>
  `waiting (${
    upstreamReason === undefined || upstreamReason === reason ? reason : `${reason}, ${upstreamReason}`
  }): ${message}`

/**
 * A status in full: its line, the image, the end of the log, the pod.
 *
 * @since 0.1.0
 * @category getters
 */
export const statusInFull = (value: BuildStatus.BuildStatus): ReadonlyArray<string> => [
  status(value),
  ...(value._tag === "Succeeded" ? [value.image.pullspec] : []),
  ...(value._tag === "Failed" || value._tag === "Errored" ? logTail(value.logTail) : []),
  ...(value.pod === undefined ? [] : [`Pod ${value.pod.namespace}/${value.pod.name}`])
]

/**
 * A duration in milliseconds as whole seconds, minutes or hours: `7s`, `2m05s`, `1h02m`.
 *
 * @since 0.1.0
 * @category getters
 */
export const elapsed = (millis: number): string => {
  const seconds = Math.floor(Math.max(0, millis) / 1000)
  const [minutes, hours] = [Math.floor(seconds / 60), Math.floor(seconds / 3600)]
  const two = (value: number) => String(value % 60).padStart(2, "0")
  return hours > 0 ? `${hours}h${two(minutes)}m` : minutes > 0 ? `${minutes}m${two(seconds)}s` : `${seconds}s`
}

/**
 * The last lines of a log, under a heading.
 *
 * @since 0.1.0
 * @category getters
 */
export const logTail = (lines: ReadonlyArray<string>): ReadonlyArray<string> =>
  lines.length === 0 ? [] : ["The log ends with:", ...lines.map((line) => `  ${line}`)]

/**
 * An event as plain lines. A terminal status has none: it is printed after the log.
 *
 * @since 0.1.0
 * @category getters
 */
export const event = (event: BuildEvent): ReadonlyArray<string> => {
  switch (event._tag) {
    case "Submitted":
      return [
        event.adopted
          ? `os-builder: adopted ${event.ref}, an earlier build of an equal input`
          : `os-builder: submitted ${event.ref}`
      ]
    case "StatusChanged":
      return BuildStatus.isTerminal(event.status) ? [] : [`os-builder: ${status(event.status)}`]
    case "LogLine":
      return [event.line]
    case "Step":
      return []
    case "LogLost":
      return [`os-builder: the log cannot be read: ${event.error.message}`]
  }
}

/**
 * A step of the Containerfile: `STEP 3/7: RUN …`.
 *
 * @since 0.1.0
 * @category getters
 */
export const step = (step: Step): string => `${stepNumber(step)}: ${step.instruction}`

/**
 * @since 0.1.0
 * @category getters
 */
export const stepNumber = ({ current, stage, total }: Step): string =>
  `${stage === undefined ? "" : `[${stage.current}/${stage.total}] `}STEP ${current}${
    total === undefined ? "" : `/${total}`
  }`

/**
 * Builds as a table.
 *
 * @since 0.1.0
 * @category getters
 */
export const table = (summaries: ReadonlyArray<BuildSummary>): ReadonlyArray<string> =>
  Columns.align([
    ["CREATED", "STATUS", "IMAGE", "BUILD"],
    ...summaries.map((summary) => [
      DateTime.formatIso(summary.createdAt).replace(/\.\d+/, ""),
      summary.status._tag,
      summary.finalImage,
      String(summary.ref)
    ])
  ])

/**
 * A report as a table, with an arrow at the preferred backend.
 *
 * @since 0.1.0
 * @category getters
 */
export const probes = (report: Selection.Report, columns: number): ReadonlyArray<string> =>
  Columns.alignWithin([
    ["", "BACKEND", "VERDICT", "WHY"],
    ...report.rows.map((row) => [
      row === report.first && row.verdict._tag === "Available" ? "→" : "",
      row.backend,
      row.verdict._tag,
      String(row).replaceAll("; ", "\n")
    ])
  ], columns)

// The option that sets each field of an input.
const origins: ReadonlyArray<readonly [RegExp, string]> = [
  [/^dockerfile$/, "--file"],
  [/^baseImage\.pullspec$/, "--base"],
  [/^baseImage\.secretName$/, "--base-secret"],
  [/^pullSecretName$/, "--pull-secret"],
  [/^finalImage\.pullspec$/, "--final"],
  [/^finalImage\.secretName$/, "--final-secret"],
  [/^entitlementSecretName$/, "--entitlement-secret"],
  [/^buildArgs/, "--build-arg"],
  [/^imageLabels/, "--label"],
  [/^tags/, "--tag"],
  [/^annotations/, "--annotation"],
  [/^format/, "--format"],
  [/^compression\.level/, "--compression-level"],
  [/^compression/, "--compression"],
  [/^timestamp/, "--timestamp"],
  [/^dockerfilePath$/, "--dockerfile-path"],
  [/^context\.git\.secretName$/, "--git-secret"],
  [/^context\.image\.secretName$/, "--context-secret"],
  [/^context\.image\b/, "--context-image"],
  [/^context\.git\b/, "--git"],
  [/^context/, "--context"],
  [/^mounts/, "--mount-secret, --mount-config-map"],
  [/^secrets/, "--secret"],
  [/^target$/, "--target"],
  [/^buildContexts/, "--build-context"],
  [/^inheritLabels$/, "--no-inherit-labels"],
  [/^unsetLabels/, "--unset-label"],
  [/^squash$/, "--squash"],
  [/^trustBundle/, "--trust-bundle"],
  [/^proxy\.http$/, "--http-proxy"],
  [/^proxy\.https$/, "--https-proxy"],
  [/^proxy\.noProxy$/, "--no-proxy"],
  [/^architecture$/, "--arch"],
  [/^resources\.cpu$/, "--cpu"],
  [/^resources\.memory$/, "--memory"],
  [/^resources\.ephemeralStorage$/, "--ephemeral-storage"],
  [/^placement\.nodeSelector/, "--node-selector"],
  [/^placement\.tolerations/, "--toleration"],
  [/^objectLabels/, "--object-label"],
  [/^queueName$/, "--queue"],
  [/^cacheFrom$/, "--cache-from"],
  [/^cacheTo$/, "--cache-to"],
  [/^timeout$/, "--timeout"],
  [/^pendingTimeout$/, "--pending-timeout"],
  [/^retries$/, "--retries"],
  [/^revision$/, "--revision"],
  [/^metadata/, "--metadata"],
  [/^namespace$/, "--namespace"]
]

/**
 * An issue with the option that sets the field.
 *
 * @since 0.1.0
 * @category getters
 */
export const issue = (issue: Issue): string => {
  const origin = origins.find(([path]) => path.test(issue.path))
  if (origin === undefined) return String(issue)
  const [field, option] = origin
  // Not for one of many: its path has the name.
  const isWhole = field.exec(issue.path)?.[0] === issue.path
  const where = issue.line === undefined ? isWhole ? "" : ` (${issue.path})` : ` (line ${issue.line})`
  return `${option}${where}: ${issue.message}`
}

/**
 * An error as lines, with what to do about it. `fromFile`: the input came from a file, so that its issues name fields, and
 * not options.
 *
 * @since 0.1.0
 * @category getters
 */
export const error = (error: CliError, { fromFile }: { readonly fromFile: boolean }): ReadonlyArray<string> => {
  if (error._tag === "ConfigurationError" && error.reason === "NoConfiguration") {
    return [error.message, "Without a cluster, `--backend local` builds on this machine."]
  }
  if (error._tag !== "BuildRejected") return error.message.split("\n")
  const [headline = "", ...rest] = error.message.split("\n")
  return error.issues.length === 0
    ? [headline, ...rest]
    : [headline, ...error.issues.map((each) => `  ${fromFile ? each : issue(each)}`)]
}
