/** An exec plugin that talks to a person at a terminal: kubectl and the command of this package, each in a terminal of its own. */
import { NodeContext } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { spawn } from "node:child_process"
import * as path from "node:path"
import { locateKubectl } from "../../control-plane/Binaries.js"
import * as Case from "./Case.js"
import * as LoopbackModule from "./Loopback.js"
import { Loopback } from "./Loopback.js"

const { PATH = "" } = process.env

const main = path.resolve(import.meta.dirname, "../../../src/cli/Main.ts")

const v1 = "client.authentication.k8s.io/v1"

/** Asks for a word, and returns it as a token together with spec.interactive. */
const plugin = `#!/bin/sh
printf 'your word: ' >&2
read word
case "$KUBERNETES_EXEC_INFO" in *'"interactive":true'*) mode=interactive ;; *) mode=not ;; esac
printf '{"kind":"ExecCredential","apiVersion":"${v1}","status":{"token":"%s-%s"}}' "$word" "$mode"
`

const asking = (interactiveMode: string): Case.Case => ({
  title: interactiveMode,
  files: (world) => ({
    config: Case.config(world, { user: { exec: { apiVersion: v1, command: "./plugin.sh", interactiveMode } } }),
    "plugin.sh": plugin
  }),
  expect: { server: "a" }
})

/** Runs a command in a terminal, and types a line when it is asked for one. */
const inTerminal = (command: ReadonlyArray<string>, env: Readonly<Record<string, string>>): Effect.Effect<string> =>
  Effect.async((resume) => {
    const child = spawn("script", ["-qec", command.join(" "), "/dev/null"], {
      env: { PATH, ...env },
      stdio: ["pipe", "pipe", "ignore"],
      timeout: 50_000
    })
    let text = ""
    let typed = false
    child.stdout.on("data", (bytes) => {
      text += String(bytes)
      if (!typed && text.includes("your word: ")) {
        typed = true
        child.stdin.write("hello\n")
      }
    })
    child.once("close", () => resume(Effect.succeed(text)))
    return Effect.sync(() => child.kill("SIGKILL"))
  })

layer(LoopbackModule.layer, { excludeTestServices: true })("a terminal", (it) => {
  for (const mode of ["IfAvailable", "Always", "Never"]) {
    it.effect(
      `K9 exec: interactiveMode ${mode} at a terminal gives the plugin what kubectl gives it`,
      () =>
        Effect.gen(function*() {
          const world = yield* Loopback
          const testCase = asking(mode)
          const kubectl = yield* locateKubectl
          const run = (command: ReadonlyArray<string>) =>
            Effect.gen(function*() {
              const folder = Case.write(world, testCase)
              const before = world.seen.length
              yield* inTerminal(command, Case.environment(world, testCase, folder))
              return world.seen[before]?.authorization
            })
          const theirs = yield* run([kubectl, "get", "--raw", "/version"])
          const ours = yield* run([process.execPath, "--import", "tsx", main, "list"])
          assert.strictEqual(theirs, mode === "Never" ? "Bearer -not" : "Bearer hello-interactive")
          assert.strictEqual(ours, theirs)
        }).pipe(Effect.provide(NodeContext.layer)),
      120_000
    )
  }
})
