/**
 * A small HTTPS server on 127.0.0.1 that does what a test says, with an authority of its own.
 */
import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { Context, Effect, Layer, type Scope } from "effect"
import type { IncomingMessage, ServerResponse } from "node:http"
import * as https from "node:https"
import type { Duplex } from "node:stream"
import type { KubeConfigLike } from "../../src/kubernetes/kubeconfig/KubeConfigLike.js"
import * as Certificates from "./Certificates.js"

export interface Identity {
  readonly cert: string
  readonly key: string
}

export interface Authority {
  readonly ca: string
  readonly caPath: string
  readonly serving: Identity
  readonly clients: readonly [Identity, Identity]
  /** A folder that goes with the scope. */
  readonly folder: string
}

export class TestAuthority extends Context.Tag("test/TestAuthority")<TestAuthority, Authority>() {}

export const authority = Layer.scoped(
  TestAuthority,
  Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const folder = yield* fs.makeTempDirectoryScoped({ prefix: "test-server-" })
    const authority = yield* Certificates.authority(folder)
    const identity = (name: string, extensions: string) =>
      Effect.gen(function*() {
        const pair = yield* Certificates.issue({ authority, folder, name, subject: `/CN=${name}`, extensions })
        return { cert: yield* fs.readFileString(pair.certificate), key: yield* fs.readFileString(pair.key) }
      })
    return {
      ca: yield* fs.readFileString(authority.certificate),
      caPath: authority.certificate,
      serving: yield* identity("server", "subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=serverAuth"),
      clients: [
        yield* identity("first", "extendedKeyUsage=clientAuth"),
        yield* identity("second", "extendedKeyUsage=clientAuth")
      ] as const,
      folder
    }
  })
).pipe(Layer.provide(NodeContext.layer))

export type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void

export interface TestServer {
  readonly url: string
  readonly connections: () => number
  readonly requests: ReadonlyArray<
    { readonly method: string; readonly url: string; readonly headers: IncomingMessage["headers"] }
  >
}

/** Serves until the scope closes. */
export const serve = (
  handler: Handler,
  options?: https.ServerOptions
): Effect.Effect<TestServer, never, Scope.Scope | TestAuthority> =>
  Effect.gen(function*() {
    const { ca, serving } = yield* TestAuthority
    const sockets = new Set<Duplex>()
    const requests: Array<TestServer["requests"][number]> = []
    let connections = 0
    const server = https.createServer({ ...serving, ca, ...options }, (request, response) => {
      requests.push({ method: request.method ?? "", url: request.url ?? "", headers: request.headers })
      let body = ""
      request.on("data", (bytes) => {
        body += bytes
      })
      request.on("end", () => handler(request, response, body))
    })
    server.on("connection", (socket) => {
      connections++
      sockets.add(socket)
      socket.on("close", () => sockets.delete(socket))
      socket.on("error", () => {})
    })
    yield* Effect.acquireRelease(
      Effect.async<void>((resume) => {
        server.listen(0, "127.0.0.1", () => resume(Effect.void))
      }),
      () =>
        Effect.async<void>((resume) => {
          server.close(() => resume(Effect.void))
          sockets.forEach((socket) => socket.destroy())
        })
    )
    const address = server.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    return { url: `https://127.0.0.1:${port}`, connections: () => connections, requests }
  })

export const json = (response: ServerResponse, code: number, body: unknown, headers?: Record<string, string>) => {
  response.writeHead(code, { "content-type": "application/json", ...headers })
  response.end(JSON.stringify(body))
}

/** A kubeconfig in memory that counts how often it is asked. */
export const config = (
  server: string,
  apply: (options: Record<string, unknown>, time: number) => void | Promise<void>,
  more?: { readonly namespace?: string; readonly user?: object | null }
): KubeConfigLike & { readonly asked: () => number } => {
  let asked = 0
  return {
    asked: () => asked,
    getCurrentContext: () => "test",
    getContextObject: () => ({ ...(more?.namespace === undefined ? {} : { namespace: more.namespace }) }),
    getCurrentCluster: () => ({ server }),
    getCurrentUser: () => more?.user === undefined ? {} : more.user,
    applyToHTTPSOptions: async (options) => {
      const filled: Record<string, unknown> = {}
      await apply(filled, ++asked)
      Object.assign(options, filled)
    }
  }
}
