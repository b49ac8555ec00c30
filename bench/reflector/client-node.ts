import { CoreV1Api, KubeConfig, makeInformer } from "@kubernetes/client-node"
import * as Meter from "../Meter.js"
import * as Pods from "../server/Pods.js"
import * as Target from "../Target.js"

const config = new KubeConfig()
config.loadFromFile(Target.kubeconfig)
const api = config.makeApiClient(CoreV1Api)

const empty = Meter.heap()
const meter = Meter.start()
let length = 0
let listed = 0

const informer = makeInformer(
  config,
  "/api/v1/namespaces/bench/pods",
  async () => {
    const list = await api.listNamespacedPod({ namespace: "bench" })
    length = list.items.length
    listed = meter.seconds()
    return list
  }
)
informer.on("error", (cause) => {
  throw cause
})
informer.on("update", ({ metadata }) => {
  if (metadata?.resourceVersion === String(Pods.last)) {
    finish()
  }
})

const finish = () => {
  const seconds = meter.seconds() - listed
  const measured = meter.stop()
  setImmediate(() => {
    Pods.verify(length, informer.list().map(({ metadata }) => metadata?.resourceVersion))
    // Nothing makes it let go of what it keeps.
    const keptBytes = (Meter.heap() - empty) / Pods.count
    Meter.report({ ...measured, listMs: listed * 1_000, perSecond: Pods.changes / seconds, keptBytes })
  })
}

await informer.start()
