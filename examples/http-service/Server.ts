// How the API is served: by a server, or as a function of web requests.
import { HttpApiBuilder, type HttpApiGroup, HttpApiSwagger, HttpMiddleware, type HttpServer } from "@effect/platform"
import { NodeHttpServer } from "@effect/platform-node"
import { Layer } from "effect"
import { Api } from "./Api.js"

type Handlers<E, R> = Layer.Layer<HttpApiGroup.ApiGroup<"os-images", "builds">, E, R>

// The server is provided first, and so is built last: it listens from then on, and a request that comes before its handlers, while
// the backend looks at the cluster, would never be answered. An EventSource would wait for it without end.
export const on = <E, E2, R>(
  server: Layer.Layer<HttpServer.HttpServer | Layer.Layer.Success<typeof NodeHttpServer.layerContext>, E>,
  handlers: Handlers<E2, R>
): Layer.Layer<never, E | E2, R> =>
  HttpApiBuilder.serve(HttpMiddleware.logger).pipe(
    Layer.provide(server),
    Layer.provide(HttpApiSwagger.layer({ path: "/docs" })),
    Layer.provide(HttpApiBuilder.middlewareOpenApi({ path: "/openapi.json" })),
    Layer.provide(HttpApiBuilder.api(Api)),
    Layer.provide(handlers)
  )

export const webHandler = <E>(handlers: Handlers<E, never>) =>
  HttpApiBuilder.toWebHandler(
    Layer.merge(Layer.provide(HttpApiBuilder.api(Api), handlers), NodeHttpServer.layerContext)
  )
