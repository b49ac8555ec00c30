/**
 * The fields of Services and of the kinds of networking and discovery, as in k8s.io/api (v0.37).
 *
 * @since 0.1.0
 */
import {
  atomic,
  boolean,
  each,
  type Field,
  type Fields,
  integer,
  integerOrText,
  keptText,
  keyedList,
  list,
  map,
  mergedList,
  struct,
  text
} from "./Fields.js"
import { conditions, labelSelector, object, objectReference } from "./ObjectFields.js"

const loadBalancer = struct({
  ingress: list(struct({
    ...each(text, "hostname", "ip"),
    ipMode: keptText,
    ports: list(struct({ ...each(text, "error", "protocol"), port: integer }))
  }))
})

/** @since 0.1.0 @category fields */
export const service: Fields = object({
  spec: struct({
    ...each(boolean, "allocateLoadBalancerNodePorts", "publishNotReadyAddresses"),
    ...each(text, "clusterIP", "externalName", "externalTrafficPolicy", "loadBalancerIP", "sessionAffinity", "type"),
    ...each(keptText, "internalTrafficPolicy", "ipFamilyPolicy", "loadBalancerClass", "trafficDistribution"),
    healthCheckNodePort: integer,
    ...each(list(text), "clusterIPs", "externalIPs", "ipFamilies", "loadBalancerSourceRanges"),
    ports: mergedList(
      struct({
        appProtocol: keptText,
        ...each(text, "name", "protocol"),
        ...each(integer, "nodePort", "port"),
        targetPort: integerOrText
      }),
      "port",
      "port",
      "protocol"
    ),
    selector: atomic(map(text)),
    sessionAffinityConfig: struct({ clientIP: struct({ timeoutSeconds: integer }) })
  }),
  status: struct({ conditions, loadBalancer })
})

const addresses = list(
  atomic(struct({ hostname: text, ...each(keptText, "ip", "nodeName"), targetRef: objectReference }))
)

const ports = (kind: Field) =>
  list(atomic(struct({ appProtocol: keptText, ...each(kind, "name", "protocol"), port: integer })))

/** @since 0.1.0 @category fields */
export const endpoints: Fields = object({
  subsets: list(struct({ addresses, notReadyAddresses: addresses, ports: ports(text) }))
})

/** @since 0.1.0 @category fields */
export const endpointSlice: Fields = object({
  addressType: text,
  endpoints: list(struct({
    ...each(keptText, "hostname", "nodeName", "zone"),
    addresses: keyedList(text),
    conditions: struct(each(boolean, "ready", "serving", "terminating")),
    deprecatedTopology: map(text),
    hints: struct(each(list(struct({ name: text })), "forNodes", "forZones")),
    targetRef: objectReference
  })),
  ports: ports(keptText)
})

const peers = list(struct({
  ipBlock: struct({ cidr: text, except: list(text) }),
  namespaceSelector: labelSelector,
  podSelector: labelSelector
}))

const policyPorts = list(struct({ endPort: integer, port: integerOrText, protocol: keptText }))

/** @since 0.1.0 @category fields */
export const networkPolicy: Fields = object({
  spec: struct({
    egress: list(struct({ ports: policyPorts, to: peers })),
    ingress: list(struct({ from: peers, ports: policyPorts })),
    podSelector: labelSelector,
    policyTypes: list(text)
  })
})

const backend = struct({
  resource: atomic(struct(each(keptText, "apiGroup", "kind", "name"))),
  service: struct({ name: keptText, port: atomic(struct({ name: text, number: integer })) })
})

/** @since 0.1.0 @category fields */
export const ingress: Fields = object({
  spec: struct({
    ingressClassName: keptText,
    defaultBackend: backend,
    rules: list(struct({
      host: text,
      http: struct({ paths: list(struct({ ...each(text, "path"), pathType: keptText, backend })) })
    })),
    tls: list(struct({ secretName: text, hosts: list(text) }))
  }),
  status: struct({ loadBalancer })
})

/** @since 0.1.0 @category fields */
export const ingressClass: Fields = object({
  spec: struct({
    controller: text,
    parameters: struct(each(keptText, "apiGroup", "kind", "name", "namespace", "scope"))
  })
})
