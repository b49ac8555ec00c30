/**
 * Kubernetes objects written by hand in tests, checked against the types of `kubernetes-types` (Kubernetes 1.30).
 * Objects that are invalid on purpose, and kinds of OpenShift, are not written with `manifest`.
 */
export type { Deployment } from "kubernetes-types/apps/v1.js"
export type { Job, JobSpec } from "kubernetes-types/batch/v1.js"
export type {
  ConfigMap,
  Container,
  Namespace,
  PersistentVolumeClaim,
  Pod,
  PodSpec,
  PodStatus,
  ResourceQuota,
  ResourceRequirements,
  Secret
} from "kubernetes-types/core/v1.js"
export type { ObjectMeta, OwnerReference } from "kubernetes-types/meta/v1.js"

/**
 * A type of `kubernetes-types` that is readonly at every level. Unlike the interface it is assignable to `JsonObject`, because
 * TypeScript gives an implicit index signature to mapped types only; therefore no cast is needed.
 */
export type Manifest<K> = { readonly [P in keyof K]: Manifest<K[P]> }

/**
 * An object of the kind `K`: `manifest<Pod>({ metadata: { name: "a" }, spec: { containers: [] } })`. A misspelt field, a value of
 * the wrong type and a missing type argument are compile errors.
 */
export const manifest = <K = never>(object: Manifest<NoInfer<K>>): Manifest<K> => object
