import * as Meter from "../Meter.js"
import * as Pods from "../server/Pods.js"

interface Event {
  readonly type: string
  readonly name: string
  readonly resourceVersion: string
  readonly phase: string
}

/** The path of a watch that begins with all of the pods. */
export const path = "/api/v1/namespaces/bench/pods?watch=true&sendInitialEvents=true"

/** Keeps two fields of each pod, and reports once the last change is there. */
export const start = (): (event: Event) => void => {
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

  return ({ name, phase, resourceVersion, type }) => {
    if (type === "BOOKMARK") {
      listed = meter.seconds()
      length = kept.size
    } else {
      kept.set(name, { resourceVersion, phase })
    }
    if (resourceVersion === String(Pods.last)) {
      finish()
    }
  }
}
