/**
 * A driver whose server is the test: it takes each request that was made, and decides what becomes of it.
 */
import { Chunk, Deferred, Effect, Mailbox, Queue, Stream } from "effect"
import type { ApiRequest, JsonObject, WatchLine } from "../../src/kubernetes/client/ApiRequest.js"
import type { Driver } from "../../src/kubernetes/client/Driver.js"
import * as ClusterError from "../../src/kubernetes/ClusterError.js"
import { settle } from "./Quiescence.js"

const subject = { verb: "watch", resource: "pods" }

export const refusal = (code: number, reason?: string, more?: JsonObject) =>
  ClusterError.fromStatus({ subject, code, body: status(code, reason, more) })

export const status = (code: number, reason = "", more?: JsonObject): JsonObject => ({
  kind: "Status",
  apiVersion: "v1",
  status: "Failure",
  code,
  reason,
  message: `the server says ${reason}`,
  ...more
})

export const cut = new ClusterError.ClusterError({ ...subject, reason: "Unreachable", detail: "cut" })

export const throttled = (seconds: number) =>
  ClusterError.fromStatus({ subject, code: 429, body: status(429, "TooManyRequests"), retryAfter: String(seconds) })

/** A pod as a server sends it. */
export const pod = (name: string, version: number, options?: { uid?: string; phase?: string; namespace?: string }) => ({
  metadata: {
    name,
    namespace: options?.namespace ?? "ns",
    uid: options?.uid ?? `uid-${name}`,
    resourceVersion: String(version)
  },
  status: { phase: options?.phase ?? "Running" }
})

export const line = (type: WatchLine["type"], object: JsonObject): WatchLine => ({ type, object })

export const bookmark = (version: number, options?: { end?: boolean }): WatchLine =>
  line("BOOKMARK", {
    kind: "Pod",
    metadata: {
      resourceVersion: String(version),
      ...(options?.end === true ? { annotations: { "k8s.io/initial-events-end": "true" } } : {})
    }
  })

/** A list as a server sends it. */
export const listOf = (version: number, items: ReadonlyArray<JsonObject>, next?: string): JsonObject => ({
  kind: "PodList",
  metadata: { resourceVersion: String(version), ...(next === undefined ? {} : { continue: next }) },
  items
})

export interface OpenStream<L> {
  readonly request: ApiRequest
  readonly send: (...lines: ReadonlyArray<L>) => Effect.Effect<void>
  readonly fail: (error: ClusterError.ClusterError) => Effect.Effect<void>
  /** The server ends it as it should. */
  readonly end: Effect.Effect<void>
  /** Waits until the client has let go of it. */
  readonly closed: Effect.Effect<void>
}

export interface Asked {
  readonly request: ApiRequest
  readonly subject: ClusterError.Subject
  readonly reply: (body: unknown) => Effect.Effect<void>
  readonly refuse: (error: ClusterError.ClusterError) => Effect.Effect<void>
}

export { settle }

export const make = Effect.gen(function*() {
  const asked = yield* Queue.unbounded<Asked>()
  const watches = yield* Queue.unbounded<OpenStream<WatchLine>>()
  const texts = yield* Queue.unbounded<OpenStream<string>>()

  const open = <L>(request: ApiRequest, opened: Queue.Enqueue<OpenStream<L>>) =>
    Stream.unwrapScoped(Effect.gen(function*() {
      const mailbox = yield* Mailbox.make<L, ClusterError.ClusterError>()
      const closed = yield* Deferred.make<void>()
      yield* Effect.addFinalizer(() => Deferred.succeed(closed, void 0))
      yield* Queue.offer(opened, {
        request,
        send: (...lines) => Effect.asVoid(mailbox.offerAll(lines)),
        fail: (error) => Effect.asVoid(mailbox.fail(error)),
        end: Effect.asVoid(mailbox.end),
        closed: Deferred.await(closed)
      })
      return Mailbox.toStream(mailbox)
    }))

  const driver: Driver = {
    defaultNamespace: "ns",
    request: (request, subject) =>
      Effect.gen(function*() {
        const answer = yield* Deferred.make<unknown, ClusterError.ClusterError>()
        yield* Queue.offer(asked, {
          request,
          subject,
          reply: (body) => Effect.asVoid(Deferred.succeed(answer, body)),
          refuse: (error) => Effect.asVoid(Deferred.fail(answer, error))
        })
        return yield* Deferred.await(answer)
      }),
    watch: (request, _subject, project) =>
      Stream.mapChunks(open(request, watches), (lines) => Chunk.map(lines, project)),
    lines: (request) => open(request, texts),
    attach: () => Stream.empty
  }

  return {
    driver,
    /** The next request, when it has been made. */
    asked: Queue.take(asked),
    watch: Queue.take(watches),
    text: Queue.take(texts),
    /** Nothing is being asked for. */
    quiet: Effect.gen(function*() {
      yield* settle
      const open = [yield* Queue.size(asked), yield* Queue.size(watches), yield* Queue.size(texts)]
      return open.every((waiting) => waiting === 0)
    })
  }
})
