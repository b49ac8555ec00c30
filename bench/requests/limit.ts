import * as Meter from "../Meter.js"
import * as Plain from "../Plain.js"
import * as Pods from "../server/Pods.js"
import { requests } from "./Scenario.js"

const meter = Meter.start()
for (let index = 0; index < requests; index++) {
  const { metadata } = JSON.parse(await Plain.text(`/api/v1/namespaces/bench/pods/${Pods.nameOf(index)}`))
  if (metadata.name !== Pods.nameOf(index)) {
    throw new Error(`got ${metadata.name}`)
  }
}
Meter.report({ ...meter.stop(), perSecond: requests / meter.seconds() })
