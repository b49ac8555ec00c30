/**
 * What following builds takes without Effect and without a controller: `node:https` and `JSON.parse`. It sends the requests of a build
 * (list, create the record, list again, create the Job), watches records, Jobs and pods, and writes the outcome of a pod that has
 * ended to its record.
 */
import { Effect } from "effect"
import { Cluster, CustomBuildBackend } from "effect-os-builder"
import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
import { createHash } from "node:crypto"
import { once } from "node:events"
import * as https from "node:https"
import * as Lines from "../Lines.js"
import * as Target from "../Target.js"
import * as Measurement from "./Measurement.js"
import * as OurBuilds from "./OurBuilds.js"

interface Metadata {
  readonly name: string
  readonly uid: string
  readonly resourceVersion: string
  readonly labels?: Readonly<Record<string, string>>
}

interface ContainerStatus {
  readonly state?: { readonly running?: object; readonly terminated?: { readonly message?: string } }
}

interface Pod {
  readonly metadata: Metadata
  readonly status?: {
    readonly phase?: string
    readonly initContainerStatuses?: ReadonlyArray<ContainerStatus>
    readonly containerStatuses?: ReadonlyArray<ContainerStatus>
  }
}

const label = { fingerprint: "effect-os-builder/fingerprint", record: "effect-os-builder/record" }

const partial = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"

/** The record and the Job of a first build, as the library sends them. */
const firstBuild = (kubeconfig: string) =>
  Effect.gen(function*() {
    const cluster = yield* KubernetesCluster.make({ kubeconfig })
    const sent: Array<object> = []
    const spy: Cluster.Service = {
      ...cluster,
      create: (resource, object, options) => {
        sent.push(object)
        return cluster.create(resource, object, options)
      }
    }
    const backend = yield* Effect.provideService(CustomBuildBackend.make(), Cluster.Cluster, spy)
    const { ref } = yield* Effect.orDie(backend.build(yield* OurBuilds.input(0)))
    return { ref, texts: sent.map((object) => JSON.stringify(object)) }
  })

const client = (kubeconfig: string) => {
  const { ca, server, token } = Target.read(kubeconfig)
  const agent = new https.Agent({ keepAlive: true, maxSockets: 32, ca })
  const request = async (method: string, path: string, accept: string, body?: string) => {
    const headers = { authorization: `Bearer ${token}`, accept, "content-type": "application/json" }
    const sent = https.request(server + path, { agent, method, headers })
    sent.end(body)
    const [response] = await once(sent, "response")
    return response
  }
  return {
    json: async (method: string, path: string, accept: string, body?: string) => {
      const response = await request(method, path, accept, body)
      const parts: Array<Buffer> = []
      response.on("data", (part: Buffer) => parts.push(part))
      await once(response, "end")
      return JSON.parse(Buffer.concat(parts).toString())
    },
    lines: async (path: string, accept: string, onLine: (line: string) => void) => {
      const response = await request("GET", `${path}?watch=true&sendInitialEvents=true`, accept)
      response.on("data", Lines.cut(onLine))
    }
  }
}

type Client = ReturnType<typeof client>

/** Begins builds that are as large as the first, under other names. */
const beginner = (
  { json }: Client,
  { ref, texts: [record = "", job = ""] }: Effect.Effect.Success<ReturnType<typeof firstBuild>>
) => {
  const first = /[a-z0-9]{26}/.exec(ref.name)?.[0] ?? ""
  return async (build: number): Promise<string> => {
    const fingerprint = createHash("sha256").update(String(build)).digest("hex").slice(0, first.length)
    const list = `/api/v1/namespaces/bench/configmaps?labelSelector=${label.fingerprint}%3D${fingerprint}`
    await json("GET", list, partial)
    const { metadata: { name, uid } } = await json(
      "POST",
      "/api/v1/namespaces/bench/configmaps",
      partial,
      record.replaceAll(first, fingerprint)
    )
    await json("GET", list, partial)
    const own = job.replaceAll(first, fingerprint).replaceAll(ref.uid, uid)
      .replaceAll(ref.uid.slice(0, 8), uid.slice(0, 8))
    await json("POST", "/apis/batch/v1/namespaces/bench/jobs", "application/json", own)
    return name
  }
}

const follow = async ({ json, lines }: Client, tell: Measurement.Tell): Promise<void> => {
  const records = new Map<string, Metadata>()
  const statuses = new Map<string, string>()
  const move = (record: string, status: string) => {
    if (statuses.get(record) !== status) tell(record, status)
    statuses.set(record, status)
  }
  const end = async (record: string, message: string) => {
    const { resourceVersion, uid } = records.get(record) ?? {}
    const { digest } = JSON.parse(message)
    const outcome = JSON.stringify({ status: { _tag: "Succeeded", digest }, finishedAt: new Date() })
    await json(
      "PATCH",
      `/api/v1/namespaces/bench/configmaps/${record}`,
      partial,
      JSON.stringify({ metadata: { uid, resourceVersion, annotations: { "effect-os-builder/outcome": outcome } } })
    )
    move(record, "Succeeded")
  }
  await lines("/apis/batch/v1/namespaces/bench/jobs", "application/json", JSON.parse)
  await lines("/api/v1/namespaces/bench/pods", "application/json", (line) => {
    const { object: { metadata, status }, type }: { readonly object: Pod; readonly type: string } = JSON.parse(line)
    const record = metadata.labels?.[label.record] ?? ""
    if (type === "BOOKMARK") return
    if (status?.initContainerStatuses?.[0]?.state?.running !== undefined) move(record, "Running")
    const message = status?.containerStatuses?.[0]?.state?.terminated?.message
    if (status?.phase === "Succeeded" && message !== undefined) void end(record, message)
  })
  await lines("/api/v1/namespaces/bench/configmaps", partial, (line) => {
    const { object: { metadata }, type } = JSON.parse(line)
    if (type === "BOOKMARK") return
    records.set(metadata.name, metadata)
    if (!statuses.has(metadata.name)) move(metadata.name, "Pending")
  })
}

await Measurement.run((kubeconfig) =>
  Effect.gen(function*() {
    const first = yield* firstBuild(kubeconfig)
    const plain = client(kubeconfig)
    const begin = beginner(plain, first)
    return {
      begin: (build) => build === 0 ? Effect.succeed(first.ref.name) : Effect.promise(() => begin(build)),
      follow: (tell) => Effect.promise(() => follow(plain, tell))
    }
  })
)
