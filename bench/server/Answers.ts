/**
 * What the generator sends, made once.
 */
import * as Log from "./Log.js"
import * as Pods from "./Pods.js"

const batches = (lines: number, atOnce: number, line: (index: number) => string): ReadonlyArray<Buffer> =>
  Array.from({ length: Math.ceil(lines / atOnce) }, (_, batch) => {
    const length = Math.min(atOnce, lines - batch * atOnce)
    return Buffer.from(Array.from({ length }, (_, index) => line(batch * atOnce + index)).join(""))
  })

const event = (type: string, object: object): string => `${JSON.stringify({ type, object })}\n`

const pods = Array.from({ length: Pods.count }, (_, index) => Pods.pod(index, Pods.listed - Pods.count + index))

const initial = [
  ...batches(Pods.count, 32, (index) => event("ADDED", pods[index] ?? {})),
  Buffer.from(event("BOOKMARK", {
    kind: "Pod",
    apiVersion: "v1",
    metadata: { resourceVersion: String(Pods.listed), annotations: { "k8s.io/initial-events-end": "true" } }
  }))
]

// Every pod in its turn.
const changed = batches(
  Pods.changes,
  32,
  (index) => event("MODIFIED", Pods.pod(index % Pods.count, Pods.listed + index + 1))
)

export const watch = (sendInitialEvents: boolean): ReadonlyArray<Buffer> =>
  sendInitialEvents ? [...initial, ...changed] : changed

const collection = "/api/v1/namespaces/bench/pods"

const documents = new Map([
  [
    collection,
    Buffer.from(JSON.stringify({
      kind: "PodList",
      apiVersion: "v1",
      metadata: { resourceVersion: String(Pods.listed) },
      items: pods
    }))
  ],
  ...pods.map((pod) => [`${collection}/${pod.metadata.name}`, Buffer.from(JSON.stringify(pod))] as const)
])

/** A pod, or the list of all of them. */
export const document = (path: string): Buffer | undefined => documents.get(path)

const plainLog = batches(Log.lines, 500, () => Log.line)

const stampedLog = batches(Log.lines, 500, (index) => `${Log.timeOf(index)} ${Log.line}`)

export const log = (timestamps: boolean): ReadonlyArray<Buffer> => timestamps ? stampedLog : plainLog
