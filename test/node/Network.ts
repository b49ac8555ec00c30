/**
 * The network of a real node, inside a network namespace of its own: a bridge for pods and registries, and an address for the node.
 */
import { Effect } from "effect"
import { exec } from "../real/Workplace.js"

/** What pods reach: registries listen there. */
export const bridgeAddress = "10.88.0.1"

/** A kubelet refuses an address of loopback. */
export const nodeAddress = "10.99.0.2"

const bridge = "os-builder0"

/** The plugins of CNI for pods. */
export const configuration = (folder: string): string =>
  JSON.stringify({
    cniVersion: "1.0.0",
    name: "os-builder",
    plugins: [{
      type: "bridge",
      bridge,
      ipam: {
        type: "host-local",
        dataDir: `${folder}/addresses`,
        ranges: [[{ subnet: "10.88.0.0/16", rangeStart: "10.88.1.1", gateway: bridgeAddress }]],
        routes: [{ dst: "0.0.0.0/0" }]
      }
    }]
  })

/** Makes the bridge and the address, once in a namespace, with which they are gone. */
export const make = Effect.gen(function*() {
  const ip = (...args: ReadonlyArray<string>) => exec("ip", ...args)
  if ((yield* ip("-brief", "link")).includes(bridge)) return
  yield* ip("address", "add", `${nodeAddress}/32`, "dev", "lo")
  yield* ip("link", "add", bridge, "type", "bridge")
  yield* ip("address", "add", `${bridgeAddress}/16`, "dev", bridge)
  yield* ip("link", "set", bridge, "up")
})
