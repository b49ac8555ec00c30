/** Runs a program on the fake, and on the real server up to the first answer that differs. */
import { Effect, Fiber, Predicate, Schedule, Stream } from "effect"
import type { WatchLine } from "../../../src/kubernetes/client/ApiRequest.js"
import type { Driver } from "../../../src/kubernetes/client/Driver.js"
import { failed, normalized, request, send, Session, type Step, type Target } from "../../support/ApiProgram.js"
import type { Action, Evict, Move, Pods } from "./Action.js"
import { compared, isForgotten, settled } from "./Meant.js"
import * as Raw from "./Raw.js"

/** The longest time for the controllers of a real server, which act on Jobs once a second. */
const patience = 15_000

export const canonical = (json: unknown): string =>
  JSON.stringify(json, (_, value: unknown) =>
    Predicate.isRecord(value) && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => a < b ? -1 : 1))
      : value) ?? ""

/** A write with a field manager: without one, the real server takes its name from the client. */
export const managed = (step: Step): Step => {
  const [method, path, ...rest] = step
  return ["POST", "PUT", "PATCH"].includes(method) && !path.includes("fieldManager=")
    ? [method, `${path}${path.includes("?") ? "&" : "?"}fieldManager=random`, ...rest]
    : step
}

/** A server: its driver, and a sender of raw requests. */
export interface Server {
  readonly driver: Driver
  readonly send: Raw.Send
}

interface Run extends Target {
  readonly send: Raw.Send
  readonly session: Session
  readonly normalize: (answer: unknown) => unknown
}

/** A namespace with the objects that controllers make in each. */
const begin = ({ driver, send }: Server): Effect.Effect<Run> =>
  Effect.gen(function*() {
    const ask = (method: "GET" | "POST", path: string, body?: Step[2]) =>
      driver.request({ method, path, query: {}, ...(body === undefined ? {} : { body }) }, {
        verb: "prepare",
        resource: path
      })
    const made = yield* ask("POST", "/api/v1/namespaces", { metadata: { generateName: "random-" } })
    const metadata = Predicate.hasProperty(made, "metadata") ? made.metadata : undefined
    const namespace = Predicate.hasProperty(metadata, "name") ? String(metadata.name) : ""
    for (const path of ["serviceaccounts/default", "configmaps/kube-root-ca.crt"]) {
      yield* Effect.retry(ask("GET", `/api/v1/namespaces/${namespace}/${path}`), {
        times: 500,
        schedule: Schedule.spaced("10 millis")
      })
    }
    const target = { driver, namespace }
    return { ...target, send, session: new Session(namespace), normalize: normalized(target) }
  }).pipe(Effect.orDie)

const events = (lines: ReadonlyArray<WatchLine>) => ({ events: lines.map(({ object, type }) => ({ type, object })) })

/** The events of a watch: all that come within some milliseconds, once there are as many as the other server has sent. */
const watch = (run: Run, path: string, expected: number | undefined): Effect.Effect<unknown> =>
  Effect.gen(function*() {
    const lines: Array<WatchLine> = []
    const { query, ...rest } = request(run, run.session, ["GET", path])
    const asked = { ...rest, query: { ...query, watch: "true", timeoutSeconds: "60" } }
    const stream = run.driver.watch(asked, { verb: "watch", resource: path }, (line) => line)
    const fiber = yield* Effect.fork(
      Effect.match(Stream.runForEach(stream, (line) => Effect.sync(() => lines.push(line))), {
        onSuccess: () => undefined,
        onFailure: failed
      })
    )
    const ended = Effect.map(Fiber.poll(fiber), (exit) => exit._tag === "Some")
    for (let waited = 0; waited < patience && expected !== undefined; waited += 10) {
      if (countOf(at(compared(events(lines)), "events")) >= expected || (yield* ended)) break
      yield* Effect.sleep("10 millis")
    }
    yield* Effect.sleep(expected === undefined ? "10 millis" : "40 millis")
    const failure = (yield* ended) ? yield* Fiber.join(fiber) : undefined
    yield* Fiber.interrupt(fiber)
    return failure ?? events(lines)
  })

const itemsOf = (list: unknown): ReadonlyArray<unknown> =>
  Predicate.hasProperty(list, "items") && Array.isArray(list.items) ? list.items : []

const at = (json: unknown, ...path: ReadonlyArray<string>): unknown =>
  path.reduce<unknown>((inner, key) => Predicate.hasProperty(inner, key) ? inner[key] : undefined, json)

const isTerminating = (pod: unknown): boolean => at(pod, "metadata", "deletionTimestamp") !== undefined

const isOver = (pod: unknown): boolean => ["Succeeded", "Failed"].includes(String(at(pod, "status", "phase")))

const indexOf = (pod: unknown): number =>
  Number(at(pod, "metadata", "labels", "batch.kubernetes.io/job-completion-index") ?? 0)

/** What moves have made of a pod: of pods with random names, the same one has to be moved on both servers. */
const stateOf = (pod: unknown): string =>
  [at(pod, "status", "phase"), JSON.stringify(at(pod, "status", "containerStatuses") ?? [])].join(" ")

/** The pods that a selector selects, by their completion indexes and their states. */
const podsOf = (run: Run, selector: string) =>
  Effect.map(
    send(run, new Session(run.namespace), ["GET", `pods?labelSelector=${encodeURIComponent(selector)}`]),
    (list) => itemsOf(list).toSorted((a, b) => indexOf(a) - indexOf(b) || stateOf(a).localeCompare(stateOf(b)))
  )

const movable = (move: Move) => (pod: unknown): boolean =>
  move === "remove"
    ? isTerminating(pod)
    : !isOver(pod) && (move === "stop") === isTerminating(pod)
      && (Predicate.isString(move) || at(pod, "status", "phase") !== move["phase"])

const movement = (move: Move, pod: unknown): Step => {
  const path = `pods/${String(at(pod, "metadata", "name"))}`
  return move === "delete"
    ? ["DELETE", path]
    : move === "remove"
    ? ["DELETE", path, { gracePeriodSeconds: 0 }]
    : [
      "PATCH",
      `${path}/status`,
      { status: move === "stop" ? { phase: "Failed" } : move },
      "application/merge-patch+json"
    ]
}

const movePods = (run: Run, [, selector, move, count]: Pods) =>
  Effect.gen(function*() {
    const pods = (yield* podsOf(run, selector)).filter(movable(move))
    for (const pod of pods.slice(0, count)) {
      yield* send(run, new Session(run.namespace), managed(movement(move, pod)))
    }
    // How many these are shows in the states that follow: a controller may be making one more.
    return {}
  })

const evict = (run: Run, [, selector, body]: Evict) =>
  Effect.gen(function*() {
    const pods = yield* podsOf(run, selector)
    const pod = pods.find((pod) => at(pod, "status", "phase") === "Running" && !isTerminating(pod))
    if (pod === undefined) return { evicted: "none" }
    const name = String(at(pod, "metadata", "name"))
    return yield* send(run, run.session, [
      "POST",
      `pods/${name}/eviction`,
      { apiVersion: "policy/v1", kind: "Eviction", metadata: { name }, ...body }
    ])
  })

/** Repeats a request until its answer is the expected one; without one, until it stays for some milliseconds. */
const untilSettled = (run: Run, path: string, expected: string | undefined): Effect.Effect<unknown> =>
  Effect.gen(function*() {
    const look = Effect.map(
      send(run, run.session, ["GET", path]),
      (answer) => settled(normalized(run)(compared(answer)))
    )
    let answer = yield* look
    let same = 0
    for (let waited = 0, pause = 5; waited < patience; waited += pause, pause = Math.min(pause * 2, 200)) {
      if (expected !== undefined ? canonical(answer) === expected : same === 3) break
      yield* Effect.sleep(expected === undefined ? "1 millis" : pause)
      const next = yield* look
      same = canonical(next) === canonical(answer) ? same + 1 : 0
      answer = next
    }
    return answer
  })

const perform = (run: Run, action: Action, expected: unknown): Effect.Effect<unknown> => {
  switch (action[0]) {
    case "WATCH":
      return Effect.map(
        watch(run, action[1], expected === undefined ? undefined : countOf(at(expected, "events"))),
        (answer) => run.normalize(compared(answer))
      )
    case "SETTLED":
      return untilSettled(run, action[1], expected === undefined ? undefined : canonical(expected))
    case "PODS":
      return movePods(run, action)
    case "EVICT":
      return Effect.map(evict(run, action), (answer) => settled(normalized(run)(compared(answer))))
    case "RAW": {
      const [, method, path, body, contentType] = action
      return ask(run, managed([method, path, {}, contentType]), body)
    }
    default:
      return ask(run, managed(action))
  }
}

/** The answer of a request, with its warnings; `text` is its body. */
const ask = (run: Run, step: Step, text?: string): Effect.Effect<unknown> => {
  const { body, ...rest } = request(run, run.session, step)
  const sent = text === undefined
    ? body === undefined ? {} : { body: JSON.stringify(body) }
    : { body: run.session.fill(text) }
  return Effect.map(run.send({ ...rest, ...sent }), (raw) => {
    const answer = Raw.answerOf(raw)
    run.session.record(answer)
    const kept = compared(answer)
    // Objects of controllers have generated names.
    const isOfControllers = /(\/|%3D)story/.test(step[1])
    const shown = isOfControllers ? settled(normalized(run)(withoutStatus(step, kept))) : run.normalize(kept)
    return raw.warnings.length === 0 ? shown : { answer: shown, warnings: raw.warnings }
  })
}

/** A write returns the status that controllers may be changing. */
const withoutStatus = ([method]: Step, answer: unknown): unknown =>
  method !== "GET" && Predicate.isRecord(answer) ? { ...answer, status: undefined } : answer

/** The number of expected events; for an expected error, more than there are. */
const countOf = (events: unknown): number => Array.isArray(events) ? events.length : Number.POSITIVE_INFINITY

/** The answers of the fake; `between` is done after each action. */
export const answersOf = (
  fake: Server,
  program: ReadonlyArray<Action>,
  between: Effect.Effect<void>
): Effect.Effect<ReadonlyArray<unknown>> =>
  Effect.flatMap(
    begin(fake),
    (run) => Effect.forEach(program, (action) => Effect.zipLeft(perform(run, action, undefined), between))
  )

/** - `index`: of the first action with different answers. */
export interface Difference {
  readonly index: number
  readonly real: unknown
  readonly fake: unknown
}

/** The first difference of a real server to the answers of the fake; undefined if there is none. */
export const firstDifference = (
  real: Server,
  program: ReadonlyArray<Action>,
  answers: ReadonlyArray<unknown>
): Effect.Effect<Difference | undefined> =>
  Effect.gen(function*() {
    const run = yield* begin(real)
    for (const [index, action] of program.entries()) {
      const answer = yield* perform(run, action, answers[index])
      if (action[0] === "WATCH" && isForgotten(answer)) return undefined
      if (canonical(answer) !== canonical(answers[index])) {
        return { index, real: answer, fake: answers[index] }
      }
    }
    return undefined
  })

/** Leaves out actions as long as the last one differs, but none that waits for controllers. */
export const shrink = (
  differs: (program: ReadonlyArray<Action>) => Effect.Effect<Difference | undefined>,
  program: ReadonlyArray<Action>
): Effect.Effect<ReadonlyArray<Action>> =>
  Effect.gen(function*() {
    let shortest = program
    for (let index = shortest.length - 2; index >= 0; index--) {
      if (shortest[index]?.[0] === "SETTLED") continue
      const shorter = shortest.filter((_, at) => at !== index)
      const found = yield* differs(shorter)
      if (found !== undefined) shortest = shorter.slice(0, found.index + 1)
      index = Math.min(index, shortest.length - 1)
    }
    return shortest
  })
