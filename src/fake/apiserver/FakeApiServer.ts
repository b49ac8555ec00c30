/**
 * Serves the fake API server over HTTPS on loopback, with a certificate of its own and a bearer token, for any client: this
 * library's, `kubectl`, or one in another language.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FiberSet from "effect/FiberSet"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { randomBytes } from "node:crypto"
import type { IncomingMessage } from "node:http"
import * as https from "node:https"
import type { Socket } from "node:net"
import type { Duplex } from "node:stream"
import * as ControlPlane from "../ControlPlane.js"
import * as Access from "./Access.js"
import * as Certificate from "./Certificate.js"
import * as HttpHandler from "./HttpHandler.js"

/**
 * The address of the server and its credentials. `kubeconfig` is a complete kubeconfig file in JSON.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  readonly url: string
  readonly ca: string
  readonly token: string
  readonly kubeconfig: string
  /** The served cluster. */
  readonly plane: ControlPlane.ControlPlane
}

/** The served cluster: its address and credentials. @since 0.1.0 @category tags */
export class FakeApiServer extends Context.Tag("effect-os-builder/FakeApiServer")<FakeApiServer, Service>() {}

/**
 * The server could not listen on a port.
 *
 * @example
 * ```ts
 * import { Effect, Layer } from "effect"
 * import * as FakeCluster from "effect-os-builder/FakeCluster"
 *
 * const served = FakeCluster.layerServed({ port: 6443 }).pipe(
 *   Layer.catchAll(() => FakeCluster.layerServed())
 * )
 * ```
 *
 * @since 0.1.0
 * @category errors
 */
export class NotListening extends Data.TaggedError("NotListening")<{
  readonly cause: unknown
  /** The port that was asked for, 0 for any. */
  readonly port: number
}> {
  override get message(): string {
    return this.port === 0
      ? "Cannot serve the fake cluster: no port of 127.0.0.1 can be listened on"
      : `Cannot serve the fake cluster: port ${this.port} of 127.0.0.1 cannot be listened on; choose another, or leave it out`
  }
}

/**
 * - `user`: the user of the token, with its rules; default: `client`, who may do everything.
 * - `namespace`: the namespace of the kubeconfig's context; default: `default`.
 * - `port`: default: any free port.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  readonly user?: Access.User | undefined
  readonly namespace?: string | undefined
  readonly port?: number | undefined
}

const listen = (server: https.Server, port: number): Effect.Effect<number, NotListening> =>
  Effect.async((resume) => {
    server.once("error", (cause) => resume(Effect.fail(new NotListening({ cause, port }))))
    server.listen(port, "127.0.0.1", () => {
      const address = server.address()
      resume(Effect.succeed(typeof address === "object" && address !== null ? address.port : port))
    })
  })

/** Closes every connection, including those in a TLS handshake. */
const close = (server: https.Server, sockets: ReadonlySet<Socket>): Effect.Effect<void> =>
  Effect.async((resume) => {
    server.close(() => resume(Effect.void))
    sockets.forEach((socket) => socket.destroy())
  })

const kubeconfig = (url: string, ca: string, token: string, namespace: string): string =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "fake",
    contexts: [{ name: "fake", context: { cluster: "fake", user: "fake", namespace } }],
    clusters: [{
      name: "fake",
      cluster: { server: url, "certificate-authority-data": Buffer.from(ca).toString("base64") }
    }],
    users: [{ name: "fake", user: { token } }]
  })

/** Serves a cluster until the scope is closed, which closes every connection. @since 0.1.0 @category constructors  */
export const serve = (
  plane: ControlPlane.ControlPlane,
  options: Options = {}
): Effect.Effect<Service, NotListening, Scope.Scope> =>
  Effect.gen(function*() {
    const { namespace = "default", port = 0, user = { name: "client", rules: [Access.everything] } } = options
    const { ca, certificate, key } = Certificate.make()
    const token = randomBytes(16).toString("hex")
    yield* Effect.acquireRelease(
      Effect.sync(() => plane.tokens.add(token, user)),
      (remove) => Effect.sync(remove)
    )
    const run = yield* FiberSet.makeRuntime<never>()
    const server = https.createServer({ cert: certificate, key }, (request, response) => {
      const fiber = run(HttpHandler.handle(plane, request, response))
      response.once("close", () => Effect.runSync(Fiber.interruptFork(fiber)))
    })
    server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on("error", () => {})
      run(HttpHandler.upgrade(plane, request, socket, head))
    })
    const sockets = new Set<Socket>()
    server.on("connection", (socket: Socket) => {
      sockets.add(socket)
      socket.once("close", () => sockets.delete(socket))
    })
    yield* Effect.addFinalizer(() => close(server, sockets))
    const url = `https://127.0.0.1:${yield* listen(server, port)}`
    return { url, ca, token, kubeconfig: kubeconfig(url, ca, token, namespace), plane }
  })

/** A cluster and its HTTPS server. @since 0.1.0 @category layers  */
export const layer = (
  options: ControlPlane.Options & Options = {}
): Layer.Layer<FakeApiServer, NotListening> =>
  Layer.scoped(FakeApiServer, Effect.flatMap(ControlPlane.make(options), (plane) => serve(plane, options)))
