/**
 * The progress of a build as rows on a terminal: finished steps are printed once, the current one is redrawn.
 *
 * @since 0.1.0
 */
import type { BuildEvent, Step } from "../core/BuildEvent.js"
import type { BuildStatus } from "../core/BuildStatus.js"
import { type Format, printable, style } from "./Ansi.js"
import * as Render from "./Render.js"

/**
 * Times are those of the Clock, in milliseconds.
 *
 * @since 0.1.0
 * @category models
 */
export interface Progress {
  readonly since: number
  readonly status: BuildStatus | undefined
  /** The current instruction, or `commit` after the last one. */
  readonly step: Step | "commit" | undefined
  readonly lastLine: string
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Screen {
  readonly columns: number
  readonly color: boolean
}

/**
 * Before the first event.
 *
 * @since 0.1.0
 * @category constructors
 */
export const start = (now: number): Progress => ({ since: now, status: undefined, step: undefined, lastLine: "" })

/**
 * The progress after an event, and the rows that are finished by it.
 *
 * @since 0.1.0
 * @category combinators
 */
export const advance = (
  progress: Progress,
  event: BuildEvent,
  now: number,
  screen: Screen
): readonly [Progress, ReadonlyArray<string>] => {
  switch (event._tag) {
    case "Submitted":
      return [progress, [
        row(unlimited, event.adopted ? `${event.ref}, an earlier build of an equal input` : `${event.ref}`)
      ]]
    case "Step":
      return [{ ...progress, since: now, step: event, lastLine: "" }, finished(progress, now, screen, "done")]
    case "LogLine":
      return commit.test(event.line) && typeof progress.step === "object"
        ? [{ ...progress, since: now, step: "commit", lastLine: "" }, finished(progress, now, screen, "done")]
        : [{ ...progress, lastLine: event.line }, []]
    case "LogLost":
      return [progress, [row(unlimited, `The log cannot be read: ${event.error.message}`)]]
    case "StatusChanged": {
      const begins = progress.step === undefined && progress.status?._tag !== event.status._tag
      return [{ ...progress, status: event.status, since: begins ? now : progress.since }, []]
    }
  }
}

// The line that buildah prints after the last instruction (imagebuildah/stage_executor.go).
const commit = /^(?:\[\d+\/\d+\] )?COMMIT(?: |$)/

/**
 * The last rows, for when the build has ended and its log has been shown. Errors are printed elsewhere.
 *
 * @since 0.1.0
 * @category combinators
 */
export const end = (progress: Progress, now: number, screen: Screen): ReadonlyArray<string> => {
  switch (progress.status?._tag) {
    case "Succeeded":
      return [...finished(progress, now, screen, "done"), row(screen, Render.status(progress.status), "done")]
    case "Failed":
      return finished(progress, now, screen, "failed")
    default:
      return finished(progress, now, screen)
  }
}

type Mark = "done" | "failed"

const finished = ({ since, step }: Progress, now: number, screen: Screen, mark?: Mark): ReadonlyArray<string> =>
  typeof step !== "object"
    ? []
    : [row(screen, `${Render.stepNumber(step)}${time(now - since)}: ${step.instruction}`, mark)]

// Steps of a log that is read later have no duration.
const time = (millis: number): string => millis < 1000 ? "" : ` (${Render.elapsed(millis)})`

// For text that users copy: it wraps instead of being truncated.
const unlimited: Screen = { columns: Number.POSITIVE_INFINITY, color: false }

/**
 * The rows of the current step; none when the build has ended.
 *
 * @since 0.1.0
 * @category getters
 */
export const rows = (progress: Progress, now: number, screen: Screen): ReadonlyArray<string> => {
  const { lastLine, since, status, step } = progress
  const elapsed = Render.elapsed(now - since)
  if (step !== undefined) {
    const current = row(
      screen,
      step === "commit"
        ? `Committing and pushing ${elapsed}`
        : `${Render.stepNumber(step)} ${elapsed}: ${step.instruction}`
    )
    return lastLine === "" ? [current] : [current, dim(screen, row(screen, `  ${lastLine}`))]
  }
  if (status?._tag === "Pending" || status?._tag === "Running") {
    return [row(screen, `${elapsed} ${Render.status(status)}`)]
  }
  return status === undefined ? [row(screen, `${elapsed} Submitting`)] : []
}

// -----------------------------------------------------------------------------
// rows
// -----------------------------------------------------------------------------

const marks: Readonly<Record<Mark, readonly [symbol: string, format: Format]>> = {
  done: ["✓", "green"],
  failed: ["✗", "red"]
}

const dim = ({ color }: Screen, text: string): string => style(color, "dim", text)

const row = (screen: Screen, text: string, mark?: Mark): string => {
  const [symbol, format] = mark === undefined ? [" ", undefined] : marks[mark]
  const margin = format === undefined ? symbol : style(screen.color, format, symbol)
  return `${margin} ${truncate(printable(text), screen.columns - 2)}`
}

const truncate = (text: string, columns: number): string => {
  const characters = Array.from(text)
  return characters.length <= columns ? text : `${characters.slice(0, Math.max(0, columns - 1)).join("")}…`
}
