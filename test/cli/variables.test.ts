import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { BackendConfig } from "effect-os-builder"
import * as Flags from "../../src/cli/Flags.js"
import * as OsBuilder from "../../src/cli/OsBuilder.js"
import { harness } from "../support/CommandHarness.js"

const all = Object.values(BackendConfig.variables).map(({ variable }) => variable)

it.effect("variables: are those that the command names in its help and reads", () =>
  Effect.gen(function*() {
    const { layer, out } = yield* harness({}, {})
    yield* Effect.provide(OsBuilder.run(["--help"]), layer)
    const inHelp = Array.from((yield* out).matchAll(/\bOS_BUILDER_\w+/g), ([name]) => name)
    assert.sameMembers(Array.from(new Set(inHelp)), all)
    const ofFlags = Object.values({ ...Flags.option, ...Flags.builder }).flatMap(({ doc }) => doc.variable ?? [])
    for (const variable of ofFlags) assert.include(all, variable)
  }))
