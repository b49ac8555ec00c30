import { CoreV1Api, KubeConfig } from "@kubernetes/client-node"
import * as Target from "../Target.js"
import { requestsOfClientNode } from "./Scenario.js"
import * as Turns from "./Turns.js"

const config = new KubeConfig()
config.loadFromFile(Target.kubeconfig)
const api = config.makeApiClient(CoreV1Api)

await Turns.run(
  async (name) => (await api.readNamespacedPod({ namespace: "bench", name })).metadata?.name,
  requestsOfClientNode
)
