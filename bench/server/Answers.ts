/**
 * What the generator sends, made once.
 */
import * as Protobuf from "../../src/fake/apiserver/Protobuf.js"
import type { JsonObject } from "../../src/kubernetes/client/ApiRequest.js"
import * as Log from "./Log.js"
import * as Pods from "./Pods.js"

const batches = (lines: number, atOnce: number, line: (index: number) => string | Buffer): ReadonlyArray<Buffer> =>
  Array.from({ length: Math.ceil(lines / atOnce) }, (_, batch) => {
    const length = Math.min(atOnce, lines - batch * atOnce)
    return Buffer.concat(Array.from({ length }, (_, index) => Buffer.from(line(batch * atOnce + index))))
  })

/** The forms in which an API server sends the kinds that it has itself. */
type Form = "json" | "protobuf"

const event = (form: Form, type: "ADDED" | "MODIFIED" | "BOOKMARK", object: JsonObject): string | Buffer =>
  form === "json" ? `${JSON.stringify({ type, object })}\n` : Protobuf.encodeLine({ type, object })

const encode = (form: Form, object: JsonObject): Buffer =>
  form === "json" ? Buffer.from(JSON.stringify(object)) : Protobuf.encode(object) ?? Buffer.alloc(0)

const pods = Array.from({ length: Pods.count }, (_, index) => Pods.pod(index, Pods.listed - Pods.count + index))

const initial = (form: Form) => [
  ...batches(Pods.count, 32, (index) => event(form, "ADDED", pods[index] ?? {})),
  Buffer.from(event(form, "BOOKMARK", {
    kind: "Pod",
    apiVersion: "v1",
    metadata: { resourceVersion: String(Pods.listed), annotations: { "k8s.io/initial-events-end": "true" } }
  }))
]

// Every pod in its turn.
const changed = (form: Form) =>
  batches(
    Pods.changes,
    32,
    (index) => event(form, "MODIFIED", Pods.pod(index % Pods.count, Pods.listed + index + 1))
  )

const inEachForm = <A>(make: (form: Form) => A): Readonly<Record<Form, A>> => ({
  json: make("json"),
  protobuf: make("protobuf")
})

const watches = inEachForm((form) => ({ initial: initial(form), changed: changed(form) }))

export const watch = (form: Form, sendInitialEvents: boolean): ReadonlyArray<Buffer> =>
  sendInitialEvents ? [...watches[form].initial, ...watches[form].changed] : watches[form].changed

const collection = "/api/v1/namespaces/bench/pods"

const documents = inEachForm((form) =>
  new Map([
    [
      collection,
      encode(form, {
        kind: "PodList",
        apiVersion: "v1",
        metadata: { resourceVersion: String(Pods.listed) },
        items: pods
      })
    ],
    ...pods.map((pod) => [`${collection}/${pod.metadata.name}`, encode(form, pod)] as const)
  ])
)

/** A pod, or the list of all of them. */
export const document = (form: Form, path: string): Buffer | undefined => documents[form].get(path)

const plainLog = batches(Log.lines, 500, () => Log.line)

const stampedLog = batches(Log.lines, 500, (index) => `${Log.timeOf(index)} ${Log.line}`)

/** The last lines if it is requested since a time: only those that follow a log are. */
export const log = (timestamps: boolean, isResumed: boolean): ReadonlyArray<Buffer> =>
  (timestamps ? stampedLog : plainLog).slice(isResumed ? -2 : 0)

/** The pod of a log that has ended. */
export const ended = Buffer.from(JSON.stringify({
  kind: "PodList",
  apiVersion: "v1",
  metadata: { resourceVersion: String(Pods.listed) },
  items: [{ ...Pods.pod(0, Pods.listed), status: { phase: "Succeeded" } }]
}))
