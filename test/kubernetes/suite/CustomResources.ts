/**
 * Programs about CustomResourceDefinitions whose answers were recorded from a real API server, and their deletion. After a change
 * of the programs, record again:
 *
 *     OS_BUILDER_TEST_RECORD=yes npx vitest run --config test/control-plane/vitest.config.ts suite.cluster -t customResources
 */
import { assert } from "@effect/vitest"
import { Effect, Predicate } from "effect"
import type { JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"
import { answers, type Step, withoutManagers } from "../../support/ApiProgram.js"
import { at, type Case, type Place, textAt } from "../../support/ClusterCase.js"
import * as CustomPrograms from "./CustomPrograms.js"
import { recordedIn } from "./Recorded.js"

const compare = recordedIn("recorded-custom.json")

const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"

const ask = (place: Place, step: Step) => Effect.map(answers(place, [step]), ([answer]) => answer)

/** Repeats a request until its answer is as wanted. */
const until = (place: Place, step: Step, holds: (answer: unknown) => boolean): Effect.Effect<unknown> =>
  Effect.flatMap(ask(place, step), (answer) =>
    holds(answer)
      ? Effect.succeed(answer)
      : Effect.zipRight(place.pass("50 millis"), until(place, step, holds)))

const isCode = (code: number) => (answer: unknown) => at(answer, "code") === code

/** Creates a definition, and waits until its kind is served; deletes it in the end. */
const define = (place: Place, definition: JsonObject) =>
  Effect.gen(function*() {
    const path = `${definitions}/${textAt(definition, "metadata", "name")}`
    yield* Effect.acquireRelease(
      ask(place, ["POST", definitions, definition]),
      () => Effect.zipRight(ask(place, ["DELETE", path]), until(place, ["GET", path], isCode(404)))
    )
    const group = textAt(definition, "spec", "group")
    const plural = textAt(definition, "spec", "names", "plural")
    yield* until(
      place,
      ["GET", `${group}:${textAt(definition, "spec", "versions", 0, "name")}/${plural}`],
      (answer) => at(answer, "code") === undefined
    )
  })

/** Of several errors the server lists them in any order; a path that is not served has no Status over HTTPS. */
const comparable = (answer: unknown): unknown => {
  const causes = at(answer, "details", "causes")
  if (at(answer, "message") === "the server could not find the requested resource") {
    return { code: at(answer, "code") }
  }
  if (!Predicate.isRecord(answer) || !Array.isArray(causes) || answer["code"] !== 422) {
    return answer
  }
  const texts = causes.map((cause) => JSON.stringify(cause)).toSorted()
  return texts.length === 1 ? answer : { code: answer["code"], causes: texts.map((text): unknown => JSON.parse(text)) }
}

const run = (place: Place, name: string, program: CustomPrograms.Program) =>
  Effect.gen(function*() {
    yield* Effect.forEach(program.definitions, (definition) => define(place, definition))
    const all = (yield* answers(place, program.steps)).map(comparable)
    compare(name, program.steps, name.startsWith("apply") ? all : all.map(withoutManagers))
  })

const recorded: Readonly<Record<string, Case>> = Object.fromEntries(
  Object.entries(CustomPrograms.programs).map((
    [name, program]
  ): [string, Case] => [`recorded: ${name}`, (place) => run(place, name, program)])
)

const widgets: JsonObject = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "widgets.deleted.example.com" },
  spec: {
    group: "deleted.example.com",
    scope: "Namespaced",
    names: { plural: "widgets", kind: "Widget" },
    versions: [{
      name: "v1",
      served: true,
      storage: true,
      schema: { openAPIV3Schema: { type: "object" } }
    }]
  }
}

export const customResources: Readonly<Record<string, Case>> = {
  ...recorded,
  "definitions: are deleted with their objects": (place) =>
    Effect.gen(function*() {
      yield* define(place, widgets)
      const path = "deleted.example.com:v1/widgets"
      yield* ask(place, ["POST", path, {
        apiVersion: "deleted.example.com/v1",
        kind: "Widget",
        metadata: { name: "a", finalizers: ["example.com/held"] }
      }])
      const marked = yield* ask(place, ["DELETE", `${definitions}/widgets.deleted.example.com`])
      assert.deepStrictEqual(at(marked, "metadata", "finalizers"), ["customresourcecleanup.apiextensions.k8s.io"])
      yield* until(
        place,
        ["GET", `${path}/a`],
        (answer) => at(answer, "metadata", "deletionTimestamp") !== undefined
      )
      yield* ask(place, [
        "PATCH",
        `${path}/a`,
        { metadata: { finalizers: null } },
        "application/merge-patch+json"
      ])
      yield* until(place, ["GET", `${definitions}/widgets.deleted.example.com`], isCode(404))
      yield* until(place, ["GET", path], isCode(404))
    })
}
