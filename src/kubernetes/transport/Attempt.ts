/**
 * Sends one attempt of a request with the current credentials, and decides what follows a failure.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Tracer from "effect/Tracer"
import * as FiberState from "../../effect/FiberState.js"
import type { ApiRequest } from "../client/ApiRequest.js"
import * as RequestSpan from "../client/RequestSpan.js"
import { type ClusterError, fromStatus, type Subject } from "../ClusterError.js"
import type { ConfigurationError } from "../kubeconfig/ConfigurationError.js"
import type { Access, Credentials } from "../kubeconfig/KubeCredentials.js"
import * as BodyForm from "./BodyForm.js"
import type { OutgoingRequest } from "./HttpAgent.js"
import type { Failure } from "./HttpRequest.js"
import * as TransportError from "./TransportError.js"

/** The parts of a request that all of its attempts share. */
export interface Exchange<A, R> {
  readonly credentials: Credentials
  readonly request: ApiRequest
  readonly subject: Subject
  readonly outgoing: OutgoingRequest
  /** Sends the request. */
  readonly perform: (attempt: Attempt<A, R>) => Effect.Effect<A, ClusterError, R>
}

/** Whether the server refused the credentials or, in the handshake, the client's certificate. */
const isRefused = (failure: Failure) =>
  failure._tag === "ErrorResponse" ? failure.status === 401 : TransportError.isCertificateAlert(failure)

export class Attempt<A, R> {
  private readonly exchange: Exchange<A, R>
  readonly access: Access
  /** That of the request, if it is recorded. */
  readonly span: Tracer.Span | undefined
  private readonly isFirst: boolean

  constructor(exchange: Exchange<A, R>, access: Access, span: Tracer.Span | undefined, isFirst: boolean) {
    this.exchange = exchange
    this.access = access
    this.span = span
    this.isFirst = isFirst
  }

  get outgoing(): OutgoingRequest {
    return this.exchange.outgoing
  }

  get subject(): Subject {
    return this.exchange.subject
  }

  /** After a failure: one more attempt with renewed credentials if the server refused them, else the error. */
  recover(failure: Failure): Effect.Effect<A, ClusterError, R> {
    const { access, exchange, isFirst, span } = this
    const { credentials, perform, subject } = exchange
    if (isFirst && isRefused(failure)) {
      return Effect.flatMap(
        Effect.mapError(credentials.renew(access), withoutCredentials(subject)),
        (renewed) => perform(new Attempt(exchange, renewed, span, false))
      )
    }
    if (isFirst && failure._tag === "ConnectionLost") credentials.connectionLost(access)
    return Effect.fail(this.errorOf(failure))
  }

  private errorOf(failure: Failure): ClusterError {
    const { request, subject } = this.exchange
    return failure._tag === "ErrorResponse"
      ? fromStatus({
        subject,
        code: failure.status,
        body: Option.getOrUndefined(BodyForm.decodeStatus(failure.body)),
        retryAfter: failure.retryAfter
      })
      : TransportError.toClusterError(failure, request, subject, this.access.trustAdvice)
  }
}

const withoutCredentials = (subject: Subject) => (error: ConfigurationError): ClusterError =>
  TransportError.fromConfigurationError(error, subject)

/** Sends a request; if the credentials are refused, once more with renewed ones. */
export const begin = <A, R>(exchange: Exchange<A, R>): Effect.Effect<A, ClusterError, R> =>
  FiberState.use((fiber) => {
    const { credentials, perform, request, subject } = exchange
    const span = RequestSpan.ofRequest(fiber)
    const first = (access: Access) => {
      if (span !== undefined) RequestSpan.annotate(span, RequestSpan.ofServer(access.baseUrl ?? "", request))
      return perform(new Attempt(exchange, access, span, true))
    }
    const known = credentials.known(FiberState.millis(fiber))
    return known === undefined
      ? Effect.flatMap(Effect.mapError(credentials.access, withoutCredentials(subject)), first)
      : first(known)
  })
