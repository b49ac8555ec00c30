/** The cluster of a kubeconfig: its service, and its driver for raw requests. */
import { KubeConfig } from "@kubernetes/client-node"
import { Duration, Effect } from "effect"
import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
import * as KubeCredentials from "../../../src/kubernetes/kubeconfig/KubeCredentials.js"
import * as HttpDriver from "../../../src/kubernetes/transport/HttpDriver.js"

export const connect = (kubeconfig: string) =>
  Effect.gen(function*() {
    const config = new KubeConfig()
    config.loadFromFile(kubeconfig)
    const credentials = yield* KubeCredentials.make(Effect.succeed(config))
    return {
      cluster: yield* KubernetesCluster.make({ kubeconfig }),
      driver: HttpDriver.make({ credentials, defaultNamespace: "default", timeout: Duration.seconds(30) })
    }
  })
