/**
 * An HTTPS proxy in front of an API server that injects faults into responses: a connection that is cut, a response that stalls
 * or ends properly too early, a delay. Each fault applies to the requests of one kind.
 */
import { Effect, type Scope } from "effect"
import type { IncomingMessage, ServerResponse } from "node:http"
import * as https from "node:https"
import * as TestServer from "./TestServer.js"

/** `cut`, `end` and `stall` take place after this number of bytes of the response. */
export type Fault =
  | { readonly _tag: "cut" | "end" | "stall"; readonly bytes: number }
  | { readonly _tag: "delay"; readonly millis: number }
  /** The request is carried out, and the connection is cut before the response. */
  | { readonly _tag: "loseResponse" }

export type Kind = "get" | "list" | "watch" | "log" | "write"

export const kinds: ReadonlyArray<Kind> = ["get", "list", "watch", "log", "write"]

const named = /\/(?:namespaces\/[^/]+\/)?[a-z]+\/[^/]+$/

export const kindOf = ({ method, url = "" }: IncomingMessage): Kind => {
  const { pathname, searchParams } = new URL(url, "https://proxy")
  if (method !== "GET") return "write"
  if (pathname.endsWith("/log")) return "log"
  if (searchParams.get("watch") === "true") return "watch"
  return named.test(pathname) && !/\/namespaces\/[^/]+\/[a-z]+$/.test(pathname) ? "get" : "list"
}

export interface FaultProxy {
  readonly url: string
  /** The faults that took place, by kind and fault. */
  readonly counts: ReadonlyMap<string, number>
}

export interface Options {
  readonly upstream: { readonly url: string; readonly token: string }
  /** The fault of a request, if it has one. Called once for each request. */
  readonly fault: (kind: Kind, request: IncomingMessage) => Fault | undefined
}

/** Serves until the scope closes, with a certificate of the test's authority. */
export const serve = (options: Options): Effect.Effect<FaultProxy, never, Scope.Scope | TestServer.TestAuthority> =>
  Effect.gen(function*() {
    const agent = new https.Agent({ keepAlive: true, rejectUnauthorized: false })
    yield* Effect.addFinalizer(() => Effect.sync(() => agent.destroy()))
    const counts = new Map<string, number>()

    const respond = (upstream: IncomingMessage, response: ServerResponse, kind: Kind, fault: Fault | undefined) => {
      const count = () => {
        const name = `${kind} ${fault?._tag}`
        counts.set(name, (counts.get(name) ?? 0) + 1)
      }
      upstream.on("error", () => response.destroy())
      response.on("close", () => upstream.destroy())
      if (fault?._tag === "loseResponse") {
        count()
        response.destroy()
        return
      }
      const { "content-length": _, ...headers } = upstream.headers
      response.writeHead(upstream.statusCode ?? 502, headers)
      response.flushHeaders()
      let left = fault !== undefined && "bytes" in fault ? fault.bytes : Number.POSITIVE_INFINITY
      upstream.on("data", (bytes: Buffer) => {
        const kept = bytes.subarray(0, left)
        left -= kept.length
        if (left > 0) {
          response.write(kept)
          return
        }
        upstream.pause()
        count()
        // The bytes before a cut arrive.
        response.write(kept, () => fault?._tag === "cut" ? response.destroy() : undefined)
        if (fault?._tag === "end") response.end()
      })
      upstream.on("end", () => {
        if (left > 0) response.end()
      })
    }

    const forward = (request: IncomingMessage, response: ServerResponse, body: string, kind: Kind, fault?: Fault) => {
      const { authorization: _, host: __, connection: ___, ...headers } = request.headers
      const sent = https.request(`${options.upstream.url}${request.url}`, {
        agent,
        method: request.method,
        headers: { ...headers, authorization: `Bearer ${options.upstream.token}` }
      }, (upstream) => respond(upstream, response, kind, fault))
      sent.on("error", () => response.destroy())
      response.on("close", () => sent.destroy())
      sent.end(body)
    }

    const server = yield* TestServer.serve((request, response, body) => {
      const kind = kindOf(request)
      const fault = options.fault(kind, request)
      if (fault?._tag === "delay") {
        counts.set(`${kind} delay`, (counts.get(`${kind} delay`) ?? 0) + 1)
        setTimeout(() => forward(request, response, body, kind), fault.millis)
      } else {
        forward(request, response, body, kind, fault)
      }
    })
    return { url: server.url, counts }
  })

/** Deterministic random numbers from 0 to 1 (mulberry32). */
export const random = (seed: number): () => number => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
