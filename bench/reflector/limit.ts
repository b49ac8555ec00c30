import * as Meter from "../Meter.js"
import * as Plain from "../Plain.js"
import * as Pods from "../server/Pods.js"

interface Pod {
  readonly metadata: { readonly name: string; readonly resourceVersion: string }
  readonly status: { readonly phase: string }
}

const meter = Meter.start()
let listed = 0
let length = 0
const kept = new Map<string, { readonly resourceVersion: string; readonly phase: string }>()

const finish = () => {
  const seconds = meter.seconds() - listed
  const measured = meter.stop()
  setImmediate(async () => {
    Pods.verify(length, Array.from(kept.values(), ({ resourceVersion }) => resourceVersion))
    const filled = Meter.heap()
    kept.clear()
    const keptBytes = await Meter.freed(filled) / Pods.count
    Meter.report({ ...measured, listMs: listed * 1_000, perSecond: Pods.changes / seconds, keptBytes })
  })
}

await Plain.lines("/api/v1/namespaces/bench/pods?watch=true&sendInitialEvents=true", (line) => {
  const { object, type }: { type: string; object: Pod } = JSON.parse(line)
  const { name, resourceVersion } = object.metadata
  if (type === "BOOKMARK") {
    listed = meter.seconds()
    length = kept.size
  } else {
    kept.set(name, { resourceVersion, phase: object.status.phase })
  }
  if (resourceVersion === String(Pods.last)) {
    finish()
  }
})
