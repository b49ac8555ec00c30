import { KubeConfig, Watch } from "@kubernetes/client-node"
import * as Meter from "../Meter.js"
import * as Pods from "../server/Pods.js"
import * as Target from "../Target.js"

const config = new KubeConfig()
config.loadFromFile(Target.kubeconfig)

const meter = Meter.start()
let seen = 0
await new Watch(config).watch(
  "/api/v1/namespaces/bench/pods",
  { resourceVersion: String(Pods.listed) },
  (type) => {
    if (type === "MODIFIED" && ++seen === Pods.changes) {
      Meter.report({ ...meter.stop(), perSecond: seen / meter.seconds() })
    }
  },
  (cause) => {
    throw cause
  }
)
