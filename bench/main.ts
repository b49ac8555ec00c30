/**
 * `npm run bench [-- NAME…] [--rounds N] [--profile FOLDER] [--write]`: runs the scenarios of these names, or all. `--write`
 * puts what came of them into README.md; `--profile` leaves a CPU profile of each process in a folder. `npm run bench:effect4`
 * takes the same arguments: both majors of Effect, all contestants with the Node of `effect4/node_modules`.
 */
import { FileSystem } from "@effect/platform"
import { NodeContext, NodeRuntime } from "@effect/platform-node"
import { Console, Effect } from "effect"
import * as fs from "node:fs"
import * as os from "node:os"
import { parseArgs } from "node:util"
import clientNode from "../node_modules/@kubernetes/client-node/package.json" with { type: "json" }
import effect from "../node_modules/effect/package.json" with { type: "json" }
import { scenario as build } from "./build/Scenario.js"
import * as Contest from "./Contest.js"
import { scenario as imports } from "./imports/Scenario.js"
import { scenario as loadReal } from "./load-real/Scenario.js"
import { scenario as load } from "./load/Scenario.js"
import { scenario as local } from "./local/Scenario.js"
import { scenario as logs } from "./logs/Scenario.js"
import * as Majors from "./Majors.js"
import { scenario as primitives } from "./primitives/Scenario.js"
import { scenario as reflector } from "./reflector/Scenario.js"
import { scenario as requests } from "./requests/Scenario.js"
import type { Scenario } from "./Scenario.js"
import { scenario as startup } from "./startup/Scenario.js"
import * as Table from "./Table.js"
import { scenario as upload } from "./upload/Scenario.js"
import { scenario as watch } from "./watch/Scenario.js"

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "5" },
    profile: { type: "string" },
    write: { type: "boolean", default: false },
    effect4: { type: "boolean", default: false }
  }
})

const scenarios: ReadonlyArray<Scenario> = values.effect4
  ? Majors.scenarios
  : [build, requests, watch, reflector, logs, imports, startup, load, primitives, upload, local]

/** Those that need more than this checkout, and run by their names alone. */
const onRequest: ReadonlyArray<Scenario> = values.effect4 ? [] : [loadReal]

const node = values.effect4 ? "effect4/node_modules/.bin/node" : process.execPath

const versionIn = (folder: string): string => {
  const { version } = JSON.parse(fs.readFileSync(`${folder}/package.json`, "utf8"))
  return version
}

/** The versions of what runs the contestants. */
const versions = (): string =>
  values.effect4
    ? `Node ${versionIn("effect4/node_modules/node")}, effect ${effect.version} and ${
      versionIn("effect4/node_modules/effect")
    }`
    : `Node ${process.versions.node}, effect ${effect.version}`

const circumstances = (rounds: number): string => {
  const [{ model } = { model: "unknown" }, ...more] = os.cpus()
  const date = new Date().toISOString().slice(0, 10)
  const machine = `${more.length + 1} × ${model.trim()}, ${os.platform()}`
  const load = os.loadavg().map((average) => average.toFixed(0)).join(", ")
  return `${date}; ${machine}, load ${load}; ${versions()}, client-node ${clientNode.version}; medians of ${rounds} ${
    rounds === 1 ? "round" : "rounds"
  }.`
}

const readme = "bench/README.md"

/** Puts a text in place of what stands between the marks of a scenario. */
const write = (name: string, text: string) =>
  Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const before = yield* fs.readFileString(readme)
    const marked = new RegExp(`(<!-- ${name} -->\n)[^]*?(\n<!-- end -->)`)
    if (!marked.test(before)) {
      return yield* Effect.dieMessage(`${readme} has no place for ${name}`)
    }
    yield* fs.writeFileString(readme, before.replace(marked, (_, begin, end) => `${begin}\n${text}\n${end}`))
  })

const program = Effect.gen(function*() {
  const flags = values.profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${values.profile}`]
  const all = [...scenarios, ...onRequest]
  const unknown = positionals.filter((name) => all.every((scenario) => scenario.name !== name))
  if (unknown.length > 0) {
    return yield* Effect.dieMessage(`no scenario ${unknown.join(", ")}`)
  }
  for (const known of positionals.length === 0 ? scenarios : all) {
    if (positionals.length === 0 || positionals.includes(known.name)) {
      const scenario = yield* Contest.withoutMissingPeers(known)
      const rounds = Math.min(Number(values.rounds), scenario.maxRounds ?? Number.POSITIVE_INFINITY)
      const text = `${Table.render(scenario, yield* Contest.run(scenario, rounds, node, flags))}\n\n${
        circumstances(rounds)
      }`
      yield* Console.log(`\n${text}\n`)
      yield* values.write ? write(values.effect4 ? `${scenario.name}-effect4` : scenario.name, text) : Effect.void
    }
  }
})

NodeRuntime.runMain(Effect.provide(program, NodeContext.layer))
