/**
 * Several backends behind the interface of one.
 */
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { derive, PassedOver, type Service } from "../core/BuildBackend.js"
import { type BackendError, BuildRejected, Issue } from "../core/BuildError.js"
import type { BuildInput } from "../core/BuildInput.js"
import type { BuildRef } from "../core/BuildRef.js"
import * as BackendMetrics from "../core/service/BackendMetrics.js"
import * as Calls from "../core/service/Calls.js"
import * as SpanAttributes from "../core/service/SpanAttributes.js"
import * as Spans from "../effect/Spans.js"
import * as ExistingBuild from "./ExistingBuild.js"
import type { Report } from "./Report.js"
import { Explanation } from "./Selection.js"

export interface Backends {
  /** The backends that can build on this cluster, the preferred one first. */
  readonly available: ReadonlyArray<Service>
  /** The backends that cannot, by name: they still handle the refs of their earlier builds. */
  readonly others: ReadonlyMap<string, Effect.Effect<Service, BackendError>>
}

/** The backend `auto`; refs and summaries have the name of the backend that runs the build. */
export const make = ({ available, others }: Backends): Service => {
  const names = [...available.map(({ name }) => name), ...others.keys()]
  const own = (operation: Calls.Operation, ref: BuildRef): Effect.Effect<Service, BackendError> => {
    const backend = available.find(({ name }) => name === ref.backend)
    return backend === undefined
      ? others.get(ref.backend) ?? Calls.wrongBackend(operation, ref, `this selection has ${names.join(", ")}`)
      : Effect.succeed(backend)
  }

  return derive({
    name: "auto",
    check: (input) => Effect.asVoid(Effect.flatMap(checked(available, input), able)),
    build: (input, options) =>
      Effect.gen(function*() {
        yield* rejecting(Calls.namespace(options?.namespace))
        const answers = yield* checked(available, input)
        const backends = yield* rejecting(able(answers))
        const chosen = backends.length === 1 || options?.again === true
          ? { backend: backends[0], input, options }
          : yield* ExistingBuild.holderOrFirst(backends, input, options)
        const passedOver = answers
          .slice(0, answers.findIndex(({ backend }) => backend === chosen.backend))
          .flatMap(({ backend, rejection }) =>
            rejection === undefined ? [] : [new PassedOver({ backend: backend.name, issues: rejection.issues })]
          )
        yield* Effect.annotateCurrentSpan({
          [SpanAttributes.attribute.backend]: chosen.backend.name,
          [SpanAttributes.attribute.passedOver]: passedOver.map(({ backend }) => backend).join()
        })
        const submission = yield* chosen.backend.build(chosen.input, chosen.options)
        return passedOver.length === 0 ? submission : { ...submission, passedOver }
      }).pipe(Spans.within("BackendSelection.build", {
        attributes: SpanAttributes.ofInput("auto", input),
        isResult: SpanAttributes.isResult,
        attributesOf: SpanAttributes.ofError
      })),
    status: (ref) => Effect.flatMap(own("status", ref), (backend) => backend.status(ref)),
    changes: (ref) => Stream.unwrap(Effect.map(own("changes", ref), (backend) => backend.changes(ref))),
    logs: (ref, options) => Stream.unwrap(Effect.map(own("logs", ref), (backend) => backend.logs(ref, options))),
    cancel: (ref) => Effect.flatMap(own("cancel", ref), (backend) => backend.cancel(ref)),
    remove: (ref) => Effect.flatMap(own("remove", ref), (backend) => backend.remove(ref)),
    isOutdated: (ref) => Effect.flatMap(own("isOutdated", ref), (backend) => backend.isOutdated(ref)),
    list: (options) =>
      Effect.map(
        Effect.forEach(available, (backend) => backend.list(options), { concurrency: "unbounded" }),
        (lists) => Arr.sort(lists.flat(), ExistingBuild.newestFirst)
      ),
    watch: (options) =>
      Stream.mergeAll(available.map((backend) => backend.watch(options)), { concurrency: "unbounded" })
  })
}

// -----------------------------------------------------------------------------
// routing by what the backends can honour
// -----------------------------------------------------------------------------

const rejecting = BackendMetrics.countRejection("auto")

interface Answer {
  readonly backend: Service
  /** Undefined if the backend can honour the input. */
  readonly rejection: BuildRejected | undefined
}

const checked = (backends: ReadonlyArray<Service>, input: BuildInput): Effect.Effect<ReadonlyArray<Answer>> =>
  Effect.forEach(backends, (backend) =>
    Effect.match(backend.check(input), {
      onFailure: (rejection): Answer => ({ backend, rejection }),
      onSuccess: (): Answer => ({ backend, rejection: undefined })
    }))

/** The backends that can honour the input; if none can, the issues of all of them. */
const able = (answers: ReadonlyArray<Answer>): Effect.Effect<Arr.NonEmptyReadonlyArray<Service>, BuildRejected> => {
  const backends = answers.flatMap(({ backend, rejection }) => rejection === undefined ? [backend] : [])
  return Arr.isNonEmptyReadonlyArray(backends) ? Effect.succeed(backends) : Effect.fail(
    new BuildRejected({
      reason: "Unsupported",
      issues: answers.flatMap(({ backend, rejection }) =>
        (rejection?.issues ?? []).map((issue) => new Issue({ ...issue, message: `${backend.name}: ${issue.message}` }))
      )
    })
  )
}

/** The decision on each candidate of the report for this input. */
export const explain = (
  report: Report,
  available: ReadonlyArray<Service>,
  input: BuildInput
): Effect.Effect<ReadonlyArray<Explanation>> =>
  Effect.map(checked(available, input), (answers) => {
    const chosen = answers.find(({ rejection }) => rejection === undefined)
    return report.rows.map((row) => {
      const answer = answers.find(({ backend }) => backend.name === row.backend)
      const { backend } = row
      const issues = answer?.rejection?.issues ?? []
      if (answer === undefined) {
        return new Explanation({ backend, issues, decision: "Unavailable", why: `${row.verdict._tag}: ${row}` })
      }
      if (answer.rejection !== undefined) {
        return new Explanation({ backend, issues, decision: "Refused", why: answer.rejection.message })
      }
      return answer === chosen
        ? new Explanation({ backend, issues, decision: "Chosen", why: String(row) })
        : new Explanation({ backend, issues, decision: "Possible", why: `${chosen?.backend.name} is preferred` })
    })
  })
