/**
 * Programs of raw requests whose answers were recorded from a real API server: each server has to give the same ones. After a
 * change of the programs, record again:
 *
 *     OS_BUILDER_TEST_RECORD=yes npx vitest run --config test/control-plane/vitest.config.ts suite.cluster -t recorded
 */
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { answers, type Step, withoutManagers } from "../../support/ApiProgram.js"
import type { Case, Place } from "../../support/ClusterCase.js"
import * as ApplyPrograms from "./ApplyPrograms.js"
import * as JobPrograms from "./JobPrograms.js"
import * as RecordedPrograms from "./RecordedPrograms.js"

const programs = { ...RecordedPrograms.programs, ...ApplyPrograms.programs, ...JobPrograms.programs }

const path = join(import.meta.dirname, "recorded.json")

const { OS_BUILDER_TEST_RECORD } = process.env

const recorded: Record<string, ReadonlyArray<unknown>> = JSON.parse(readFileSync(path, "utf8"))

const run = (place: Place, name: string, steps: ReadonlyArray<Step>) =>
  Effect.gen(function*() {
    const all = yield* answers(place, steps)
    const compared: ReadonlyArray<unknown> = JSON.parse(
      JSON.stringify(name.startsWith("apply") ? all : all.map(withoutManagers))
    )
    if (OS_BUILDER_TEST_RECORD === "yes") {
      recorded[name] = compared
      writeFileSync(path, `${JSON.stringify(recorded, undefined, 1)}\n`)
    }
    const labelled = (all: ReadonlyArray<unknown> = []) =>
      all.map((answer, index) => ({ request: steps[index]?.slice(0, 2).join(" "), answer }))
    assert.deepStrictEqual(labelled(compared), labelled(recorded[name]))
  })

export const recordings: Readonly<Record<string, Case>> = Object.fromEntries(
  Object.entries(programs).map((
    [name, steps]
  ): [string, Case] => [`recorded: ${name}`, (place) => run(place, name, steps)])
)
