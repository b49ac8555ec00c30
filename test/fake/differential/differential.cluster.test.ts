/**
 * Random programs of requests for the fake and for a real API server, whose answers are compared:
 *
 *     SEEDS=1-500 npm run test:differential-api
 *
 * A program that differs is shrunk, and printed with both answers.
 */
import { assert, layer } from "@effect/vitest"
import { Effect, Predicate, Schedule } from "effect"
import { Cluster } from "effect-os-builder"
import * as Access from "../../../src/fake/apiserver/Access.js"
import * as FakeDriver from "../../../src/fake/apiserver/FakeDriver.js"
import * as ControlPlaneOfFake from "../../../src/fake/ControlPlane.js"
import type { Driver } from "../../../src/kubernetes/client/Driver.js"
import * as Resources from "../../../src/kubernetes/Resources.js"
import { ControlPlane, layer as controlPlane } from "../../control-plane/ControlPlane.js"
import { connect } from "../../kubernetes/suite/connect.js"
import { answers, type Step } from "../../support/ApiProgram.js"
import { program } from "./Generator.js"
import { compared } from "./Meant.js"

const [first = 1, last = first] = (process.env["SEEDS"] ?? "1-25").split("-").map(Number)

interface Server {
  readonly driver: Driver
  readonly cluster: Cluster.Service
}

/** The answers of one server, in a namespace of their own with the objects of every namespace. */
const run = ({ cluster, driver }: Server, steps: ReadonlyArray<Step>) =>
  Effect.gen(function*() {
    const made = yield* cluster.create(Resources.Namespace, { metadata: { generateName: "random-" } })
    const namespace = made.metadata.name
    for (const path of ["serviceaccounts/default", "configmaps/kube-root-ca.crt"]) {
      yield* Effect.retry(
        driver.request({ method: "GET", path: `/api/v1/namespaces/${namespace}/${path}`, query: {} }, {
          verb: "get",
          resource: path
        }),
        { times: 200, schedule: Schedule.spaced("20 millis") }
      )
    }
    const all = yield* answers({ driver, namespace }, steps)
    yield* Effect.ignore(cluster.delete(Resources.Namespace, namespace))
    return all.map(compared)
  })

/** The index of the first request with different answers; undefined if there is none. */
const difference = (real: Server, fake: Server, steps: ReadonlyArray<Step>) =>
  Effect.map(Effect.zip(run(real, steps), run(fake, steps)), ([left, right]) => {
    const index = left.findIndex((answer, index) => canonical(answer) !== canonical(right[index]))
    return index === -1 ? undefined : { index, real: left[index], fake: right[index] }
  })

const canonical = (json: unknown): string =>
  JSON.stringify(json, (_, value: unknown) =>
    Predicate.isRecord(value) && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => a < b ? -1 : 1))
      : value) ?? ""

/** Leaves out requests as long as the last one differs. */
const shrink = (real: Server, fake: Server, steps: ReadonlyArray<Step>) =>
  Effect.gen(function*() {
    let shortest = steps
    for (let index = shortest.length - 2; index >= 0; index--) {
      const shorter = shortest.filter((_, at) => at !== index)
      const found = yield* difference(real, fake, shorter)
      if (found !== undefined) shortest = shorter.slice(0, found.index + 1)
      index = Math.min(index, shortest.length - 1)
    }
    return shortest
  })

layer(controlPlane, { excludeTestServices: true, timeout: "90 seconds" })("the fake and a real API server", (it) => {
  it.scoped("differential: random programs have the same answers", () =>
    Effect.gen(function*() {
      const { admin } = yield* ControlPlane
      const real = yield* connect(admin.kubeconfigPath)
      const { gateway } = yield* ControlPlaneOfFake.make({ nodes: [] })
      const user: Access.User = { name: "admin", rules: [Access.everything] }
      const driver = FakeDriver.make((request) => gateway.handle(request, user), "default")
      const fake = { driver, cluster: yield* Cluster.make(driver) }
      const differences: Array<string> = []
      for (let seed = first; seed <= last; seed++) {
        const steps = program(seed)
        const found = yield* difference(real, fake, steps)
        if (found === undefined) continue
        const shortest = yield* shrink(real, fake, steps.slice(0, found.index + 1))
        const after = yield* difference(real, fake, shortest)
        differences.push([
          `seed ${seed}:`,
          ...shortest.map((step) => `  ${JSON.stringify(step)}`),
          `  real: ${canonical(after?.real)}`,
          `  fake: ${canonical(after?.fake)}`
        ].join("\n"))
      }
      const count = last - first + 1
      yield* Effect.log(`differential: ${count} programs, ${differences.length} differ`)
      assert.deepStrictEqual(differences, [])
    }), 3_600_000)
})
