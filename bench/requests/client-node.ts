import { CoreV1Api, KubeConfig } from "@kubernetes/client-node"
import * as Meter from "../Meter.js"
import * as Pods from "../server/Pods.js"
import * as Target from "../Target.js"
import { requests } from "./Scenario.js"

const config = new KubeConfig()
config.loadFromFile(Target.kubeconfig)
const api = config.makeApiClient(CoreV1Api)

const meter = Meter.start()
for (let index = 0; index < requests; index++) {
  const { metadata } = await api.readNamespacedPod({ namespace: "bench", name: Pods.nameOf(index) })
  if (metadata?.name !== Pods.nameOf(index)) {
    throw new Error(`got ${metadata?.name}`)
  }
}
Meter.report({ ...meter.stop(), perSecond: requests / meter.seconds() })
