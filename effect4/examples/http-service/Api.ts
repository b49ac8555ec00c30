// The API: what it takes and returns is what effect-os-builder's schemas say, so that its OpenAPI document is theirs.
import { Schema } from "effect"
import { BuildBackend, BuildError, BuildInput, BuildRef, BuildStatus } from "effect-os-builder"
import { HttpApi, HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"

/** `backend/namespace/name/uid`; in a path its slashes are written `%2F`. */
const params = Schema.Struct({ ref: BuildRef.FromString })

/** The ref in the path of a request. */
export const refOf = (request: { readonly params: typeof params.Type }): BuildRef.BuildRef => request.params.ref

export class Accepted extends Schema.Class<Accepted>("Accepted")({
  ref: BuildRef.FromString,
  /** Whether an equal input was built before, and this is that build. */
  adopted: Schema.Boolean
}) {}

const error = [
  BuildError.BuildRejected.pipe(HttpApiSchema.status(422)),
  BuildError.BuildNotFound.pipe(HttpApiSchema.status(404)),
  BuildError.BackendError.pipe(HttpApiSchema.status(503))
]

const builds = HttpApiGroup.make("builds")
  .add(
    HttpApiEndpoint.post("create", "/builds", {
      payload: BuildInput.Payload,
      success: Accepted.pipe(HttpApiSchema.status(202)),
      error
    }).annotate(OpenApi.Summary, "Start a build, or adopt one of an equal input")
  )
  .add(
    HttpApiEndpoint.get("list", "/builds", { success: Schema.Array(BuildBackend.BuildSummary), error })
      .annotate(OpenApi.Summary, "Every build of the namespace")
  )
  .add(
    HttpApiEndpoint.get("status", "/builds/:ref", { params, success: BuildStatus.BuildStatus, error })
      .annotate(OpenApi.Summary, "The status of a build")
  )
  .add(
    HttpApiEndpoint.post("cancel", "/builds/:ref/cancel", { params, success: HttpApiSchema.NoContent, error })
      .annotate(OpenApi.Summary, "Cancel a build; nothing happens to one that has ended")
  )
  .add(
    HttpApiEndpoint.get("events", "/builds/:ref/events", {
      params,
      headers: Schema.Struct({ "last-event-id": Schema.optional(Schema.String) }),
      success: Schema.String.pipe(HttpApiSchema.asText({ contentType: "text/event-stream" })),
      error
    }).annotate(OpenApi.Summary, "Log lines and statuses as Server-Sent Events, from Last-Event-ID on")
  )

export const Api = HttpApi.make("os-images").add(builds).annotate(OpenApi.Title, "OS images")
