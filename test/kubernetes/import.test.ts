import { assert, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import * as path from "node:path"

const src = (file: string) => JSON.stringify(path.join(import.meta.dirname, "../../src", file))

/** Every import of client-node fails, and is counted. */
const hooks = `
let loads = 0
export const initialize = ({ port }) => port.on("message", () => port.postMessage(loads))
export const resolve = (specifier, context, next) => {
  if (specifier !== "@kubernetes/client-node") return next(specifier, context)
  loads++
  throw new Error("client-node is not installed")
}`

const program = `
import { once } from "node:events"
import { register } from "node:module"
import { MessageChannel } from "node:worker_threads"
const { port1, port2 } = new MessageChannel()
register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hooks)}`)}, {
  data: { port: port2 },
  transferList: [port2]
})
const loads = async () => {
  port1.postMessage("")
  return (await once(port1, "message"))[0]
}
await import(${src("index.ts")})
const KubernetesCluster = await import(${src("kubernetes/KubernetesCluster.ts")})
const { Effect } = await import("effect")
const before = await loads()
const { message, reason } = await Effect.runPromise(Effect.scoped(Effect.flip(
  KubernetesCluster.make({ kubeconfig: "/dev/null" })
)))
console.log(JSON.stringify({ before, after: await loads(), reason, message }))
port1.close()`

it("import: neither the main entry nor KubernetesCluster loads client-node, not even for a kubeconfig", () => {
  const { stderr, stdout } = spawnSync(
    process.execPath,
    ["--import", "tsx", "--input-type=module", "--eval", program],
    { encoding: "utf8" }
  )
  assert.strictEqual(stderr, "")
  const { after, before, message, reason } = JSON.parse(stdout)
  assert.deepStrictEqual({ before, after, reason }, { before: 0, after: 0, reason: "NoConfiguration" })
  assert.include(message, "because it is empty (/dev/null)")
})
