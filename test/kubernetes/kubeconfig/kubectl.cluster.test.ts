/**
 * The same files for kubectl and for this library: both ask the same server as the same user, or both refuse.
 *
 * kubectl is the one of the control plane's release. Where the two are meant to differ, the case gives the reason.
 */
import { NodeContext } from "@effect/platform-node"
import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import { spawn } from "node:child_process"
import { locateKubectl } from "../../control-plane/Binaries.js"
import * as Case from "./Case.js"
import { execCases } from "./ExecCases.js"
import { fileCases } from "./FileCases.js"
import * as LoopbackModule from "./Loopback.js"
import { Loopback, type World } from "./Loopback.js"
import { networkCases } from "./NetworkCases.js"
import { userCases } from "./UserCases.js"

const { PATH = "" } = process.env

const limitMillis = 20_000

/** One request with kubectl; what it printed, if it failed. */
const kubectl = (
  program: string,
  world: World,
  testCase: Case.Case,
  folder: string
): Effect.Effect<string | undefined> =>
  Effect.async((resume) => {
    const { context, kubeconfig } = testCase.settings?.(folder) ?? {}
    const args = [
      ...["get", "--raw", "/version", "--request-timeout=10s"],
      ...(context === undefined ? [] : ["--context", context]),
      ...(kubeconfig === undefined ? [] : ["--kubeconfig", kubeconfig])
    ]
    const child = spawn(program, args, {
      env: { PATH, ...Case.environment(world, testCase, folder) },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: limitMillis
    })
    let text = ""
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (bytes) => text += String(bytes))
    child.once("close", (code) => resume(Effect.succeed(code === 0 ? undefined : text)))
    return Effect.sync(() => child.kill("SIGKILL"))
  })

const turn = Effect.unsafeMakeSemaphore(1)

/** The part of a result that has to agree: the server and the identity, or that nobody was asked. */
const comparable = ({ seen }: Case.Result) => seen[0] ?? "refused"

const expected = (outcome: Case.Outcome) => "refused" in outcome ? "refused" : Case.complete(outcome)

layer(LoopbackModule.layer, { excludeTestServices: true })("kubectl and this library", (it) => {
  for (const [name, cases] of Object.entries({ fileCases, userCases, execCases, networkCases })) {
    describe(name, () => {
      for (const testCase of cases) {
        it.effect(
          `kubectl: ${testCase.title}`,
          () =>
            Effect.gen(function*() {
              const world = yield* Loopback
              const program = yield* locateKubectl
              const run = (request: (folder: string) => Effect.Effect<string | undefined>) =>
                Effect.map(
                  Case.observe(world, request(Case.write(world, testCase))),
                  comparable
                )
              const theirs = yield* run((folder) => kubectl(program, world, testCase, folder))
              const ours = yield* run((folder) => Case.request(world, testCase, folder))
              if (testCase.kubectl === undefined) {
                assert.deepStrictEqual(ours, theirs)
              } else {
                assert.notDeepEqual(ours, theirs, "they agree: the case needs no reason any more")
              }
              assert.deepStrictEqual(ours, expected(Case.expectation(world, testCase)))
              assert.deepStrictEqual(
                theirs,
                expected(testCase.kubectl?.expect ?? Case.expectation(world, testCase))
              )
            }).pipe(Effect.provide(NodeContext.layer), turn.withPermits(1)),
          60_000
        )
      }
    })
  }
})
