/**
 * The steps of which the scenarios of a real node are made.
 */
import { Effect, Option, Stream } from "effect"
import { BuildBackend, BuildInput, type BuildRef, BuildStatus, Cluster } from "effect-os-builder"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Resources from "../../src/kubernetes/Resources.js"
import { containerfile, exec, repository, says, waitAt } from "../real/Workplace.js"
import { RealNode } from "./RealNode.js"

/** An input that starts from the base and goes to a repository named after the test, both in the open registry. */
export const input = (name: string, options: Partial<BuildInput.Options> = {}) =>
  Effect.flatMap(RealNode, ({ open }) =>
    BuildInput.make({
      dockerfile: containerfile("RUN true"),
      baseImage: { pullspec: `${open}/base:1` },
      finalImage: { pullspec: `${open}/${repository(name)}:1` },
      resources: { cpu: "10m", memory: "64Mi", ephemeralStorage: "2Gi" },
      retries: 0,
      ...options
    }))

/** An input whose RUN waits at the gate. */
export const held = (name: string, options: Partial<BuildInput.Options> = {}) =>
  Effect.gen(function*() {
    const { gate } = yield* RealNode
    yield* gate.hold(name)
    return yield* input(name, {
      dockerfile: containerfile(`RUN ${says("waiting")}`, waitAt(gate.url, name), `RUN ${says("done")}`),
      ...options
    })
  })

/** The first status of which this is true. */
export const until = (ref: BuildRef.BuildRef, is: (status: BuildStatus.BuildStatus) => boolean) =>
  Effect.map(
    Stream.runHead(Stream.filter(BuildBackend.changes(ref), (status) => is(status) || BuildStatus.isTerminal(status))),
    Option.getOrThrow
  )

/** Follows the log until the build says this. */
export const said = (ref: BuildRef.BuildRef, line: string) =>
  BuildBackend.logs(ref, { follow: true }).pipe(
    Stream.takeUntil((one) => one === line),
    Stream.runDrain
  )

export const podsOf = (ref: BuildRef.BuildRef) =>
  Effect.flatMap(Cluster.Cluster, (cluster) =>
    Effect.map(
      cluster.list(Resources.Pod, {
        namespace: ref.namespace,
        labelSelector: `effect-os-builder/record=${ref.name}`
      }),
      ({ items }) => items
    ))

export const deletePods = (ref: BuildRef.BuildRef) =>
  Effect.gen(function*() {
    const cluster = yield* Cluster.Cluster
    for (const pod of yield* podsOf(ref)) yield* cluster.delete(Resources.Pod, pod.metadata.name)
  })

/** The containers that a node has of a pod. */
export const containersOf = (uid: string) =>
  Effect.flatMap(RealNode, ({ ctr }) =>
    Effect.map(
      ctr("containers", "list", "--quiet", `labels."io.kubernetes.pod.uid"==${uid}`),
      (ids) => ids.trim().split("\n")
    ))

/** Waits until none of these containers runs; a kubelet may remove them a minute later. */
export const stopped = (containers: ReadonlyArray<string>) =>
  Effect.flatMap(RealNode, ({ ctr }) =>
    Effect.delay(ctr("tasks", "list"), "100 millis").pipe(
      Effect.map((tasks) => tasks.split("\n").filter((line) => line.includes("RUNNING"))),
      Effect.map((running) => running.filter((line) => containers.includes(line.split(/\s+/)[0] ?? ""))),
      Effect.repeat({ until: (running) => running.length === 0 }),
      Effect.timeout("30 seconds")
    ))

export const ended = (ref: BuildRef.BuildRef) => until(ref, () => false)

/** Runs kubectl as the administrator; gives what it prints. */
export const kubectl = (...args: ReadonlyArray<string>) =>
  Effect.flatMap(RealNode, ({ kubeconfigPath }) => exec("kubectl", "--kubeconfig", kubeconfigPath, ...args))

/** Writes an object into a file for kubectl. */
export const manifest = (object: object) =>
  Effect.map(RealNode, ({ folder }) => {
    const file = path.join(folder, "manifest.json")
    fs.writeFileSync(file, JSON.stringify(object))
    return file
  })
