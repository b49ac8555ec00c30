/** The kubectl of the control plane's release against a served fake cluster. */
import { Effect } from "effect"
import { spawn } from "node:child_process"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as FakeApiServer from "../../src/fake/apiserver/FakeApiServer.js"
import * as ControlPlane from "../../src/fake/ControlPlane.js"
import { locateKubectl } from "../control-plane/Binaries.js"

const { PATH = "" } = process.env

const limitMillis = 40_000

/** The exit code and the text of both streams. */
export interface Ran {
  readonly code: number | null
  readonly text: string
}

const run = (
  program: string,
  args: ReadonlyArray<string>,
  input: string,
  home: string,
  more: Readonly<Record<string, string>> = {}
): Effect.Effect<Ran> =>
  Effect.async((resume) => {
    const child = spawn(program, args, {
      env: { PATH, HOME: home, KUBECONFIG: join(home, "kubeconfig"), ...more },
      timeout: limitMillis
    })
    let text = ""
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (bytes) => text += String(bytes))
    child.once("close", (code) => resume(Effect.succeed({ code, text })))
    child.stdin.on("error", () => {})
    child.stdin.end(input)
    return Effect.sync(() => child.kill("SIGKILL"))
  })

const withoutWebSockets = { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: "false", KUBECTL_PORT_FORWARD_WEBSOCKETS: "false" }

/** A program that goes on: `until` waits until its output matches, and has it. It is killed when the scope closes. */
const followed = (program: string, args: ReadonlyArray<string>, home: string) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => {
        const child = spawn(program, args, { env: { PATH, HOME: home, KUBECONFIG: join(home, "kubeconfig") } })
        const state = { text: "", wake: () => {} }
        for (const stream of [child.stdout, child.stderr]) {
          stream.on("data", (bytes) => {
            state.text += String(bytes)
            state.wake()
          })
        }
        child.once("close", () => state.wake())
        return { child, state }
      }),
      ({ child }) => Effect.sync(() => child.kill("SIGKILL"))
    ),
    ({ child, state }) => ({
      until: (pattern: RegExp): Effect.Effect<string> =>
        Effect.async((resume) => {
          state.wake = () => {
            if (pattern.test(state.text)) resume(Effect.succeed(state.text))
            else if (child.exitCode !== null) resume(Effect.dieMessage(state.text))
          }
          state.wake()
        })
    })
  )

const folder = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(join(tmpdir(), "kubectl-"))),
  (path) => Effect.promise(() => rm(path, { recursive: true }))
)

/**
 * Serves a fake cluster with a namespace `ns` that is the default, and returns kubectl: `sh` runs a line of arguments, which may
 * be quoted, `kubectl` a list of them.
 */
export const serve = (options: ControlPlane.Options = {}) =>
  Effect.gen(function*() {
    const program = yield* locateKubectl
    const home = yield* folder
    const plane = yield* ControlPlane.make({ namespaces: ["ns"], ...options })
    const served = yield* FakeApiServer.serve(plane, { namespace: "ns" })
    yield* Effect.promise(() => writeFile(join(home, "kubeconfig"), served.kubeconfig))
    const kubectl = (args: ReadonlyArray<string>, input = "") => run(program, args, input, home)
    const split = (line: string) =>
      [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "")
    return {
      served,
      plane,
      kubectl,
      /** The same as older releases of kubectl do it. */
      spdy: (args: ReadonlyArray<string>) => run(program, args, "", home, { ...withoutWebSockets }),
      /** Starts kubectl and leaves it running. */
      follow: (args: ReadonlyArray<string>) => followed(program, args, home),
      /** The output of a line that has to succeed. */
      sh: (line: string, input = "") =>
        Effect.filterOrDie(
          kubectl(split(line), input),
          ({ code }) => code === 0,
          ({ code, text }) => new Error(`kubectl ${line}: exit code ${code}\n${text}`)
        ).pipe(Effect.map(({ text }) => text)),
      /** The output of a line that has to fail. */
      fails: (line: string, input = "") =>
        Effect.filterOrDie(
          kubectl(split(line), input),
          ({ code }) => code !== 0,
          ({ text }) => new Error(`kubectl ${line} succeeded:\n${text}`)
        ).pipe(Effect.map(({ text }) => text))
    }
  })
