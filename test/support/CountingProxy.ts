/**
 * A proxy on loopback in front of a registry that counts the bytes that clients get from it.
 */
import { Effect, type Scope } from "effect"
import * as http from "node:http"

export interface CountingProxy {
  /** `host:port` of the proxy. */
  readonly host: string
  /** The bytes of all responses since the last call. */
  readonly taken: () => number
}

export const make = (registry: string): Effect.Effect<CountingProxy, never, Scope.Scope> =>
  Effect.gen(function*() {
    let bytes = 0
    const [host, port] = registry.split(":")
    const server = http.createServer((request, response) => {
      const forwarded = http.request(
        { host, port, method: request.method, path: request.url, headers: request.headers },
        (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.headers)
          answer.on("data", (chunk: Buffer) => {
            bytes += chunk.byteLength
          })
          answer.pipe(response)
        }
      )
      forwarded.on("error", () => response.destroy())
      request.pipe(forwarded)
    })
    yield* Effect.acquireRelease(
      Effect.async<void>((resume) => {
        server.listen(0, "127.0.0.1", () => resume(Effect.void))
      }),
      () =>
        Effect.async<void>((resume) => {
          server.closeAllConnections()
          server.close(() => resume(Effect.void))
        })
    )
    const address = server.address()
    return {
      host: `127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`,
      taken: () => {
        const now = bytes
        bytes = 0
        return now
      }
    }
  })
