import { pathToFileURL } from "node:url"
import * as Meter from "../Meter.js"
import * as Peers from "../Peers.js"
import * as Pods from "../server/Pods.js"
import * as Target from "../Target.js"

interface Pod {
  readonly metadata?: { readonly resourceVersion?: string }
}

interface Watcher {
  readonly events: { readonly on: (event: string, listener: (value: unknown) => void) => void }
  readonly start: () => Promise<unknown>
}

/** The part of kubernetes-fluent-client that is used here: it is not among the packages of the library. */
interface FluentClient {
  readonly K8s: (model: unknown) => {
    readonly InNamespace: (namespace: string) => {
      readonly Watch: (onEvent: (pod: Pod, phase: string) => void) => Watcher
    }
  }
  readonly kind: { readonly Pod: unknown }
}

const { K8s, kind }: FluentClient = await import(pathToFileURL(Peers.fluentClient()).href)

// It reads the default kubeconfig only.
process.env["KUBECONFIG"] = Target.kubeconfig

const empty = Meter.heap()
const meter = Meter.start()
let listed = 0
let added = 0
let modified = 0

const watcher = K8s(kind.Pod).InNamespace("bench").Watch(({ metadata }, phase) => {
  if (phase === "ADDED") added++
  else modified++
  if (metadata?.resourceVersion === String(Pods.last)) {
    finish()
  }
})
watcher.events.on("list", () => {
  listed = meter.seconds()
})
for (const event of ["list_error", "network_error", "data_error"]) {
  watcher.events.on(event, (cause) => {
    throw new Error(`kubernetes-fluent-client emitted ${event}`, { cause })
  })
}

const finish = () => {
  const seconds = meter.seconds() - listed
  const measured = meter.stop()
  setImmediate(() => {
    // Its cache is private.
    if (added !== Pods.count || modified !== Pods.changes) {
      throw new Error(`${added} pods were listed and ${modified} changes seen`)
    }
    const keptBytes = (Meter.heap() - empty) / Pods.count
    Meter.report({ ...measured, listMs: listed * 1_000, perSecond: Pods.changes / seconds, keptBytes })
  })
}

await watcher.start()
