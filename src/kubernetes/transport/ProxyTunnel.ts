/**
 * Connections to a server through an http, https or SOCKS 5 proxy, as Go's http.Transport makes them.
 */
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as net from "node:net"
import * as tls from "node:tls"
import * as Waits from "../client/Waits.js"
import { keepaliveMillis } from "./HttpAgent.js"

/** The proxy did not connect to the server. */
export class ProxyError extends Data.TaggedError("ProxyError")<{
  /** Without its password. */
  readonly proxy: string
  readonly problem: string
  /** The HTTP status of the proxy, if it responded. */
  readonly status?: number
}> {
  override get message(): string {
    return `the proxy ${this.proxy} did not connect to the server (${this.problem})`
  }
}

export interface Target {
  readonly host: string
  readonly port: number
}

const connectTimeout = Duration.toMillis(Waits.proxyTunnel.limit)

const maxHeadLength = 64 * 1024

const labelOf = (proxy: URL) => `${proxy.protocol}//${proxy.host}`

const hostOf = ({ hostname }: URL) => hostname.replace(/^\[|\]$/g, "")

const defaultPorts: Readonly<Record<string, number>> = { "http:": 80, "https:": 443, "socks5:": 1080, "socks5h:": 1080 }

const portOf = ({ port, protocol }: URL) => port === "" ? defaultPorts[protocol] ?? 80 : Number(port)

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** The header for a user and password in the address of the proxy. */
export const authorization = (proxy: URL | undefined): Readonly<Record<string, string>> => {
  if (proxy === undefined) return {}
  const [user, password] = [decode(proxy.username), decode(proxy.password)]
  return user === "" && password === ""
    ? {}
    : { "proxy-authorization": `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` }
}

/** Resolves when the socket is connected, with TLS if it has it. */
const connected = <S extends net.Socket>(socket: S, event: "connect" | "secureConnect"): Promise<S> =>
  new Promise((resolve, reject) => {
    const fail = (cause: Error) => {
      socket.destroy()
      reject(cause)
    }
    const timedOut = () => fail(Object.assign(new Error("the connection timed out"), { code: "ETIMEDOUT" }))
    socket.setTimeout(connectTimeout, timedOut)
    socket.once("error", fail)
    socket.once(event, () => {
      socket.off("error", fail)
      socket.setTimeout(0)
      socket.off("timeout", timedOut)
      // Node does not reach the socket below TLS within TLS.
      socket.setKeepAlive(true, keepaliveMillis)
      resolve(socket)
    })
  })

/** Starts TLS, on a socket if there is one. */
export const secure = (options: tls.ConnectionOptions): Promise<tls.TLSSocket> =>
  connected(tls.connect(options), "secureConnect")

/** Connects to the proxy itself; an https proxy is trusted as the server is. */
export const connectToProxy = (
  proxy: URL,
  context: tls.SecureContext | undefined,
  verify: boolean
): Promise<net.Socket> => {
  const address = { host: hostOf(proxy), port: portOf(proxy) }
  return proxy.protocol === "https:"
    ? secure({
      ...address,
      ...(net.isIP(address.host) === 0 ? { servername: address.host } : {}),
      ...(context === undefined ? {} : { secureContext: context }),
      rejectUnauthorized: verify
    })
    : connected(net.connect(address), "connect")
}

const authority = ({ host, port }: Target) => `${host.includes(":") ? `[${host}]` : host}:${port}`

/** Reads the head of the response to CONNECT, and leaves the bytes after it in the socket. */
const readHead = (socket: net.Socket): Promise<string> =>
  new Promise((resolve, reject) => {
    let received = Buffer.alloc(0)
    const finish = () => {
      socket.off("data", onData)
      socket.off("error", onError)
      socket.off("end", onEnd)
      socket.setTimeout(0)
      socket.off("timeout", onTimeout)
    }
    const onError = (cause: Error) => {
      finish()
      socket.destroy()
      reject(cause)
    }
    const onEnd = () => onError(new Error("the proxy closed the connection"))
    const onTimeout = () => onError(Object.assign(new Error("the proxy did not respond"), { code: "ETIMEDOUT" }))
    const onData = (bytes: Buffer) => {
      received = Buffer.concat([received, bytes])
      const end = received.indexOf("\r\n\r\n")
      if (end === -1 && received.length > maxHeadLength) onError(new Error("the proxy's response is not HTTP"))
      if (end === -1) return
      finish()
      socket.pause()
      if (received.length > end + 4) socket.unshift(received.subarray(end + 4))
      resolve(received.subarray(0, end).toString("latin1"))
    }
    socket.setTimeout(connectTimeout, onTimeout)
    socket.on("data", onData)
    socket.once("error", onError)
    socket.once("end", onEnd)
  })

const tunnel = async (socket: net.Socket, proxy: URL, target: Target): Promise<net.Socket> => {
  const headers = Object.entries({ host: authority(target), ...authorization(proxy) })
  const lines = [`CONNECT ${authority(target)} HTTP/1.1`, ...headers.map(([name, value]) => `${name}: ${value}`)]
  socket.write(`${lines.join("\r\n")}\r\n\r\n`)
  const [statusLine = ""] = (await readHead(socket)).split("\r\n")
  const [, status, reason = ""] = /^HTTP\/1\.[01] (\d{3}) ?(.*)$/.exec(statusLine) ?? []
  if (status === undefined) {
    socket.destroy()
    throw new ProxyError({ proxy: labelOf(proxy), problem: "its response is not HTTP" })
  }
  if (!status.startsWith("2")) {
    socket.destroy()
    throw new ProxyError({
      proxy: labelOf(proxy),
      problem: `${status} ${reason}`.trim().slice(0, 100),
      status: Number(status)
    })
  }
  return socket
}

const socks = async (proxy: URL, target: Target): Promise<net.Socket> => {
  const { SocksClient, SocksClientError } = await import("socks")
  const userId = decode(proxy.username)
  try {
    const { socket } = await SocksClient.createConnection({
      command: "connect",
      proxy: {
        type: 5,
        host: hostOf(proxy),
        port: portOf(proxy),
        ...(userId === "" ? {} : { userId, password: decode(proxy.password) })
      },
      destination: target,
      timeout: connectTimeout
    })
    return socket
  } catch (cause) {
    throw cause instanceof SocksClientError
      ? new ProxyError({ proxy: labelOf(proxy), problem: cause.message.slice(0, 100) })
      : cause
  }
}

/** Connects to the server through the proxy. */
export const open = async (
  proxy: URL,
  target: Target,
  context: tls.SecureContext | undefined,
  verify: boolean
): Promise<net.Socket> =>
  proxy.protocol.startsWith("socks")
    ? socks(proxy, target)
    : tunnel(await connectToProxy(proxy, context, verify), proxy, target)
