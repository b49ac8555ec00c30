/**
 * What errors of the API server mean for a build.
 */
import { BackendError, BuildRejected, Issue } from "../../core/BuildError.js"
import type { ClusterError, Reason } from "../../kubernetes/ClusterError.js"

const reasons: Readonly<Record<Reason, BackendError["reason"]>> = {
  AlreadyExists: "Conflict",
  Conflict: "Conflict",
  Decode: "Unexpected",
  Expired: "Unexpected",
  Forbidden: "Forbidden",
  Invalid: "Unexpected",
  NotFound: "Unexpected",
  Throttled: "Throttled",
  Timeout: "Timeout",
  Unauthorized: "Unauthorized",
  Unexpected: "Unexpected",
  Unreachable: "Unreachable"
}

const reasonOf = (cause: ClusterError): BackendError["reason"] =>
  // A server error is as temporary as an outage.
  cause.reason === "Unexpected" && cause.retryable ? "Unreachable" : reasons[cause.reason]

/** The backend failed at `operation` because of this error of the cluster. */
export const backendError = (backend: string, operation: string) => (cause: ClusterError): BackendError =>
  new BackendError({
    backend,
    operation,
    reason: reasonOf(cause),
    detail: cause.message,
    retryAfter: cause.retryAfter,
    cause
  })

/**
 * Messages of admission plugins: all are 403, and none has a reason of its own.
 *
 * | Words | Source |
 * |---|---|
 * | exceeded quota | kubernetes plugin/pkg/admission/resourcequota/controller.go |
 * | violates PodSecurity | kubernetes/pod-security-admission admission/admission.go |
 * | security context constraint | openshift/apiserver-library-go pkg/securitycontextconstraints/sccadmission |
 * | admission webhook … denied the request | kubernetes apiserver pkg/admission/plugin/webhook/errors |
 * | build strategy Docker is not allowed | openshift-apiserver pkg/build/apiserver/admission/strategyrestrictions |
 */
const admission: ReadonlyArray<readonly [RegExp, "QuotaExceeded" | "Denied"]> = [
  [/exceeded quota|failed quota/, "QuotaExceeded"],
  [/violates PodSecurity/, "Denied"],
  [/security context constraint/, "Denied"],
  [/admission webhook .* denied the request/, "Denied"],
  [/build strategy \w+ is not allowed/, "Denied"]
]

/** Why the server rejected a create: a policy, a quota, a missing reference or an invalid field; undefined for other errors. */
export const rejection = (cause: ClusterError): BuildRejected | undefined => {
  const text = cause.status?.message ?? ""
  const rejected = (reason: BuildRejected["reason"], issues: ReadonlyArray<Issue>) =>
    new BuildRejected({ reason, issues, cause })
  const plain = [new Issue({ path: "", message: cause.message })]
  switch (cause.reason) {
    case "Forbidden": {
      const found = admission.find(([pattern]) => pattern.test(text))
      return found === undefined ? undefined : rejected(found[1], plain)
    }
    case "Invalid": {
      const causes = cause.status?.details?.causes ?? []
      return rejected(
        "Unsupported",
        causes.length === 0 ? plain : causes.map(({ field, message }) =>
          new Issue({
            path: "",
            message: `the API server refuses ${cause.resource} ${field ?? ""}: ${message ?? text}`
          })
        )
      )
    }
    case "NotFound":
      return rejected("MissingReference", plain)
    default:
      return undefined
  }
}
