/**
 * Failures between this process and the API server, and the ClusterError for each of them.
 */
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Predicate from "effect/Predicate"
import type { ApiRequest } from "../client/ApiRequest.js"
import { failedToConnect } from "../client/Driver.js"
import { ClusterError, type Subject } from "../ClusterError.js"
import type { ConfigurationError } from "../kubeconfig/ConfigurationError.js"
import { errorCode } from "./HttpAgent.js"
import { ProxyError } from "./ProxyTunnel.js"

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

// OpenSSL's verification errors by the names that Node gives them (Node 24, doc/api/tls.md, "X509 certificate error codes", and
// src/crypto/crypto_common.cc). All are final: the same certificate fails again.
const certificateCodes: ReadonlySet<string> = new Set([
  "CERT_CHAIN_TOO_LONG",
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "CERT_REJECTED",
  "CERT_REVOKED",
  "CERT_SIGNATURE_FAILURE",
  "CERT_UNTRUSTED",
  "CRL_HAS_EXPIRED",
  "CRL_NOT_YET_VALID",
  "CRL_SIGNATURE_FAILURE",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "ERROR_IN_CERT_NOT_AFTER_FIELD",
  "ERROR_IN_CERT_NOT_BEFORE_FIELD",
  "ERROR_IN_CRL_LAST_UPDATE_FIELD",
  "ERROR_IN_CRL_NEXT_UPDATE_FIELD",
  "ERR_TLS_CERT_ALTNAME_FORMAT",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "HOSTNAME_MISMATCH",
  "INVALID_CA",
  "INVALID_PURPOSE",
  "PATH_LENGTH_EXCEEDED",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY",
  "UNABLE_TO_DECRYPT_CERT_SIGNATURE",
  "UNABLE_TO_DECRYPT_CRL_SIGNATURE",
  "UNABLE_TO_GET_CRL",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNSPECIFIED"
])

// TLS alerts (RFC 8446, section 6.2) by which a server refuses the client's certificate, as OpenSSL names them in its codes.
const refusedCertificate =
  /_ALERT_(?:ACCESS_DENIED|BAD_CERTIFICATE|CERTIFICATE_\w+|HANDSHAKE_FAILURE|UNKNOWN_CA|UNSUPPORTED_CERTIFICATE)$/

/** The server ended the handshake with an alert because it does not accept the client's certificate. */
export const isCertificateAlert = (error: { readonly _tag: string }): boolean =>
  error instanceof ConnectionLost && refusedCertificate.test(errorCode(error.cause))

const describe = (cause: unknown): string =>
  cause instanceof Error
    ? cause.message || errorCode(cause)
    : Predicate.isString(cause)
    ? cause
    : "the connection was closed"

/** A write that was sent without a response may have been carried out. */
const ambiguousIfWrite = (request: ApiRequest) => request.method === "GET" ? undefined : true

/** The ClusterError for a transport error. */
export const toClusterError = (
  error: TransportError,
  request: ApiRequest,
  subject: Subject,
  trustAdvice = "check `certificate-authority` in the kubeconfig"
): ClusterError => {
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
      return connectionLost(error.cause, request, subject, trustAdvice)
  }
}

/** The proxy will refuse the next attempt too; after another status or an error of the network it may not. */
const isFinal = ({ problem, status }: ProxyError) =>
  status === undefined ? /authentication/i.test(problem) : status >= 400 && status < 500 && status !== 429

const connectionLost = (cause: unknown, request: ApiRequest, subject: Subject, trustAdvice: string): ClusterError => {
  const code = errorCode(cause)
  if (certificateCodes.has(code)) {
    return new ClusterError({
      ...subject,
      reason: "Unexpected",
      detail: `the server's certificate is not trusted (${describe(cause)}): ${trustAdvice}`,
      cause
    })
  }
  if (cause instanceof ProxyError) {
    return new ClusterError({
      ...subject,
      reason: isFinal(cause) ? "Unexpected" : "Unreachable",
      detail: `${cause.message}: check \`proxy-url\` in the kubeconfig, or HTTPS_PROXY and NO_PROXY`,
      cause
    })
  }
  if (code === "EPROTO" || code.startsWith("ERR_SSL") || code.startsWith("ERR_OSSL")) {
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
