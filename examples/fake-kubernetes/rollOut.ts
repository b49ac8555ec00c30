// Without Effect: code that uses @kubernetes/client-node. Its test starts a cluster in memory and gives it the kubeconfig.
import { AppsV1Api, type KubeConfig, type V1Deployment, Watch } from "@kubernetes/client-node"

const isRolledOut = ({ metadata, spec, status }: V1Deployment): boolean =>
  (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0)
  && status?.updatedReplicas === spec?.replicas
  && status?.replicas === spec?.replicas
  && status?.availableReplicas === spec?.replicas

/** Sets the image of the first container of a Deployment; resolves when all of its pods run that image. */
export const rollOut = async (
  config: KubeConfig,
  { image, name, namespace }: { readonly image: string; readonly name: string; readonly namespace: string }
): Promise<void> => {
  const apps = config.makeApiClient(AppsV1Api)
  const deployment = await apps.readNamespacedDeployment({ name, namespace })
  const container = deployment.spec?.template.spec?.containers[0]
  if (container === undefined) throw new Error(`Deployment "${name}" has no container`)
  container.image = image
  await apps.replaceNamespacedDeployment({ name, namespace, body: deployment })
  await new Promise<void>((resolve, reject) => {
    const watching = new Watch(config).watch(
      `/apis/apps/v1/namespaces/${namespace}/deployments`,
      { fieldSelector: `metadata.name=${name}` },
      (_, seen: V1Deployment) => {
        if (!isRolledOut(seen)) return
        resolve()
        void watching.then((controller) => controller.abort())
      },
      (error: unknown) => reject(error ?? new Error(`The watch of Deployment "${name}" ended`))
    )
    watching.catch(reject)
  })
}
