/**
 * The events of a running build: the elements of `BuildBackend.events`.
 *
 * @example
 * ```ts
 * import { BuildBackend, type BuildInput } from "effect-os-builder"
 * import { Console, Stream } from "effect"
 *
 * const watch = (input: BuildInput.BuildInput) =>
 *   Stream.runForEach(BuildBackend.events(input), (event) =>
 *     event._tag === "LogLine" ? Console.log(event.line) : Console.log(event._tag))
 * ```
 *
 * @since 0.1.0
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { described, named } from "../effect/Described.js"
import { BackendError, BuildNotFound, Issue } from "./BuildError.js"
import { BuildRef } from "./BuildRef.js"
import { BuildStatus } from "./BuildStatus.js"

/**
 * A preferred backend that cannot honour the input, and why: another backend builds it.
 *
 * @since 0.1.0
 * @category models
 */
export class PassedOver extends Schema.Class<PassedOver>("effect-os-builder/BuildEvent/PassedOver")({
  /** The name of the backend. */
  backend: described("The name of the backend.", Schema.String),
  /** The parts of the input that it cannot honour. */
  issues: described("The parts of the input that it cannot honour.", Schema.Array(Issue))
}, named("PassedOver", "A preferred backend that cannot honour the input, and why.")) {}

/**
 * The build is recorded; always the first event.
 *
 * @since 0.1.0
 * @category models
 */
export class Submitted extends Schema.TaggedClass<Submitted>("effect-os-builder/BuildEvent/Submitted")("Submitted", {
  /** The reference of the build. */
  ref: described("The reference of the build.", BuildRef),
  /** Whether the build existed before. */
  adopted: described("Whether the build existed before.", Schema.Boolean),
  /**
   * The backends that a selection prefers and that cannot honour the input, the preferred one first; absent if there
   * is none.
   */
  passedOver: described(
    "The backends that a selection prefers and that cannot honour the input, the preferred one first; absent if there is none.",
    Schema.optional(Schema.Array(PassedOver))
  )
}, named("Submitted", "The build is recorded; always the first event.")) {}

/**
 * The current status, then each change.
 *
 * @since 0.1.0
 * @category models
 */
export class StatusChanged extends Schema.TaggedClass<StatusChanged>("effect-os-builder/BuildEvent/StatusChanged")(
  "StatusChanged",
  {
    /** The status of the build now. */
    status: described("The status of the build now.", BuildStatus)
  },
  named("StatusChanged", "The current status, then each change.")
) {}

/**
 * A line of the build's log, and its number in it, counted from 1.
 *
 * @since 0.1.0
 * @category models
 */
export class LogLine extends Schema.TaggedClass<LogLine>("effect-os-builder/BuildEvent/LogLine")("LogLine", {
  /** The line, without its line break. */
  line: described("The line, without its line break.", Schema.String),
  /** Its number in the log, counted from 1. */
  number: described("Its number in the log, counted from 1.", Schema.Int)
}, named("LogLine", "A line of the build's log, and its number in it, counted from 1.")) {}

/**
 * A Containerfile instruction begins: number `current` of `total`. It follows the log line that announces it. In a build of
 * several stages `current` and `total` count within `stage`.
 *
 * @since 0.1.0
 * @category models
 */
export class Step extends Schema.TaggedClass<Step>("effect-os-builder/BuildEvent/Step")("Step", {
  /** The number of the instruction, counted from 1. */
  current: described("The number of the instruction, counted from 1.", Schema.Int),
  /** The number of instructions; absent where the builder does not print it. */
  total: described(
    "The number of instructions; absent where the builder does not print it.",
    Schema.optional(Schema.Int)
  ),
  /** The instruction. */
  instruction: described("The instruction.", Schema.String),
  /** The stage of the instruction, in a build of several stages: its number, and how many there are. */
  stage: described(
    "The stage of the instruction, in a build of several stages: its number, and how many there are.",
    Schema.optional(Schema.Struct({ current: Schema.Int, total: Schema.Int }))
  )
}, named("Step", "A Containerfile instruction begins.")) {}

/**
 * The rest of the log cannot be read. The build continues, and so do its status changes.
 *
 * @since 0.1.0
 * @category models
 */
export class LogLost extends Schema.TaggedClass<LogLost>("effect-os-builder/BuildEvent/LogLost")("LogLost", {
  /** Why the log cannot be read. */
  error: described("Why the log cannot be read.", Schema.Union(BuildNotFound, BackendError))
}, named("LogLost", "The rest of the log cannot be read.")) {}

/**
 * The schema of every event: encodes to JSON, for example to send events to a browser.
 *
 * @example
 * ```ts
 * import { BuildBackend, BuildEvent, type BuildInput } from "effect-os-builder"
 * import { Schema, Stream } from "effect"
 *
 * const toJson = Schema.encode(Schema.parseJson(BuildEvent.BuildEvent))
 * const lines = (input: BuildInput.BuildInput) => Stream.mapEffect(BuildBackend.events(input), (event) => toJson(event))
 * ```
 *
 * @since 0.1.0
 * @category schemas
 */
export const BuildEvent = Schema.Union(Submitted, StatusChanged, LogLine, Step, LogLost)

/**
 * The union of the events.
 *
 * @since 0.1.0
 * @category models
 */
export type BuildEvent = typeof BuildEvent.Type

// buildah and imagebuilder print `[1/2] STEP 3/7: RUN …`, the stage only where there are several, and single instructions
// that are added by options without a total (buildah, imagebuildah/stage_executor.go).
const step = /^(?:\[(\d+)\/(\d+)\] )?STEP (\d+)(?:\/(\d+))?: (.+)$/

const keywords =
  "ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|EXPOSE|FROM|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|RUN|SHELL|STOPSIGNAL|" +
  "USER|VOLUME|WORKDIR"

// After output that ended without a line break. Only with a total and a known instruction: output may mention steps.
const stepAfterOutput = new RegExp(
  String.raw`(?<=\S)(?:\[(\d+)/(\d+)\] )?STEP (\d+)/(\d+): ((?:${keywords}|${keywords.toLowerCase()})\b.*)$`
)

/**
 * Parses the log line with which buildah announces an instruction; none if it is another line.
 *
 * @example
 * ```ts
 * import { BuildEvent } from "effect-os-builder"
 *
 * BuildEvent.stepOf("STEP 3/7: RUN dnf -y install usbguard") // Some(Step { current: 3, total: 7, … })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const stepOf = (line: string): Option.Option<Step> => {
  const found = step.exec(line) ?? stepAfterOutput.exec(line)
  if (found === null) return Option.none()
  const [, stage, stages, current, total, instruction = ""] = found
  return Option.some(
    new Step({
      current: Number(current),
      instruction,
      ...(total === undefined ? {} : { total: Number(total) }),
      ...(stage === undefined ? {} : { stage: { current: Number(stage), total: Number(stages) } })
    })
  )
}
