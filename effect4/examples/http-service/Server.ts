// How the API is served: by a server, or as a function of web requests.
import { NodeHttpServer } from "@effect/platform-node"
import { Layer } from "effect"
import { HttpRouter, type HttpServer } from "effect/http"
import { HttpApiBuilder, type HttpApiGroup, HttpApiSwagger } from "effect/http-api"
import { Api } from "./Api.js"

type Handlers<E, R> = Layer.Layer<HttpApiGroup.Service<"os-images", "builds">, E, R>

// The server is provided first, and so is built last: it listens from then on, and a request that comes before its handlers, while
// the backend looks at the cluster, would never be answered. An EventSource would wait for it without end.
export const on = <E, E2, R>(
  server: Layer.Layer<HttpServer.HttpServer | Layer.Success<typeof NodeHttpServer.layerHttpServices>, E>,
  handlers: Handlers<E2, R>
): Layer.Layer<never, E | E2, R> =>
  HttpRouter.serve(Layer.merge(
    HttpApiBuilder.layer(Api, { openapiPath: "/openapi.json" }),
    HttpApiSwagger.layer(Api, { path: "/docs" })
  )).pipe(Layer.provide(server), Layer.provide(handlers))

export const webHandler = <E>(handlers: Handlers<E, never>) =>
  HttpRouter.toWebHandler(
    HttpApiBuilder.layer(Api).pipe(Layer.provide(handlers), Layer.provide(NodeHttpServer.layerHttpServices)),
    { disableLogger: true }
  )
