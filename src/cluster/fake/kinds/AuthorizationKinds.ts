/**
 * The reviews by which a user asks what they may do. They are answered, never stored.
 *
 * @since 0.1.0
 */
import * as Kind from "../Kind.js"

const review = (kind: string, plural: string): Kind.Kind =>
  Kind.make({ group: "authorization.k8s.io", version: "v1", kind, plural, namespaced: false, virtual: true })

/** @since 0.1.0 @category kinds */
export const kinds: ReadonlyArray<Kind.Kind> = [
  review("SelfSubjectAccessReview", "selfsubjectaccessreviews"),
  review("SelfSubjectRulesReview", "selfsubjectrulesreviews")
]
