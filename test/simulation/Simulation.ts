/**
 * One simulation: a schedule carried out on a cluster, with everybody watched, until the world is healed and all has ended.
 */
import { Cause, Effect, Exit, Fiber, Logger, LogLevel, Random, Ref } from "effect"
import { VirtualTime } from "../support/VirtualTime.js"
import { Census } from "./Census.js"
import * as Client from "./Client.js"
import type { Platform } from "./Platform.js"
import * as Schedule from "./Schedule.js"
import type { RecordTruth } from "./Truth.js"
import { Witness } from "./Witness.js"
import * as World from "./World.js"

export interface Report {
  readonly schedule: Schedule.Schedule
  readonly violations: ReadonlyArray<string>
  readonly journal: ReadonlyArray<string>
  readonly builds: number
}

const newYear = 1_767_225_600_000

/** How long everything may take to end once nothing is broken any more. */
const patience = "6 hours"

const isOnlooked = ({ seed }: Schedule.Schedule): boolean => seed % 4 === 0

export const run = (platform: Platform, schedule: Schedule.Schedule, mutation: Client.Mutation = {}): Report => {
  const time = new VirtualTime(newYear)
  const violations: Array<string> = []
  const journal: Array<string> = []
  let builds = 0
  const census = new Census()

  const simulation = Effect.gen(function*() {
    const world = yield* World.make(platform, schedule.inputs)
    const { truth } = world
    const witness = new Witness(truth, () => time.unsafeCurrentTimeMillis())
    yield* Effect.addFinalizer(() =>
      Effect.sync(() => {
        violations.push(...truth.violations)
        journal.push(...witness.journal)
        builds = truth.records.size
      })
    )
    let born = 0
    const birth = Effect.suspend(() => Client.make(`client ${++born}`, world, platform, mutation))
    const clients = yield* Effect.forEach(
      Array.from({ length: schedule.clients }),
      () => Effect.flatMap(birth, Ref.make)
    )

    // A due step is performed by the client that observes it, so there may be no client that observes all.
    const onlooker = isOnlooked(schedule) ? yield* birth : undefined
    const onlooking = onlooker === undefined ? undefined : yield* Effect.fork(witness.onlook(onlooker))

    const act = (act: Schedule.Act): Effect.Effect<void> =>
      Effect.gen(function*() {
        const slot = "client" in act ? clients[act.client] : undefined
        const known = [...truth.records.values()].reverse()
        const record: RecordTruth | undefined = "build" in act ? known[act.build] : undefined
        const child = record?.children.at(-1)
        if (slot !== undefined) yield* asking(yield* Ref.get(slot), act, record)
        switch (act._tag) {
          case "Die": {
            if (slot === undefined) return
            const client = yield* Ref.get(slot)
            witness.interrupted(client)
            yield* client.die
            return yield* Ref.set(slot, yield* birth)
          }
          case "Break":
            return yield* world.plan(act.fault)
          case "CutWatches":
            return yield* world.cut
          case "Compact":
            return yield* world.compact
          case "Outage":
            return yield* world.outage(act.seconds)
          case "Strike":
            return yield* world.strike(act.pod, act.how)
          case "DeleteRecord":
            return record === undefined ? undefined : yield* world.deleteRecord(record.ref.name, record.ref.uid)
          case "DeleteChild":
            return child === undefined ? undefined : yield* world.deleteChild(child.name, child.uid)
          case "CancelByHand":
            return child === undefined ? undefined : yield* world.cancelChild(child.name, child.uid)
          case "Secret":
            return yield* world.secret(act.input, act.how)
        }
      })

    const asking = (client: Client.Client, act: Schedule.Act, record: RecordTruth | undefined) => {
      const about = (effect: (ref: RecordTruth["ref"]) => Effect.Effect<void>) =>
        record === undefined ? Effect.void : Effect.asVoid(client.fork(effect(record.ref)))
      switch (act._tag) {
        case "Build": {
          const input = world.inputs[act.input]
          if (input === undefined) return Effect.void
          return Effect.asVoid(client.fork(
            act.how === "build"
              ? witness.build(client, input, act.again)
              : witness.run(client, input, act.again, act.how === "run" ? "cancel" : "detach")
          ))
        }
        case "Watch":
          return about((ref) => witness.watch(client, ref))
        case "Status":
          return about((ref) => witness.status(client, ref))
        case "Logs":
          return about((ref) => witness.logs(client, ref))
        case "Cancel":
          return about((ref) => witness.cancel(client, ref))
        case "Remove":
          return about((ref) => witness.remove(client, ref))
        case "List":
          return Effect.asVoid(client.fork(witness.list(client)))
        case "Prune":
          return Effect.asVoid(client.fork(witness.prune(client, act.olderThan, act.keep)))
        case "Interrupt":
          witness.interrupted(client)
          return client.interrupt
        default:
          return Effect.void
      }
    }

    let at = 0
    for (const step of schedule.steps) {
      yield* Effect.sleep(step.at - at)
      at = step.at
      witness.note(`--- ${Schedule.words(step.act)}`)
      yield* act(step.act)
    }

    witness.note("--- the world is healed")
    yield* world.heal
    yield* world.outage(0)
    const auditor = yield* birth
    const present = () => [...truth.records.values()].filter(({ gone }) => gone === "no")
    const inTime = (what: string, effect: Effect.Effect<void>) =>
      Effect.timeoutTo(Effect.as(effect, true), { duration: patience, onSuccess: () => true, onTimeout: () => false })
        .pipe(
          Effect.map((done) => done ? undefined : truth.violate(`${what}: no end in ${patience}`))
        )
    const watchAll = inTime(
      "what the auditor watches",
      Effect.suspend(() =>
        Effect.forEach(present(), ({ ref }) => witness.watch(auditor, ref), { concurrency: "unbounded", discard: true })
      )
    )
    // What is on its way comes within that time.
    yield* Effect.sleep("2 minutes")
    yield* watchAll
    for (const slot of clients) {
      const client = yield* Ref.get(slot)
      yield* inTime(`what ${client.name} has asked for`, client.close)
    }
    yield* watchAll
    yield* Effect.forEach(present(), ({ ref }) => witness.status(auditor, ref), { discard: true })
    yield* witness.list(auditor)
    for (const { children, outcome, ref } of present()) {
      if (outcome === undefined) truth.violate(`${ref} has no outcome in the end`)
      const running = children.find(({ end, gone }) => gone === "no" && end === undefined)
      if (running !== undefined) truth.violate(`${ref} has ended, and ${running.name} runs on`)
    }
    yield* Effect.sleep("30 seconds")
    if (onlooker !== undefined && onlooking !== undefined) {
      witness.onlooker(onlooker)
      yield* Fiber.interrupt(onlooking)
      yield* onlooker.close
    }
    yield* witness.prune(auditor, 0, 0)
    yield* Effect.sleep("2 minutes")
    for (const left of yield* world.leftovers) truth.violate(`${left} is left behind`)
    yield* auditor.close
  })

  const program = Effect.gen(function*() {
    yield* Effect.scoped(simulation)
    yield* Effect.sleep("5 minutes")
    const alive = yield* census.value
    if (alive > 0) violations.push(`${alive} fibers are left`)
    if (time.sleepers > 0) violations.push(`${time.sleepers} sleepers are left`)
  })
  const exit = time.run(program.pipe(
    census.count,
    Effect.withRandom(Random.make(schedule.seed)),
    Effect.withTracerEnabled(false),
    Logger.withMinimumLogLevel(LogLevel.None)
  ))
  if (Exit.isFailure(exit)) violations.push(Cause.pretty(exit.cause))
  return { schedule, violations, journal, builds }
}

export const seed = (platform: Platform, number: number, mutation?: Client.Mutation): Report =>
  run(platform, Schedule.make(number), mutation)
