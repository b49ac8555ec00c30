import * as Meter from "../Meter.js"
import * as Plain from "../Plain.js"
import * as Pods from "../server/Pods.js"

const meter = Meter.start()
let seen = 0
await Plain.lines(`/api/v1/namespaces/bench/pods?watch=true&resourceVersion=${Pods.listed}`, (line) => {
  const { type } = JSON.parse(line)
  if (type === "MODIFIED" && ++seen === Pods.changes) {
    Meter.report({ ...meter.stop(), perSecond: seen / meter.seconds() })
  }
})
