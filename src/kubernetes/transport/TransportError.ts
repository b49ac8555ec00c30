/**
 * What went wrong between us and an API server, when it was not the server that said so.
 */
import * as Duration from "effect/Duration"
import * as Predicate from "effect/Predicate"
import type { ApiRequest } from "../client/ApiRequest.js"
import { ClusterError, type Subject } from "../ClusterError.js"
import type { ConfigurationError } from "../kubeconfig/ConfigurationError.js"
import { codeOf } from "./HttpAgent.js"
import type { Lost } from "./HttpRequest.js"

/** Nothing was sent: there is no connection. */
const unsent: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH"
])

// Of OpenSSL, as Node names them (doc/api/tls.md, "X509 certificate error codes").
const untrusted: ReadonlySet<string> = new Set([
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "CERT_REVOKED",
  "CERT_UNTRUSTED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "HOSTNAME_MISMATCH",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE"
])

const duringConnect = (cause: unknown) =>
  unsent.has(codeOf(cause)) || (Predicate.hasProperty(cause, "syscall") && cause.syscall === "connect")

const words = (cause: unknown): string =>
  cause instanceof Error ? cause.message || codeOf(cause) : Predicate.isString(cause) ? cause : "the connection was cut"

const mayBeDone = (request: ApiRequest) => request.method === "GET" ? undefined : true

export const fromCause = (lost: Lost, request: ApiRequest, subject: Subject): ClusterError => {
  switch (lost._tag) {
    case "Late":
      return new ClusterError({
        ...subject,
        reason: "Timeout",
        detail: `no answer within ${Duration.format(Duration.millis(lost.millis))}`,
        ambiguous: mayBeDone(request)
      })
    case "TooLong":
      return new ClusterError({
        ...subject,
        reason: "Decode",
        detail: `the answer is longer than ${lost.bytes} bytes`,
        ambiguous: mayBeDone(request)
      })
    case "Unsendable":
      return new ClusterError({
        ...subject,
        reason: "Unexpected",
        detail: `the request cannot be sent (${
          words(lost.cause)
        }): are the server and the token in the kubeconfig one word each?`
      })
    case "Broken":
      return broken(lost.cause, request, subject)
  }
}

const broken = (cause: unknown, request: ApiRequest, subject: Subject): ClusterError => {
  const code = codeOf(cause)
  if (untrusted.has(code)) {
    return new ClusterError({
      ...subject,
      reason: "Unexpected",
      detail: `the server's certificate is not trusted (${
        words(cause)
      }): is certificate-authority in the kubeconfig its own?`,
      cause
    })
  }
  if (code === "EPROTO" || code.startsWith("ERR_SSL") || code.startsWith("HPE_")) {
    const protocol = code.startsWith("HPE_") ? "HTTP" : "TLS"
    return new ClusterError({
      ...subject,
      reason: "Unexpected",
      detail: `the server does not speak ${protocol} as we do (${words(cause)})`,
      cause,
      ambiguous: protocol === "HTTP" ? mayBeDone(request) : undefined
    })
  }
  return new ClusterError({
    ...subject,
    reason: "Unreachable",
    detail: words(cause),
    cause,
    ambiguous: duringConnect(cause) ? undefined : mayBeDone(request)
  })
}

export const unknownHere = (error: ConfigurationError, subject: Subject): ClusterError =>
  new ClusterError({ ...subject, reason: "Unauthorized", detail: error.message, cause: error })
