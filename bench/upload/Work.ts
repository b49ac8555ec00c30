/**
 * The work of the contestants, each with its sample.
 */
import { Effect, Stream } from "effect"
import { execFile, fork } from "node:child_process"
import { once } from "node:events"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { promisify } from "node:util"
import * as Folder from "../../src/backends/context/Folder.js"
import * as Gzip from "../../src/backends/context/Gzip.js"
import * as ContextUpload from "../../src/backends/ContextUpload.js"
import * as KubernetesCluster from "../../src/kubernetes/KubernetesCluster.js"
import * as Resources from "../../src/kubernetes/Resources.js"
import * as Site from "../local/Site.js"
import * as Meter from "../Meter.js"
import type { Sample } from "../Scenario.js"
import * as Folders from "./Folders.js"

/** What `ContextUpload.read` does before a build. */
export const digest = (megabytes: number): Promise<never> => {
  const folder = Folders.make(megabytes)
  const meter = Meter.start()
  return Effect.runPromise(ContextUpload.read(folder)).then(() => Meter.report(meter.stop()))
}

/** The upload of `build`, to a server on the loopback without TLS. */
export const attach = (megabytes: number): Promise<never> => sent(megabytes).then(Meter.report)

const sent = async (megabytes: number): Promise<Sample> => {
  const directory = Folders.make(megabytes)
  const sink = fork(path.join(import.meta.dirname, "sink.js"))
  const [{ port }] = await once(sink, "message")
  const place = fs.mkdtempSync(path.join(os.tmpdir(), "bench-upload-"))
  const kubeconfig = path.join(place, "kubeconfig")
  fs.writeFileSync(
    kubeconfig,
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": "c",
      contexts: [{ name: "c", context: { cluster: "c" } }],
      clusters: [{ name: "c", cluster: { server: `http://127.0.0.1:${port}` } }]
    })
  )
  const work = Effect.gen(function*() {
    const { upload } = yield* ContextUpload.read(directory)
    const cluster = yield* KubernetesCluster.make({ kubeconfig })
    const meter = Meter.start()
    const stdin = Gzip.compress(Folder.verified(yield* Folder.list(upload), upload.digest))
    yield* Stream.runDrain(cluster.attach(Resources.Pod, "pod", { container: "upload", stdin }))
    return meter.stop()
  })
  const received = once(sink, "message")
  try {
    const sample = await Effect.runPromise(Effect.scoped(work))
    const [{ bytes }] = await received
    console.error(`${megabytes} MB: ${(bytes / 1e6).toFixed(0)} MB were sent`)
    return sample
  } finally {
    sink.kill()
    fs.rmSync(place, { recursive: true })
  }
}

/** `buildah build` of the folder onto nothing. */
export const buildah = (megabytes: number) => {
  const folder = Folders.make(megabytes)
  return Site.measure(`upload-${megabytes}`, async ({ directory }) => {
    const file = path.join(directory, "Containerfile")
    fs.writeFileSync(file, "FROM scratch\nCOPY . /context/\n")
    await promisify(execFile)("buildah", [
      ...Site.storage(directory),
      ...["build", "--signature-policy", Site.policy, "--isolation", "chroot", ...Site.limits, "--file", file, folder]
    ], { maxBuffer: 64 << 20 })
  })
}
