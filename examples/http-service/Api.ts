// The API: what it takes and returns is what effect-os-builder's schemas say, so that its OpenAPI document is theirs.
import { HttpApi, HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "@effect/platform"
import { Schema } from "effect"
import { BuildBackend, BuildError, BuildInput, BuildRef, BuildStatus } from "effect-os-builder"

/** `backend/namespace/name/uid`; in a path its slashes are written `%2F`. */
const path = Schema.Struct({ ref: BuildRef.FromString })

/** The ref in the path of a request. */
export const refOf = (request: { readonly path: typeof path.Type }): BuildRef.BuildRef => request.path.ref

export class Accepted extends Schema.Class<Accepted>("Accepted")({
  ref: BuildRef.FromString,
  /** Whether an equal input was built before, and this is that build. */
  adopted: Schema.Boolean
}) {}

const builds = HttpApiGroup.make("builds")
  .add(
    HttpApiEndpoint.post("create", "/builds")
      .setPayload(BuildInput.Payload)
      .addSuccess(Accepted, { status: 202 })
      .annotate(OpenApi.Summary, "Start a build, or adopt one of an equal input")
  )
  .add(
    HttpApiEndpoint.get("list", "/builds")
      .addSuccess(Schema.Array(BuildBackend.BuildSummary))
      .annotate(OpenApi.Summary, "Every build of the namespace")
  )
  .add(
    HttpApiEndpoint.get("status", "/builds/:ref")
      .setPath(path)
      .addSuccess(BuildStatus.BuildStatus)
      .annotate(OpenApi.Summary, "The status of a build")
  )
  .add(
    HttpApiEndpoint.post("cancel", "/builds/:ref/cancel")
      .setPath(path)
      .addSuccess(HttpApiSchema.NoContent)
      .annotate(OpenApi.Summary, "Cancel a build; nothing happens to one that has ended")
  )
  .add(
    HttpApiEndpoint.get("events", "/builds/:ref/events")
      .setPath(path)
      .setHeaders(Schema.Struct({ "last-event-id": Schema.optional(Schema.String) }))
      .addSuccess(HttpApiSchema.Text({ contentType: "text/event-stream" }))
      .annotate(OpenApi.Summary, "Log lines and statuses as Server-Sent Events, from Last-Event-ID on")
  )
  .addError(BuildError.BuildRejected, { status: 422 })
  .addError(BuildError.BuildNotFound, { status: 404 })
  .addError(BuildError.BackendError, { status: 503 })

export const Api = HttpApi.make("os-images").add(builds).annotate(OpenApi.Title, "OS images")
