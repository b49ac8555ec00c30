/**
 * A proxy on loopback in front of a registry that counts what passes, and fails the first pushes in a chosen way.
 */
import { Effect, type Scope } from "effect"
import * as http from "node:http"
import { listen } from "./Listen.js"

/** How a push fails: a status for the first blob, a connection cut there, or a status for the manifest after all blobs. */
export type Fault = "503" | "500" | "429" | "cut" | "500 after upload" | "403 after upload"

export interface RegistryProxy {
  /** `host:port` of the proxy. */
  readonly host: string
  /** Fails so many pushes from now on, of all names or of one such as `os/manifests/2`, and counts them from 0. */
  readonly fail: (fault: Fault, times: number, name?: string) => void
  /** How many pushes have been failed, and how many manifests the registry took. */
  readonly counts: () => { readonly failed: number; readonly pushed: number }
  /** How many blobs were uploaded, and how many taken over from another repository of the registry. */
  readonly blobs: () => { readonly uploaded: number; readonly mounted: number }
  /** The bytes of all responses since the last call. */
  readonly taken: () => number
}

/** Where a push of each kind fails: when its first upload starts, or when its manifest is written. */
const isTarget = (fault: Fault, { method, url = "" }: http.IncomingMessage): boolean =>
  fault.endsWith("after upload")
    ? method === "PUT" && url.includes("/manifests/")
    : method === "POST" && url.includes("/blobs/uploads")

export const make = (registry: string): Effect.Effect<RegistryProxy, never, Scope.Scope> =>
  Effect.gen(function*() {
    let fault: Fault = "503"
    let left = 0
    let failed = 0
    let pushed = 0
    let target = ""
    let uploaded = 0
    let mounted = 0
    let bytes = 0
    const count = ({ method, url = "" }: http.IncomingMessage, status: number | undefined) => {
      if (status !== 201) return
      if (method === "PUT" && url.includes("/manifests/")) pushed++
      if (method === "PUT" && url.includes("/blobs/uploads/")) uploaded++
      if (method === "POST" && url.includes("/blobs/uploads/")) mounted++
    }
    const server = http.createServer((request, response) => {
      if (left > 0 && isTarget(fault, request) && request.url?.includes(target) === true) {
        left--
        failed++
        if (fault === "cut") {
          request.socket.destroy()
          return
        }
        request.resume()
        request.on("end", () => {
          response.writeHead(Number.parseInt(fault, 10), fault === "429" ? { "Retry-After": "1" } : {})
          response.end()
        })
        return
      }
      const [host, port] = registry.split(":")
      const forwarded = http.request(
        { host, port, method: request.method, path: request.url, headers: request.headers },
        (answer) => {
          count(request, answer.statusCode)
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
    const port = yield* listen(server)
    return {
      host: `127.0.0.1:${port}`,
      fail: (next, times, name = "") => {
        target = name
        fault = next
        left = times
        failed = 0
        pushed = 0
      },
      counts: () => ({ failed, pushed }),
      blobs: () => ({ uploaded, mounted }),
      taken: () => {
        const now = bytes
        bytes = 0
        return now
      }
    }
  })
