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
import * as DifferencePrograms from "./DifferencePrograms.js"
import * as FoundPrograms from "./FoundPrograms.js"
import * as JobPrograms from "./JobPrograms.js"
import * as JobStatusPrograms from "./JobStatusPrograms.js"
import * as ManagedPrograms from "./ManagedPrograms.js"
import * as RecordedPrograms from "./RecordedPrograms.js"
import * as TablePrograms from "./TablePrograms.js"

const programs = {
  ...RecordedPrograms.programs,
  ...ApplyPrograms.programs,
  ...DifferencePrograms.programs,
  ...FoundPrograms.programs,
  ...JobPrograms.programs,
  ...JobStatusPrograms.programs,
  ...ManagedPrograms.programs,
  ...TablePrograms.programs
}

const { OS_BUILDER_TEST_RECORD } = process.env

/** Compares the answers of a program with those in a file, or records them. */
export const recordedIn = (file: string) => {
  const path = join(import.meta.dirname, file)
  const recorded: Record<string, ReadonlyArray<unknown>> = JSON.parse(readFileSync(path, "utf8"))
  return (name: string, steps: ReadonlyArray<Step>, answers: ReadonlyArray<unknown>): void => {
    const compared: ReadonlyArray<unknown> = JSON.parse(JSON.stringify(answers))
    if (OS_BUILDER_TEST_RECORD === "yes") {
      recorded[name] = compared
      writeFileSync(path, `${JSON.stringify(recorded, undefined, 1)}\n`)
    }
    const labelled = (all: ReadonlyArray<unknown> = []) =>
      all.map((answer, index) => ({ request: steps[index]?.slice(0, 2).join(" "), answer }))
    assert.deepStrictEqual(labelled(compared), labelled(recorded[name]))
  }
}

const compare = recordedIn("recorded.json")

const run = (place: Place, name: string, steps: ReadonlyArray<Step>) =>
  Effect.map(
    answers(place, steps),
    (all) => compare(name, steps, name.startsWith("apply") ? all : all.map(withoutManagers))
  )

export const recordings: Readonly<Record<string, Case>> = Object.fromEntries(
  Object.entries(programs).map((
    [name, steps]
  ): [string, Case] => [`recorded: ${name}`, (place) => run(place, name, steps)])
)
