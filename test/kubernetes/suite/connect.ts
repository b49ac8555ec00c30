/** The cluster of a kubeconfig: its service, and its driver for raw requests. */
import { Duration, Effect } from "effect"
import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
import * as FileSource from "../../../src/kubernetes/kubeconfig/FileSource.js"
import * as KubeCredentials from "../../../src/kubernetes/kubeconfig/KubeCredentials.js"
import * as HttpDriver from "../../../src/kubernetes/transport/HttpDriver.js"

export const connect = (kubeconfig: string) =>
  Effect.gen(function*() {
    const credentials = yield* KubeCredentials.make(yield* FileSource.load({ kubeconfig }))
    return {
      cluster: yield* KubernetesCluster.make({ kubeconfig }),
      driver: HttpDriver.make({ credentials, defaultNamespace: "default", timeout: Duration.seconds(30) })
    }
  })
