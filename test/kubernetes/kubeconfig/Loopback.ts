/**
 * A small world for kubeconfig files: API servers, an identity provider and proxies on 127.0.0.1, and certificates of all
 * kinds. Each server records who asked it, so that a test sees to which server a file leads, and as whom.
 */
import { FileSystem, type Path } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import type { CommandExecutor } from "@effect/platform/CommandExecutor"
import type { PlatformError } from "@effect/platform/Error"
import { Context, Effect, Layer, type Scope } from "effect"
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as http from "node:http"
import * as https from "node:https"
import * as net from "node:net"
import * as path from "node:path"
import * as tls from "node:tls"
import * as Certificates from "../../support/Certificates.js"
import { listen } from "../../support/Listen.js"
import * as SocksServer from "./SocksServer.js"

/** A request as a server saw it. */
export interface Seen {
  readonly server: string
  readonly authorization: string | undefined
  /** `name: value` for each Impersonate header, sorted. */
  readonly impersonate: ReadonlyArray<string>
  /** Common name of the client's certificate. */
  readonly certificate: string | undefined
  /** The proxies that led to the server. */
  readonly proxies: ReadonlyArray<string>
}

export interface Pair {
  readonly certificate: string
  readonly key: string
}

export interface World {
  readonly folder: string
  /** The address of a server with TLS, by its name. */
  readonly url: Readonly<Record<"a" | "b" | "intermediate" | "rotated" | "strict", string>>
  /** Without TLS. */
  readonly plain: string
  /** Of server a, by a name that only the proxies know. */
  readonly far: string
  readonly farPlain: string
  readonly issuer: string
  readonly proxy: Readonly<Record<"http" | "https" | "socks" | "locked" | "broken", string>>
  /** Paths of PEM files. */
  readonly pem: Readonly<Record<string, string>>
  readonly seen: Array<Seen>
  /** What the identity provider was asked. */
  readonly grants: Array<string>
}

export class Loopback extends Context.Tag("test/kubeconfig/Loopback")<Loopback, World>() {}

const farHost = "api.example.test"

const certificateOf = (socket: net.Socket): string | undefined => {
  if (!(socket instanceof tls.TLSSocket)) return undefined
  const { subject } = socket.getPeerCertificate()
  return subject === undefined ? undefined : String(subject.CN)
}

const answer = JSON.stringify({
  kind: "Pod",
  apiVersion: "v1",
  metadata: { name: "a", namespace: "ns", uid: "u", resourceVersion: "1" }
})

/** The path of a request that was sent through an http proxy begins with this. */
const impersonationOf = ({ rawHeaders }: http.IncomingMessage) =>
  rawHeaders.flatMap((name, index) =>
    index % 2 === 0 && /^impersonate-/i.test(name) ? [`${name.toLowerCase()}: ${rawHeaders[index + 1]}`] : []
  ).sort()

const jwt = (claims: object) =>
  [{ alg: "none" }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).concat("c2ln").join(
    "."
  )

/** An id-token that expires in so many seconds. */
export const idToken = (subject: string, seconds: number): string =>
  jwt({ sub: subject, exp: Math.floor(performance.timeOrigin / 1000) + seconds })

const makeCertificates = (folder: string) =>
  Effect.gen(function*() {
    const file = yield* FileSystem.FileSystem
    const inFolder = (name: string) =>
      Effect.tap(Effect.succeed(path.join(folder, name)), (made) => file.makeDirectory(made, { recursive: true }))
    const authority = yield* Certificates.authority(yield* inFolder("ca"))
    const other = yield* Certificates.authority(yield* inFolder("other"))
    const system = yield* Certificates.authority(yield* inFolder("system"))
    const issue = (name: string, by: Certificates.KeyPair, extensions: string) =>
      Certificates.issue({ authority: by, folder, name, subject: `/CN=${name}`, extensions })
    const serving = `subjectAltName=IP:127.0.0.1,DNS:localhost,DNS:${farHost}\nextendedKeyUsage=serverAuth`
    const client = "extendedKeyUsage=clientAuth"
    const sub = yield* issue("sub", authority, "basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign")
    const noIds = "\nauthorityKeyIdentifier=none\nsubjectKeyIdentifier=none"
    const root = "basicConstraints=critical,CA:TRUE\nkeyUsage=keyCertSign" + noIds
    // Two authorities of one subject, without the identifiers that would set them apart.
    const twins = yield* Effect.forEach(["old", "new"], (name) =>
      Effect.flatMap(inFolder(name), (folder) =>
        Certificates.issue({ authority, folder, name: "twin", subject: "/CN=twin", extensions: root })))
    const [old = sub, fresh = sub] = twins
    return {
      authority,
      other,
      system,
      sub,
      old,
      fresh,
      a: yield* issue("a", authority, serving),
      b: yield* issue("b", system, serving),
      leaf: yield* issue("leaf", sub, serving),
      rotated: yield* issue("rotated", old, serving + noIds),
      one: yield* issue("one", authority, client),
      two: yield* issue("two", authority, client),
      stranger: yield* issue("stranger", other, client)
    }
  })

const joined = (folder: string, name: string, files: ReadonlyArray<string>) => {
  const target = path.join(folder, name)
  fs.writeFileSync(target, files.map((file) => fs.readFileSync(file, "utf8")).join("\n"))
  return target
}

/** The key behind a password. */
const encrypted = (folder: string, key: string) => {
  const target = path.join(folder, "encrypted.key")
  execFileSync("openssl", ["pkey", "-in", key, "-aes256", "-passout", "pass:secret", "-out", target])
  return target
}

const make: Effect.Effect<
  World,
  Certificates.CertificateError | PlatformError,
  Scope.Scope | FileSystem.FileSystem | Path.Path | CommandExecutor
> = Effect.gen(function*() {
  const folder = yield* Effect.flatMap(
    FileSystem.FileSystem,
    (file) => file.makeTempDirectoryScoped({ prefix: "kubeconfig-" })
  )
  const certificates = yield* makeCertificates(folder)
  const seen: Array<Seen> = []
  const grants: Array<string> = []
  /** The proxies of a connection, by the port from which it came to the server. */
  const routes = new Map<number, ReadonlyArray<string>>()
  const read = ({ certificate, key }: Certificates.KeyPair) => ({
    cert: fs.readFileSync(certificate, "utf8"),
    key: fs.readFileSync(key, "utf8")
  })
  const ca = fs.readFileSync(certificates.authority.certificate)

  const handler = (server: string) => (request: http.IncomingMessage, response: http.ServerResponse) => {
    seen.push({
      server,
      authorization: request.headers.authorization,
      impersonate: impersonationOf(request),
      certificate: certificateOf(request.socket),
      proxies: routes.get(request.socket.remotePort ?? 0) ?? []
    })
    const isRefused = /refused/.test(request.headers.authorization ?? "")
    response.writeHead(isRefused ? 401 : 200, { "content-type": "application/json" })
    response.end(isRefused ? JSON.stringify({ kind: "Status", code: 401, reason: "Unauthorized" }) : answer)
  }
  const serve = (name: string, pair: Certificates.KeyPair, options: https.ServerOptions = {}, chain = "") =>
    Effect.gen(function*() {
      const { cert, key } = read(pair)
      const server = https.createServer(
        { cert: `${cert}\n${chain}`, key, ca, requestCert: true, rejectUnauthorized: false, ...options },
        handler(name)
      )
      return yield* listen(server)
    })
  const ports = yield* Effect.all({
    a: serve("a", certificates.a),
    b: serve("b", certificates.b),
    intermediate: serve("intermediate", certificates.leaf, {}, fs.readFileSync(certificates.sub.certificate, "utf8")),
    rotated: serve("rotated", certificates.rotated),
    strict: serve("strict", certificates.a, { rejectUnauthorized: true }),
    plain: listen(http.createServer(handler("plain"))),
    issuer: listen(https.createServer(read(certificates.a), (request, response) => {
      let body = ""
      request.on("data", (bytes) => body += bytes)
      request.on("end", () => {
        response.writeHead(200, { "content-type": "application/json" })
        if (request.url === "/.well-known/openid-configuration") {
          response.end(JSON.stringify({ token_endpoint: `https://${request.headers.host}/token` }))
        } else {
          grants.push(`${request.headers.authorization ?? ""} ${body}`)
          response.end(JSON.stringify({ token_type: "Bearer", access_token: "x", id_token: idToken("renewed", 3600) }))
        }
      })
    }))
  })

  /** What the proxies connect to: the name that only they know leads to server a. */
  const resolve = (host: string, port: number) => host === farHost ? (port === 80 ? ports.plain : ports.a) : port
  const connect = (name: string, host: string, port: number): net.Socket => {
    let local = 0
    const upstream = net.connect(resolve(host, port), "127.0.0.1", () => {
      local = upstream.localPort ?? 0
      routes.set(local, [name])
    })
    upstream.on("error", () => {})
    // A later connection may have the same port.
    upstream.on("close", () => routes.delete(local))
    return upstream
  }
  const proxyServer = (name: string, server: http.Server, status = 200, password?: string) => {
    const isAllowed = ({ headers }: http.IncomingMessage) =>
      password === undefined || headers["proxy-authorization"] === `Basic ${Buffer.from(password).toString("base64")}`
    server.on("connect", (request: http.IncomingMessage, client: net.Socket) => {
      client.on("error", () => {})
      if (!isAllowed(request)) {
        client.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
      } else if (status !== 200) {
        client.end(`HTTP/1.1 ${status} Trouble\r\n\r\n`)
      } else {
        const { hostname, port } = new URL(`http://${request.url}`)
        const upstream = connect(name, hostname, Number(port))
        upstream.once("connect", () => {
          client.write("HTTP/1.1 200 OK\r\n\r\n")
          upstream.pipe(client)
          client.pipe(upstream)
        })
        upstream.on("close", () => client.destroy())
        client.on("close", () => upstream.destroy())
      }
    })
    server.on("request", (request: http.IncomingMessage, response: http.ServerResponse) => {
      if (!isAllowed(request)) {
        response.writeHead(407).end()
        return
      }
      const target = new URL(request.url ?? "")
      const upstream = connect(name, target.hostname, Number(target.port || 80))
      const forwarded = http.request({
        createConnection: () => upstream,
        path: target.pathname,
        method: request.method,
        headers: request.headers
      }, (from) => {
        response.writeHead(from.statusCode ?? 502, from.headers)
        from.pipe(response)
      })
      forwarded.on("error", () => response.destroy())
      request.pipe(forwarded)
    })
    return listen(server)
  }
  const proxyPorts = yield* Effect.all({
    http: proxyServer("http", http.createServer()),
    https: proxyServer("https", https.createServer(read(certificates.a))),
    locked: proxyServer("locked", http.createServer(), 200, "me:secret"),
    broken: proxyServer("broken", http.createServer(), 403),
    socks: listen(SocksServer.make({ user: "me", password: "secret" }, (host, port) => connect("socks", host, port)))
  })
  const at = (port: number) => `https://127.0.0.1:${port}`
  return {
    folder,
    url: {
      a: at(ports.a),
      b: at(ports.b),
      intermediate: at(ports.intermediate),
      rotated: at(ports.rotated),
      strict: at(ports.strict)
    },
    plain: `http://127.0.0.1:${ports.plain}`,
    far: `https://${farHost}:6443`,
    farPlain: `http://${farHost}:80`,
    issuer: at(ports.issuer),
    proxy: {
      http: `http://127.0.0.1:${proxyPorts.http}`,
      https: at(proxyPorts.https),
      locked: `http://127.0.0.1:${proxyPorts.locked}`,
      broken: `http://127.0.0.1:${proxyPorts.broken}`,
      socks: `127.0.0.1:${proxyPorts.socks}`
    },
    pem: {
      ca: certificates.authority.certificate,
      otherCa: certificates.other.certificate,
      systemCa: certificates.system.certificate,
      sub: certificates.sub.certificate,
      leaf: certificates.leaf.certificate,
      newTwin: certificates.fresh.certificate,
      twins: joined(folder, "twins.pem", [certificates.fresh.certificate, certificates.old.certificate]),
      mixed: joined(folder, "mixed.pem", [certificates.one.key, certificates.authority.certificate]),
      oneCert: certificates.one.certificate,
      oneKey: certificates.one.key,
      twoCert: certificates.two.certificate,
      twoKey: certificates.two.key,
      strangerCert: certificates.stranger.certificate,
      encryptedKey: encrypted(folder, certificates.one.key),
      strangerKey: certificates.stranger.key
    },
    seen,
    grants
  }
})

export const layer: Layer.Layer<Loopback> = Layer.scoped(Loopback, make).pipe(
  Layer.provide(NodeContext.layer),
  Layer.orDie
)
