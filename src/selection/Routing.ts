/**
 * Several backends behind the interface of one.
 */
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Stream from "effect/Stream"
import { BuildBackend, type Service } from "../core/BuildBackend.js"
import { type BackendError, BuildRejected, Issue } from "../core/BuildError.js"
import type { BuildInput } from "../core/BuildInput.js"
import type { BuildRef } from "../core/BuildRef.js"
import * as WrongBackend from "../core/service/WrongBackend.js"
import * as ExistingBuild from "./ExistingBuild.js"
import type { Report } from "./Report.js"
import { Explanation } from "./Selection.js"

export interface Backends {
  /** Those that can build here, the preferred one first. */
  readonly available: ReadonlyArray<Service>
  /** Those that cannot, by name: they answer for builds that they made before. */
  readonly others: ReadonlyMap<string, Effect.Effect<Service, BackendError>>
}

/** The name is `auto`; refs and list rows carry the name of the backend that has the build. */
export const make = ({ available, others }: Backends): Service => {
  const names = [...available.map(({ name }) => name), ...others.keys()]
  const own = (operation: WrongBackend.Operation, ref: BuildRef): Effect.Effect<Service, BackendError> => {
    const backend = available.find(({ name }) => name === ref.backend)
    return backend === undefined
      ? others.get(ref.backend) ?? WrongBackend.refused(operation, ref, `this selection has ${names.join(", ")}`)
      : Effect.succeed(backend)
  }

  return BuildBackend.of({
    name: "auto",
    check: (input) => Effect.asVoid(able(available, input)),
    build: (input, options) =>
      Effect.gen(function*() {
        const backends = yield* able(available, input)
        const chosen = backends.length === 1 || options?.again === true
          ? { backend: backends[0], options }
          : yield* ExistingBuild.holderOrFirst(backends, input, options)
        yield* Effect.logDebug(`${chosen.backend.name} builds ${input.finalImage.pullspec}`)
        return yield* chosen.backend.build(input, chosen.options)
      }),
    status: (ref) => Effect.flatMap(own("status", ref), (backend) => backend.status(ref)),
    changes: (ref) => Stream.unwrap(Effect.map(own("changes", ref), (backend) => backend.changes(ref))),
    logs: (ref, options) => Stream.unwrap(Effect.map(own("logs", ref), (backend) => backend.logs(ref, options))),
    cancel: (ref) => Effect.flatMap(own("cancel", ref), (backend) => backend.cancel(ref)),
    remove: (ref) => Effect.flatMap(own("remove", ref), (backend) => backend.remove(ref)),
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
// by what they can honour
// -----------------------------------------------------------------------------

const checked = (backends: ReadonlyArray<Service>, input: BuildInput) =>
  Effect.forEach(backends, (backend) =>
    Effect.map(Effect.either(backend.check(input)), (answer) => ({
      backend,
      rejection: Either.isLeft(answer) ? answer.left : undefined
    })))

/** The backends that can honour the input; if none can, everything that all of them object to. */
const able = (
  available: ReadonlyArray<Service>,
  input: BuildInput
): Effect.Effect<Arr.NonEmptyReadonlyArray<Service>, BuildRejected> =>
  Effect.flatMap(checked(available, input), (answers) => {
    const backends = answers.flatMap(({ backend, rejection }) => rejection === undefined ? [backend] : [])
    return Arr.isNonEmptyReadonlyArray(backends) ? Effect.succeed(backends) : Effect.fail(
      new BuildRejected({
        reason: "Unsupported",
        issues: answers.flatMap(({ backend, rejection }) =>
          (rejection?.issues ?? []).map((issue) =>
            new Issue({ ...issue, message: `${backend.name}: ${issue.message}` })
          )
        )
      })
    )
  })

/** What each candidate of the report has to do with the input. */
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
