/**
 * Random programs of requests for the fake and for a real API server, whose answers are compared:
 *
 *     SEEDS=1-500,1289 npm run test:differential-api
 *
 * A program that differs is run once more, since the controllers of a busy server may have been in the middle of their work; then
 * it is shrunk, and printed with both answers.
 */
import { assert, layer } from "@effect/vitest"
import { Clock, Effect, Logger, LogLevel, type Scope } from "effect"
import * as Access from "../../../src/fake/apiserver/Access.js"
import * as FakeDriver from "../../../src/fake/apiserver/FakeDriver.js"
import * as ControlPlaneOfFake from "../../../src/fake/ControlPlane.js"
import { ControlPlane, layerWith } from "../../control-plane/ControlPlane.js"
import { connect } from "../../kubernetes/suite/connect.js"
import type { Action } from "./Action.js"
import { program } from "./Generator.js"
import * as Raw from "./Raw.js"
import { programs as rules } from "./Rules.js"
import { answersOf, canonical, type Difference, firstDifference, type Server, shrink } from "./Runner.js"
import * as SteppedClock from "./SteppedClock.js"

/** Ranges of seeds and single ones. */
const seeds = (process.env["SEEDS"] ?? "1-120").split(",").flatMap((range) => {
  const [first = 1, last = first] = range.split("-").map(Number)
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
})

/** Programs run side by side; of those that differ, so many are shrunk, since that takes long. */
const sideBySide = Number(process.env["PROGRAMS"] ?? 12)
const shrunk = Number(process.env["SHRUNK"] ?? 20)

/** A fake of its own for each program. */
const makeFake: Effect.Effect<Server, never, Scope.Scope> = Effect.gen(function*() {
  const plane = yield* ControlPlaneOfFake.make({ nodes: [] })
  const user: Access.User = { name: "admin", rules: [Access.everything] }
  return {
    driver: FakeDriver.make((request) => plane.gateway.handle(request, user), "default"),
    send: Raw.fake(plane, user)
  }
})

const answersOfFake = (steps: ReadonlyArray<Action>) =>
  Effect.suspend(() => {
    const clock = SteppedClock.make()
    return Effect.withClock(
      Effect.scoped(Effect.flatMap(makeFake, (fake) => answersOf(fake, steps, clock.step))),
      clock
    )
  })

const difference = (real: Server) => (steps: ReadonlyArray<Action>): Effect.Effect<Difference | undefined> =>
  Effect.flatMap(answersOfFake(steps), (answers) => firstDifference(real, steps, answers))

const report = (seed: number, steps: ReadonlyArray<Action>, found: Difference | undefined): string =>
  [
    `seed ${seed}: (SEEDS=${seed} npm run test:differential-api)`,
    ...steps.map((step) => `  ${JSON.stringify(step)}`),
    `  real: ${canonical(found?.real)}`,
    `  fake: ${canonical(found?.fake)}`
  ].join("\n")

const controlPlane = layerWith({ controllers: ["daemonset-controller", "statefulset-controller"] })

layer(controlPlane, { excludeTestServices: true, timeout: "90 seconds" })("the fake and a real API server", (it) => {
  it.scoped("differential: rules that random programs seldom reach are the same", () =>
    Effect.gen(function*() {
      const { admin, server } = yield* ControlPlane
      const { driver } = yield* connect(admin.kubeconfigPath)
      const differs = difference({ driver, send: yield* Raw.real(server, admin.token) })
      const reports = yield* Effect.forEach(rules, (steps) =>
        Effect.map(differs(steps), (found) =>
          found === undefined
            ? []
            : [[
              JSON.stringify(steps[found.index]),
              `  real: ${canonical(found.real)}`,
              `  fake: ${canonical(found.fake)}`
            ]]))
      assert.strictEqual(reports.flat(2).join("\n"), "")
    }).pipe(Logger.withMinimumLogLevel(LogLevel.None)), 300_000)

  it.scoped("differential: random programs have the same answers", () =>
    Effect.gen(function*() {
      const { admin, server } = yield* ControlPlane
      const { driver } = yield* connect(admin.kubeconfigPath)
      const differs = difference({ driver, send: yield* Raw.real(server, admin.token) })
      const began = yield* Clock.currentTimeMillis
      let [requests, different, passing] = [0, 0, 0]
      const reports = yield* Effect.forEach(seeds, (seed) =>
        Effect.gen(function*() {
          const steps = program(seed)
          requests += steps.length
          const found = yield* differs(steps)
          if (found === undefined) return []
          if ((yield* differs(steps)) === undefined) {
            passing++
            return []
          }
          different++
          const begin = steps.slice(0, found.index + 1)
          if (different > shrunk) return [report(seed, begin.slice(-1), found)]
          const shortest = yield* shrink(differs, begin)
          return [report(seed, shortest, (yield* differs(shortest)) ?? found)]
        }), { concurrency: sideBySide }).pipe(Logger.withMinimumLogLevel(LogLevel.None))
      const differences = reports.flat()
      const seconds = ((yield* Clock.currentTimeMillis) - began) / 1000
      yield* Effect.log(
        `differential: ${seeds.length} programs, ${requests} actions, ${seconds} s, `
          + `${differences.length} differ, ${passing} differed once`
      )
      assert.strictEqual(differences.join("\n"), "")
    }), 7_200_000)
})
