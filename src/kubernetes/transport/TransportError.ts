/**
 * Failures between this process and the API server, and the ClusterError for each of them.
 */
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Predicate from "effect/Predicate"
import type { ApiRequest } from "../client/ApiRequest.js"
import { ClusterError, type Subject } from "../ClusterError.js"
import type { ConfigurationError } from "../kubeconfig/ConfigurationError.js"
import { errorCode } from "./HttpAgent.js"

/** Node refuses to send the request, for example because a header holds a line break. */
export class InvalidRequest extends Data.TaggedError("InvalidRequest")<{ readonly cause: unknown }> {}

/** The connection failed, or was closed before the response was complete. */
export class ConnectionLost extends Data.TaggedError("ConnectionLost")<{ readonly cause: unknown }> {}

/** The response body is longer than the limit of `bytes`. */
export class BodyTooLarge extends Data.TaggedError("BodyTooLarge")<{ readonly bytes: number }> {}

/** The response did not begin, or did not end, within the limit. */
export class TimedOut extends Data.TaggedError("TimedOut")<{ readonly millis: number }> {}

/** A request without a usable response. */
export type TransportError = InvalidRequest | ConnectionLost | BodyTooLarge | TimedOut

/** No connection was made, so the request was not sent. */
const connectCodes: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH"
])

// OpenSSL's verification errors by the names that Node gives them (doc/api/tls.md, "X509 certificate error codes").
const certificateCodes: ReadonlySet<string> = new Set([
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

const failedToConnect = (cause: unknown) =>
  connectCodes.has(errorCode(cause)) || (Predicate.hasProperty(cause, "syscall") && cause.syscall === "connect")

const describe = (cause: unknown): string =>
  cause instanceof Error
    ? cause.message || errorCode(cause)
    : Predicate.isString(cause)
    ? cause
    : "the connection was closed"

/** A write that was sent without a response may have been carried out. */
const ambiguousIfWrite = (request: ApiRequest) => request.method === "GET" ? undefined : true

/** The ClusterError for a transport error. */
export const toClusterError = (error: TransportError, request: ApiRequest, subject: Subject): ClusterError => {
  switch (error._tag) {
    case "TimedOut":
      return new ClusterError({
        ...subject,
        reason: "Timeout",
        detail: `no response within ${Duration.format(Duration.millis(error.millis))}`,
        ambiguous: ambiguousIfWrite(request)
      })
    case "BodyTooLarge":
      return new ClusterError({
        ...subject,
        reason: "Decode",
        detail: `the response is longer than ${error.bytes} bytes`,
        ambiguous: ambiguousIfWrite(request)
      })
    case "InvalidRequest":
      return new ClusterError({
        ...subject,
        reason: "Unexpected",
        detail: `the request cannot be sent (${
          describe(error.cause)
        }): check \`server\` and \`token\` in the kubeconfig for spaces or line breaks`
      })
    case "ConnectionLost":
      return connectionLost(error.cause, request, subject)
  }
}

const connectionLost = (cause: unknown, request: ApiRequest, subject: Subject): ClusterError => {
  const code = errorCode(cause)
  if (certificateCodes.has(code)) {
    return new ClusterError({
      ...subject,
      reason: "Unexpected",
      detail: `the server's certificate is not trusted (${
        describe(cause)
      }): check \`certificate-authority\` in the kubeconfig`,
      cause
    })
  }
  if (code === "EPROTO" || code.startsWith("ERR_SSL")) {
    return new ClusterError({
      ...subject,
      reason: "Unexpected",
      detail: `the TLS handshake failed (${describe(cause)})`,
      cause
    })
  }
  if (code.startsWith("HPE_")) {
    return new ClusterError({
      ...subject,
      reason: "Unexpected",
      detail: `the response is not valid HTTP (${describe(cause)})`,
      cause,
      ambiguous: ambiguousIfWrite(request)
    })
  }
  return new ClusterError({
    ...subject,
    reason: "Unreachable",
    detail: describe(cause),
    cause,
    ambiguous: failedToConnect(cause) ? undefined : ambiguousIfWrite(request)
  })
}

/** The ClusterError for a request whose credentials could not be loaded. */
export const fromConfigurationError = (error: ConfigurationError, subject: Subject): ClusterError =>
  new ClusterError({ ...subject, reason: "Unauthorized", detail: error.message, cause: error })
