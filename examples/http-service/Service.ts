// The handlers. Builds are the backend's: the service keeps nothing of them, and may be killed and started again at any time.
import { HttpApiBuilder, HttpServerResponse } from "@effect/platform"
import { Effect, Stream } from "effect"
import { BuildBackend, BuildError, BuildStatus } from "effect-os-builder"
import { Accepted, Api, refOf } from "./Api.js"
import { eventsAfter, positionOf } from "./Events.js"

// Causes are for the log of the service: they name servers and files that clients have no business with.
const hideCause = <E extends BuildError.BuildError>(error: E) =>
  error instanceof BuildError.BackendError
    ? new BuildError.BackendError({ backend: error.backend, reason: error.reason, operation: error.operation })
    : error instanceof BuildError.BuildRejected
    ? new BuildError.BuildRejected({ reason: error.reason, issues: error.issues })
    : error

export const layer = HttpApiBuilder.group(Api, "builds", (handlers) =>
  Effect.gen(function*() {
    const backend = yield* BuildBackend.BuildBackend
    return handlers
      .handle("create", ({ payload }) =>
        Effect.flatMap(payload, (input) => backend.build(input)).pipe(
          Effect.map(({ adopted, ref }) => new Accepted({ ref, adopted })),
          Effect.tapError(Effect.logInfo),
          Effect.mapError(hideCause)
        ))
      .handle("list", () => Effect.mapError(backend.list(), hideCause))
      .handle("status", (request) => Effect.mapError(backend.status(refOf(request)), hideCause))
      .handle("cancel", (request) => Effect.mapError(backend.cancel(refOf(request)), hideCause))
      .handleRaw("events", (request) =>
        Effect.gen(function*() {
          const ref = refOf(request)
          // A build that does not exist is a 404, and not a stream that breaks off.
          const status = yield* backend.status(ref)
          const after = positionOf(request.headers["last-event-id"])
          const events = eventsAfter(ref, after).pipe(
            Stream.provideService(BuildBackend.BuildBackend, backend),
            Stream.tapError(Effect.logWarning)
          )
          if (!BuildStatus.isTerminal(status)) return HttpServerResponse.stream(events, stream)
          // An EventSource connects again after every end but this one.
          const rest = yield* Stream.runCollect(events)
          return rest.length === 0
            ? HttpServerResponse.empty({ status: 204 })
            : HttpServerResponse.stream(Stream.fromIterable(rest), stream)
        }).pipe(Effect.mapError(hideCause)))
  }))

const stream = { contentType: "text/event-stream", headers: { "cache-control": "no-store", "x-accel-buffering": "no" } }
