import { assert, describe, it } from "@effect/vitest"
import { Option } from "effect"
import { BuildEvent } from "effect-os-builder"

// Lines as buildah 1.28 and 1.39 print them.
const lines: ReadonlyArray<readonly [string, ConstructorParameters<typeof BuildEvent.Step>[0]]> = [
  ["STEP 1/3: FROM quay.io/a/b:1", { current: 1, total: 3, instruction: "FROM quay.io/a/b:1" }],
  ["[2/2] STEP 10/12: RUN echo STEP 1/2: x", {
    current: 10,
    total: 12,
    instruction: "RUN echo STEP 1/2: x",
    stage: { current: 2, total: 2 }
  }],
  ["no line breakSTEP 3/3: RUN false", { current: 3, total: 3, instruction: "RUN false" }],
  ["no line breakSTEP 3/3: run false", { current: 3, total: 3, instruction: "run false" }],
  ["50%[1/2] STEP 3/3: COPY a /b", { current: 3, total: 3, instruction: "COPY a /b", stage: { current: 1, total: 2 } }],
  ["STEP 4: COMMIT registry.example.com/os:1", { current: 4, instruction: "COMMIT registry.example.com/os:1" }]
]

describe("stepOf", () => {
  it("stepOf: reads the lines that announce an instruction", () => {
    for (const [line, step] of lines) {
      // Not as options: chai takes none for equal to any some.
      assert.deepStrictEqual(Option.getOrUndefined(BuildEvent.stepOf(line)), new BuildEvent.Step(step), line)
    }
  })

  it("stepOf: takes nothing else for one", () => {
    for (
      const line of ["", "STEP", "  STEP 1/2: FROM a", "step 1/2: FROM a", "--> 3f1c", "STEP 1/2:", "xSTEP 1/2: do"]
    ) {
      assert.isTrue(Option.isNone(BuildEvent.stepOf(line)), line)
    }
  })
})
