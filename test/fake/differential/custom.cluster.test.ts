/**
 * Random programs about the objects of a CustomResourceDefinition, for the fake and for a real API server:
 *
 *     SEEDS=1-500 npx vitest run --config test/control-plane/vitest.config.ts test/fake/differential/custom
 */
import { assert, layer } from "@effect/vitest"
import { Effect, Logger, LogLevel, Predicate, Schedule } from "effect"
import * as Access from "../../../src/fake/apiserver/Access.js"
import * as FakeDriver from "../../../src/fake/apiserver/FakeDriver.js"
import * as ControlPlaneOfFake from "../../../src/fake/ControlPlane.js"
import type { JsonObject, Method } from "../../../src/kubernetes/client/ApiRequest.js"
import type { Driver } from "../../../src/kubernetes/client/Driver.js"
import { ControlPlane, layer as controlPlane } from "../../control-plane/ControlPlane.js"
import { connect } from "../../kubernetes/suite/connect.js"
import { answers } from "../../support/ApiProgram.js"
import { at } from "../../support/ClusterCase.js"
import { definition, program } from "./CustomGenerator.js"
import { compared } from "./Meant.js"
import { managed } from "./Runner.js"

const [first = 1, last = first] = (process.env["SEEDS"] ?? "1-40").split("-").map(Number)

const request = (driver: Driver, method: Method, path: string, body?: JsonObject) =>
  driver.request({ method, path, query: {}, ...(body === undefined ? {} : { body }) }, { verb: "ask", resource: path })

const define = (driver: Driver) =>
  Effect.zipRight(
    request(driver, "POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition),
    Effect.retry(
      Effect.forEach(["v1", "v2"], (version) => request(driver, "GET", `/apis/random.example.com/${version}/widgets`)),
      { times: 200, schedule: Schedule.spaced("50 millis") }
    )
  )

/** Several errors come in any order, and those of a combination from any of its parts. */
const comparable = (answer: unknown): unknown => {
  const causes = at(answer, "details", "causes")
  const plain = compared(answer)
  return Predicate.isRecord(plain) && at(plain, "code") === 422 && Array.isArray(causes)
    ? { code: 422, causes: causes.map((cause) => JSON.stringify(cause)).toSorted() }
    : plain
}

const canonical = (json: unknown): string =>
  JSON.stringify(json, (_, value: unknown) =>
    Predicate.isRecord(value) && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => a < b ? -1 : 1))
      : value) ?? ""

layer(controlPlane, { excludeTestServices: true, timeout: "90 seconds" })("the fake and a real API server", (it) => {
  it.scoped("differential: random custom objects have the same answers", () =>
    Effect.gen(function*() {
      const { admin } = yield* ControlPlane
      const { driver: real } = yield* connect(admin.kubeconfigPath)
      const { gateway } = yield* ControlPlaneOfFake.make({ nodes: [] })
      const user: Access.User = { name: "admin", rules: [Access.everything] }
      const fake = FakeDriver.make((one) => gateway.handle(one, user), "default")
      yield* define(real)
      yield* define(fake)
      const differences: Array<string> = []
      for (let seed = first; seed <= last; seed++) {
        const steps = program(seed).map(managed)
        const namespace = `random-${seed}`
        const run = (driver: Driver) =>
          Effect.zipRight(
            request(driver, "POST", "/api/v1/namespaces", { metadata: { name: namespace } }),
            Effect.map(answers({ driver, namespace }, steps), (all) => all.map(comparable))
          )
        const [left, right] = yield* Effect.zip(run(real), run(fake))
        // With a manager of another version whose schema lacks a field, the server cannot apply: meant, what follows differs.
        const end = left.findIndex((answer) =>
          at(answer, "code") === 500 && /^\.\S+: field not declared in schema$/.test(String(at(answer, "message")))
        )
        const index = left.slice(0, end === -1 ? left.length : end)
          .findIndex((answer, index) => canonical(answer) !== canonical(right[index]))
        if (index !== -1) {
          differences.push([
            `seed ${seed}:`,
            ...steps.slice(0, index + 1).map((step) => `  ${JSON.stringify(step)}`),
            `  real: ${canonical(left[index])}`,
            `  fake: ${canonical(right[index])}`
          ].join("\n"))
        }
      }
      yield* Effect.log(`differential: ${last - first + 1} programs of custom objects, ${differences.length} differ`)
      assert.strictEqual(differences.join("\n"), "")
    }).pipe(Logger.withMinimumLogLevel(LogLevel.Error)), 3_600_000)
})
