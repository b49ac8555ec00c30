/** The example service as a process of its own, which can be killed and started again on the same port. */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import * as fs from "node:fs"
import * as net from "node:net"
import * as path from "node:path"
import { setTimeout as sleep } from "node:timers/promises"

const root = path.resolve(import.meta.dirname, "../..")

/** Written by `npm run test:browser`. */
export const bundle = path.join(root, "node_modules/.cache/http-service/main.mjs")

/** A port that was free a moment ago: the service has to come back to the same one. */
export const freePort = async (): Promise<number> => {
  const server = net.createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  server.close()
  await once(server, "close")
  if (address === null || typeof address === "string") throw new Error("no port")
  return address.port
}

export class ServiceProcess {
  readonly url: string
  private readonly environment: Record<string, string>
  private readonly log: string
  private child: ChildProcess | undefined

  /** `folder` gets the output of the service, and is its home. */
  constructor(options: { readonly port: number; readonly kubeconfig: string; readonly folder: string }) {
    this.url = `http://127.0.0.1:${options.port}`
    this.log = path.join(options.folder, "service.log")
    this.environment = {
      PATH: process.env["PATH"] ?? "",
      HOME: options.folder,
      BACKEND: "cluster",
      KUBECONFIG: options.kubeconfig,
      PORT: String(options.port)
    }
  }

  get output(): string {
    return fs.existsSync(this.log) ? fs.readFileSync(this.log, "utf8") : ""
  }

  get pid(): number | undefined {
    return this.child?.pid
  }

  /** Starts the process, which may not listen yet. */
  launch(): ChildProcess {
    const output = fs.openSync(this.log, "a")
    const child = spawn(process.execPath, [bundle], { env: this.environment, stdio: ["ignore", output, output] })
    fs.closeSync(output)
    this.child = child
    return child
  }

  /** Returns when the service answers. */
  async start(): Promise<void> {
    const child = this.launch()
    const until = performance.now() + 30_000
    while (performance.now() < until && child.exitCode === null) {
      const answers = await fetch(`${this.url}/openapi.json`, { signal: AbortSignal.timeout(2_000) })
        .then(async (response) => (await response.text(), response.ok), () => false)
      if (answers) return
      await sleep(50)
    }
    await this.end("SIGKILL")
    throw new Error(`the service does not answer:\n${this.output}`)
  }

  /** Returns how the process ended: its exit code, or the signal. After `limit` milliseconds it is killed. */
  async end(signal: "SIGKILL" | "SIGTERM", limit = 15_000): Promise<number | string | null> {
    const { child } = this
    if (child === undefined) return null
    this.child = undefined
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode ?? child.signalCode
    const exited = once(child, "exit")
    child.kill(signal)
    const timer = setTimeout(() => child.kill("SIGKILL"), limit)
    await exited
    clearTimeout(timer)
    return child.exitCode ?? child.signalCode
  }
}
