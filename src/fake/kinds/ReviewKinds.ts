/**
 * The kinds that are answered and never stored.
 *
 * @since 0.1.0
 */
import * as Kind from "./Kind.js"

const review = (group: string, kind: string, namespaced = false): Kind.Kind =>
  Kind.make({ group, version: "v1", kind, plural: `${kind.toLowerCase()}s`, namespaced, virtual: true })

/** @since 0.1.0 @category kinds */
export const kinds: ReadonlyArray<Kind.Kind> = [
  review("authentication.k8s.io", "SelfSubjectReview"),
  review("authentication.k8s.io", "TokenReview"),
  review("authorization.k8s.io", "LocalSubjectAccessReview", true),
  review("authorization.k8s.io", "SelfSubjectAccessReview"),
  review("authorization.k8s.io", "SelfSubjectRulesReview"),
  review("authorization.k8s.io", "SubjectAccessReview")
]
