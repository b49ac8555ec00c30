/**
 * How a build stands, as rows on a terminal: what is done is printed once and for good, what goes on is drawn anew.
 *
 * @since 0.1.0
 */
import type { BuildEvent, Step } from "../core/BuildEvent.js"
import type { BuildStatus } from "../core/BuildStatus.js"
import { paint, printable, style } from "./Ansi.js"
import * as Elapsed from "./Elapsed.js"
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
  /** What the builder is at: an instruction, or what follows the last of them. */
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
 * What an event changes, and the rows that are done with it.
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
        row(endless, event.adopted ? `${event.ref}, an earlier build of an equal input` : `${event.ref}`)
      ]]
    case "Step":
      return [{ ...progress, since: now, step: event, lastLine: "" }, finished(progress, now, screen, "done")]
    case "LogLine":
      return commit.test(event.line) && typeof progress.step === "object"
        ? [{ ...progress, since: now, step: "commit", lastLine: "" }, finished(progress, now, screen, "done")]
        : [{ ...progress, lastLine: event.line }, []]
    case "LogLost":
      return [progress, [row(endless, `The log is lost: ${event.error.message}`)]]
    case "StatusChanged": {
      const begins = progress.step === undefined && progress.status?._tag !== event.status._tag
      return [{ ...progress, status: event.status, since: begins ? now : progress.since }, []]
    }
  }
}

// What buildah prints when all instructions are done (imagebuildah/stage_executor.go).
const commit = /^(?:\[\d+\/\d+\] )?COMMIT(?: |$)/

/**
 * The last rows, when the build has ended and its log is told. What went wrong is not among them.
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

// A log that is read after the fact tells nothing of time.
const time = (millis: number): string => millis < 1000 ? "" : ` (${Elapsed.format(millis)})`

// For what somebody may want to copy: it wraps rather than losing its end.
const endless: Screen = { columns: Number.POSITIVE_INFINITY, color: false }

/**
 * What goes on now; nothing when the build has ended.
 *
 * @since 0.1.0
 * @category getters
 */
export const rows = (progress: Progress, now: number, screen: Screen): ReadonlyArray<string> => {
  const { lastLine, since, status, step } = progress
  const elapsed = Elapsed.format(now - since)
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

const marks = { done: { text: "✓", style: style.green }, failed: { text: "✗", style: style.red } } as const

const dim = ({ color }: Screen, text: string): string => paint(color, style.dim, text)

const row = (screen: Screen, text: string, mark?: Mark): string =>
  (mark === undefined ? " " : paint(screen.color, marks[mark].style, marks[mark].text)) + " " +
  truncate(printable(text), screen.columns - 2)

const truncate = (text: string, columns: number): string => {
  const characters = Array.from(text)
  return characters.length <= columns ? text : `${characters.slice(0, Math.max(0, columns - 1)).join("")}…`
}
