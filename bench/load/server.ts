/**
 * A generator behind the Kubernetes API, alone in its process: it stores the records and the Jobs of builds, and once it is told to,
 * it sends the events of their pods at a given rate. These are made before, so that it is never what is measured; it says of each
 * when it was due and when it was written to the connection. Where it is goes to the output first.
 */
import { Effect } from "effect"
import { once } from "node:events"
import type { IncomingMessage, ServerResponse } from "node:http"
import * as https from "node:https"
import * as Certificate from "../../src/fake/apiserver/Certificate.js"
import * as Status from "../../src/fake/apiserver/Status.js"
import * as BatchKinds from "../../src/fake/kinds/BatchKinds.js"
import * as CoreKinds from "../../src/fake/kinds/CoreKinds.js"
import * as EventKinds from "../../src/fake/kinds/EventKinds.js"
import type { JsonObject } from "../../src/kubernetes/client/ApiRequest.js"
import * as Target from "../Target.js"
import { Collection, formOf } from "./Collection.js"
import * as Moves from "./Moves.js"
import * as PodEvents from "./PodEvents.js"
import * as Workload from "./Workload.js"

const collections: Readonly<Record<string, Collection>> = {
  // The script of a build is most of its record, and nobody reads it here.
  configmaps: new Collection(CoreKinds.configMap, ["data"]),
  jobs: new Collection(BatchKinds.job),
  pods: new Collection(CoreKinds.pod),
  events: new Collection(EventKinds.core)
}

const bodyOf = async (request: IncomingMessage): Promise<JsonObject> => {
  const parts: Array<Buffer> = []
  request.on("data", (part) => parts.push(part))
  await once(request, "end")
  return JSON.parse(Buffer.concat(parts).toString())
}

const send = (response: ServerResponse, code: number, contentType: string, body: string | Buffer): void => {
  response.writeHead(code, { "content-type": contentType, "content-length": Buffer.byteLength(body) })
  response.end(body)
}

const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const { pathname, searchParams } = new URL(request.url ?? "", "https://localhost")
  const [namespace = "", plural = "", name = ""] = pathname.split("/namespaces/")[1]?.split("/") ?? []
  const collection = collections[plural]
  const selector = searchParams.get("labelSelector") ?? ""
  const respond = (code: number, object: JsonObject | undefined) => {
    if (collection === undefined || object === undefined) {
      return send(response, 404, "application/json", JSON.stringify(Status.make(404, "NotFound", `no ${pathname}`)))
    }
    const form = formOf(collection.kind, request)
    return send(response, code, form.contentType, form.object(object))
  }
  if (request.method === "POST") return respond(201, collection?.create(namespace, await bodyOf(request)))
  if (request.method === "PATCH") return respond(200, collection?.annotate(name, await bodyOf(request)))
  if (collection === undefined || name !== "") return respond(200, collection?.get(name))
  if (searchParams.get("watch") !== "true") {
    const { body, form } = collection.list(request, selector)
    return send(response, 200, form.contentType, body)
  }
  return collection.watch(request, response, selector, searchParams.get("sendInitialEvents") === "true")
}

const { ca, certificate, key } = Certificate.make()
const server = https.createServer({ cert: certificate, key, keepAliveTimeout: 60_000 }, handle)
server.listen(0, "127.0.0.1")
await once(server, "listening")
const address = server.address()
const url = `https://127.0.0.1:${typeof address === "object" ? address?.port : ""}`
console.log(JSON.stringify({ kubeconfig: Target.kubeconfigOf({ server: url, ca, token: "bench" }) }))

const next = Moves.lines()
await next()
const [watch, form] = collections["pods"]?.open()[0] ?? []
if (watch === undefined || form === undefined) throw new Error("nobody watches the pods")
const events = await Effect.runPromise(PodEvents.make("bench", collections["jobs"]?.all() ?? [], form))
const times = new Moves.Times(events, Workload.changesASecond)
globalThis.gc?.()
console.log("prepared")

await next()
let index = 0
times.begin()
const sendDue = () => {
  for (; index < events.length && times.due(index) <= Workload.now(); index++) {
    times.send(index)
    watch.write(events[index]?.line ?? "")
  }
  if (index < events.length) setTimeout(sendDue, 1)
}
sendDue()

await next()
times.print()
