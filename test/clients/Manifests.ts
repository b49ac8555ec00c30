/** The objects that more than one client is tested with. */
import type * as client from "@kubernetes/client-node"

/** A container that no node runs. */
export const container = { name: "main", image: "localhost/none" }

export const deploymentSpec = (replicas: number): client.V1DeploymentSpec => ({
  replicas,
  selector: { matchLabels: { app: "web" } },
  template: { metadata: { labels: { app: "web" } }, spec: { containers: [container] } }
})

export interface Definition {
  readonly group: string
  readonly kind: string
  readonly version: string
  /** The properties of the field `spec`. */
  readonly properties: Record<string, client.V1JSONSchemaProps>
}

/** The definition of a kind with a spec and a phase. */
export const definition = (
  { group, kind, properties, version }: Definition
): client.V1CustomResourceDefinition => {
  const singular = kind.toLowerCase()
  return {
    metadata: { name: `${singular}s.${group}` },
    spec: {
      group,
      scope: "Namespaced",
      names: { plural: `${singular}s`, singular, kind, listKind: `${kind}List` },
      versions: [{
        name: version,
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: {
              spec: { type: "object", properties },
              status: { type: "object", properties: { phase: { type: "string" } } }
            }
          }
        }
      }]
    }
  }
}
