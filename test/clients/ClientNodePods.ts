/** What the examples of @kubernetes/client-node do with the containers of pods. */
import * as client from "@kubernetes/client-node"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { PassThrough } from "node:stream"
import { assert } from "vitest"
import { type ClientCase, eventually, type Target } from "./ClientCase.js"

const start = async ({ config, namespace }: Target, name: string, container: object = {}) => {
  const core = config.makeApiClient(client.CoreV1Api)
  const body = {
    metadata: { name },
    spec: { restartPolicy: "Never", containers: [{ name: "main", image: "localhost/none", ...container }] }
  }
  await core.createNamespacedPod({ namespace, body })
  await eventually(async () => {
    const { status } = await core.readNamespacedPod({ namespace, name })
    assert.include(["Running", "Succeeded"], status?.phase)
  })
}

/** A stream, and what was written to it so far. */
const sink = () => {
  const stream = new PassThrough()
  let text = ""
  stream.setEncoding("utf8").on("data", (part: string) => text += part)
  return { stream, text: () => text }
}

/** Runs a command to its end. */
const execute = async ({ config, namespace }: Target, command: Array<string>, stdin: PassThrough | null = null) => {
  const stdout = sink()
  const stderr = sink()
  const status = await new Promise<client.V1Status>((resolve, reject) => {
    new client.Exec(config).exec(
      namespace,
      "server",
      "main",
      command,
      stdout.stream,
      stderr.stream,
      stdin,
      false,
      resolve
    )
      .catch(reject)
  })
  return { status, stdout: stdout.text(), stderr: stderr.text() }
}

export const cases: ReadonlyArray<ClientCase> = [
  {
    title: "log: is read, and followed until the container ends",
    run: async (target) => {
      await start(target, "talker")
      const followed = sink()
      await new client.Log(target.config).log(target.namespace, "talker", "main", followed.stream, { follow: true })
      await new Promise((resolve) => followed.stream.once("end", resolve))
      assert.strictEqual(followed.text(), "one\ntwo\nthree\n")
      const core = target.config.makeApiClient(client.CoreV1Api)
      const tail = await core.readNamespacedPodLog({ namespace: target.namespace, name: "talker", tailLines: 1 })
      assert.strictEqual(tail, "three\n")
    }
  },
  {
    title: "attach: a container reads what is sent, and its output is received",
    run: async (target) => {
      await start(target, "parrot", { stdin: true, stdinOnce: true })
      const output = sink()
      const input = new PassThrough()
      const attach = new client.Attach(target.config)
      const socket = await attach.attach(target.namespace, "parrot", "main", output.stream, null, input, false)
      input.write("hello\n")
      await eventually(() => assert.strictEqual(output.text(), "hello\n"))
      socket.close()
    }
  },
  {
    title: "exec: has the output and the exit code of a command",
    run: async (target) => {
      await start(target, "server")
      const echo = await execute(target, ["echo", "hello", "world"])
      assert.deepStrictEqual([echo.status.status, echo.stdout], ["Success", "hello world\n"])
      const missing = await execute(target, ["no-such-program"])
      assert.strictEqual(missing.stderr, "no-such-program: not found\n")
      assert.deepStrictEqual(
        [missing.status.status, missing.status.reason, missing.status.details?.causes?.[0]?.message],
        ["Failure", "NonZeroExitCode", "127"]
      )
    }
  },
  {
    title: "port-forward: what is sent to a port is answered, and a closed port is an error",
    run: async (target) => {
      await start(target, "server")
      const forward = new client.PortForward(target.config)
      const open = async (port: number) => {
        const [input, output, error] = [new PassThrough(), sink(), sink()]
        const socket = await forward.portForward(target.namespace, "server", [port], output.stream, error.stream, input)
        return { input, output, error, close: () => "close" in socket && socket.close() }
      }
      const echo = await open(7)
      echo.input.write("ping")
      await eventually(() => assert.strictEqual(echo.output.text(), "ping"))
      echo.close()
      const closed = await open(8)
      await eventually(() => assert.match(closed.error.text(), /^error forwarding port 8/))
    }
  },
  {
    title: "cp: a folder is sent to a pod as a tar archive",
    run: async (target) => {
      await start(target, "server")
      const folder = mkdtempSync(join(tmpdir(), "client-case-"))
      try {
        writeFileSync(join(folder, "file"), "content")
        await new client.Cp(target.config).cpToPod(target.namespace, "server", "main", folder, "/tmp")
        await eventually(async () => {
          const { stdout } = await execute(target, ["wc", "/tmp"])
          assert.isAtLeast(Number(stdout), 2048)
        })
      } finally {
        rmSync(folder, { recursive: true })
      }
    }
  }
]
