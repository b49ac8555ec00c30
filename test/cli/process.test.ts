/**
 * The command as a process of its own.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { execFile, spawn } from "node:child_process"
import * as fs from "node:fs"
import * as module from "node:module"
import * as net from "node:net"
import * as path from "node:path"
import { documents } from "../support/CommandHarness.js"
import { folderWith } from "../support/TemporaryFolder.js"

const main = path.resolve(import.meta.dirname, "../../src/cli/Main.ts")

const run = (args: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}, file = main) =>
  Effect.async<{ readonly status: number; readonly out: string; readonly err: string }>((resume) => {
    execFile(
      process.execPath,
      ["--import", "tsx", file, ...args],
      { env: { ...process.env, ...env }, timeout: 60_000 },
      (error, out, err) =>
        resume(Effect.succeed({ status: typeof error?.code === "number" ? error.code : 0, out, err }))
    )
  })

/** A port of loopback on which nothing listens. */
const freePort = Effect.async<number>((resume) => {
  const server = net.createServer().listen(0, "127.0.0.1", () => {
    const address = server.address()
    server.close(() => resume(Effect.succeed(typeof address === "object" ? address?.port ?? 0 : 0)))
  })
})

// Each compiles the command, which takes seconds of a processor.
describe.sequential("the command as a process", () => {
  it.scopedLive(
    "stdout: has only documents with --json while the API server is away; log messages go to stderr",
    () =>
      Effect.gen(function*() {
        const folder = yield* folderWith({
          config: JSON.stringify({
            apiVersion: "v1",
            kind: "Config",
            clusters: [{ name: "c", cluster: { server: `https://127.0.0.1:${yield* freePort}` } }],
            users: [{ name: "u", user: { token: "t" } }],
            contexts: [{ name: "away", context: { cluster: "c", user: "u" } }]
          })
        })
        const { err, out, status } = yield* run([
          ...[
            "probe",
            "--json",
            "--kubeconfig",
            `${folder}/config`,
            "--kube-context",
            "away",
            "--request-timeout",
            "1s"
          ],
          ...["--log-level", "debug"]
        ])
        assert.strictEqual(status, 3)
        const types = documents(out).map(({ type }) => type)
        assert.deepStrictEqual(types, ["probe", "probe", "probe", "error"])
        assert.match(err, /^os-builder: debug: single-node is Unreachable/m)
      }),
    60_000
  )

  it.live("KUBECONFIG=/dev/null: exits with 3 and says that the kubeconfig is empty", () =>
    Effect.gen(function*() {
      const { err, out, status } = yield* run(["list"], { KUBECONFIG: "/dev/null" })
      assert.strictEqual(out, "")
      assert.strictEqual(status, 3)
      assert.match(err, /^The kubeconfig has no context, because it is empty \(\/dev\/null\): set KUBECONFIG/)
    }), 60_000)

  it.scopedLive("exec plugin: what it writes for the user goes to stderr as it is", () =>
    Effect.gen(function*() {
      const exec = {
        apiVersion: "client.authentication.k8s.io/v1",
        command: "sh",
        args: ["-c", "echo enter the code ABCD >&2; exit 3"],
        interactiveMode: "Never"
      }
      const config = {
        "current-context": "x",
        clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:1" } }],
        users: [{ name: "u", user: { exec } }],
        contexts: [{ name: "x", context: { cluster: "c", user: "u" } }]
      }
      const folder = yield* folderWith({ config: JSON.stringify(config) })
      const { err, out, status } = yield* run(["list", "--kubeconfig", path.join(folder, "config")])
      assert.strictEqual(out, "")
      assert.strictEqual(status, 3)
      assert.match(err, /^enter the code ABCD\n/)
      assert.match(err, /it failed with exit code 3: enter the code ABCD: check that `kubectl auth whoami`/)
    }), 60_000)

  it.scopedLive(
    "compiled code: kept in the user's own cache folder where Node can, and nowhere without a home",
    () =>
      Effect.gen(function*() {
        const folder = yield* folderWith({})
        const start = path.join(path.dirname(main), "Start.ts")
        const can = "enableCompileCache" in module
        const help = (env: Readonly<Record<string, string>>) =>
          run(["--help"], { NODE_COMPILE_CACHE: "", ...env }, start)
        const kept = yield* help({ HOME: folder, XDG_CACHE_HOME: "" })
        assert.strictEqual(kept.status, 0, kept.err)
        assert.include(kept.out, "os-builder builds OS images")
        assert.strictEqual(fs.existsSync(path.join(folder, ".cache/effect-os-builder/compiled")), can)
        const elsewhere = path.join(folder, "elsewhere")
        assert.strictEqual((yield* help({ HOME: folder, XDG_CACHE_HOME: elsewhere })).status, 0)
        assert.strictEqual(fs.existsSync(path.join(elsewhere, "effect-os-builder/compiled")), can)
        // The specification ignores a relative path.
        const relative = `relative-${path.basename(folder)}`
        assert.strictEqual((yield* help({ HOME: folder, XDG_CACHE_HOME: relative })).status, 0)
        assert.isFalse(fs.existsSync(relative))
        // A folder that cannot be made, and none.
        fs.writeFileSync(path.join(folder, "file"), "")
        assert.strictEqual((yield* help({ HOME: path.join(folder, "file"), XDG_CACHE_HOME: "" })).status, 0)
        assert.strictEqual((yield* help({ HOME: "", XDG_CACHE_HOME: "" })).status, 0)
      }),
    120_000
  )

  it.scopedLive("a terminal that is closed: interrupts, as Ctrl-C does", () =>
    Effect.gen(function*() {
      const folder = yield* folderWith({})
      const kubeconfig = path.join(folder, "kubeconfig")
      const child = yield* Effect.acquireRelease(
        Effect.sync(() =>
          spawn(process.execPath, ["--import", "tsx", main, "fake", "--kubeconfig", kubeconfig], {
            stdio: ["ignore", "pipe", "inherit"]
          })
        ),
        (child) => Effect.sync(() => child.kill("SIGKILL"))
      )
      yield* Effect.async<void>((resume) => {
        child.stdout.once("data", () => resume(Effect.void))
      })
      assert.isTrue(fs.existsSync(kubeconfig))
      // The kernel and the shell each send one.
      child.kill("SIGHUP")
      child.kill("SIGHUP")
      const [status, signal] = yield* Effect.async<readonly [number | null, string | null]>((resume) => {
        child.once("exit", (...exit) => resume(Effect.succeed(exit)))
      })
      assert.deepStrictEqual([status, signal], [130, null])
      // It has a token.
      assert.isFalse(fs.existsSync(kubeconfig))
    }), 60_000)
})
