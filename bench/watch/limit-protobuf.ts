import * as Frames from "../Frames.js"
import * as Meter from "../Meter.js"
import * as Plain from "../Plain.js"
import * as Pods from "../server/Pods.js"

const path = `/api/v1/namespaces/bench/pods?watch=true&resourceVersion=${Pods.listed}`

const meter = Meter.start()
let seen = 0

const onFrame = (frame: Buffer) => {
  if (Frames.typeOf(frame) === "MODIFIED" && ++seen === Pods.changes) {
    Meter.report({ ...meter.stop(), perSecond: seen / meter.seconds() })
  }
}

await Plain.parts(path, Frames.cut(onFrame), Frames.accept)
