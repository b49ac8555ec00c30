/**
 * Runs the contestants of a scenario in turns, each in a fresh process, against a generator in another.
 */
import { Command, FileSystem, HttpClient, Path } from "@effect/platform"
import { NodeHttpClient } from "@effect/platform-node"
import { Array, Console, Effect, Layer, Option, Schema, Stream } from "effect"
import * as Lines from "../src/effect/Lines.js"
import * as Peers from "./Peers.js"
import type { Goal, Sample, Scenario } from "./Scenario.js"
import * as Target from "./Target.js"

const built = "dist/bench"

/** The name of a contestant's program on Effect 4. */
export const onEffect4 = (name: string): string => `${name} on Effect 4`

/** Where the program of a contestant is. */
const programOf = (scenario: string, name: string): string => {
  const folder = name === onEffect4(name.split(" ")[0] ?? "") ? `effect4/build/${built}` : built
  return `${folder}/${scenario}/${name.split(" ")[0]}.js`
}

const Samples = Schema.parseJson(Schema.Record({ key: Schema.String, value: Schema.Number }))

// A key of the kind that kubeadm and OpenShift give an API server.
const selfSigned = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=bench -addext subjectAltName=IP:127.0.0.1"
  .split(" ")

/** The generator, for as long as the scope is open; answers where its kubeconfig is. */
export const serve = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const folder = yield* fs.makeTempDirectoryScoped({ prefix: "bench-" })
  const certificate = path.join(folder, "certificate.pem")
  const key = path.join(folder, "key.pem")
  yield* Command.exitCode(Command.make("openssl", ...selfSigned, "-out", certificate, "-keyout", key))
  const process = yield* Command.start(Command.make("node", `${built}/server/main.js`, certificate, key))
  const server = yield* process.stdout.pipe(
    Stream.decodeText(),
    Lines.split,
    Stream.runHead,
    Effect.map(Option.getOrThrowWith(() => new Error("the generator did not start")))
  )
  const ca = yield* fs.readFileString(certificate)
  const kubeconfig = path.join(folder, "kubeconfig")
  Target.write(kubeconfig, { server, ca, token: "bench" })
  /** How many connections there were since the last time. */
  const connections = HttpClient.get(`${server}/connections`).pipe(
    Effect.flatMap((response) => response.json),
    Effect.map(Number),
    Effect.provide(Layer.provide(NodeHttpClient.layerWithoutAgent, NodeHttpClient.makeAgentLayer({ ca })))
  )
  return { kubeconfig, connections }
})

const isAbout = ({ against, of }: Goal, names: ReadonlyArray<string>): boolean =>
  names.includes(of) || against !== undefined && names.includes(against)

/** The scenario without the peers that are not built, and the goals about them; says on stderr which are left out. */
export const withoutMissingPeers = (scenario: Scenario): Effect.Effect<Scenario> =>
  Effect.gen(function*() {
    const missing = Peers.areBuilt() ? [] : scenario.contestants.filter(Peers.isPeer)
    if (missing.length === 0) return scenario
    yield* Console.error(`${scenario.name} runs without ${missing.join(", ")}: run "npm run bench:peers" to build them`)
    return {
      ...scenario,
      contestants: scenario.contestants.filter((name) => !missing.includes(name)),
      goals: scenario.goals.filter((goal) => !isAbout(goal, missing))
    }
  })

/** Every contestant's samples, one a round; `node` is the program that runs the contestants. */
export const run = (scenario: Scenario, rounds: number, node: string, flags: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    const { connections, kubeconfig } = yield* serve
    const samples = new Map(scenario.contestants.map((name) => [name, Array.empty<Sample>()]))
    for (let round = 0; round < rounds; round++) {
      for (const name of scenario.contestants) {
        yield* connections
        const [command = node, ...args] = Peers.command(name) ??
          [node, "--expose-gc", ...flags, programOf(scenario.name, name)]
        const output = yield* Command.string(Command.make(command, ...args, kubeconfig))
        const sample = yield* Schema.decode(Samples)(output)
        samples.get(name)?.push({ ...sample, connections: yield* connections })
        yield* Console.error(`${scenario.name} ${round + 1}/${rounds} ${name} ${output.trim()}`)
      }
    }
    return samples
  }).pipe(Effect.scoped)
