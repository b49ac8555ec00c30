/**
 * Agents for a server by its TLS material: trust, client certificate and proxy.
 */
import * as Effect from "effect/Effect"
import * as crypto from "node:crypto"
import * as fs from "node:fs/promises"
import type * as http from "node:http"
import * as net from "node:net"
import type { Duplex } from "node:stream"
import * as tls from "node:tls"
import * as HttpAgent from "../transport/HttpAgent.js"
import * as ProxyTunnel from "../transport/ProxyTunnel.js"
import { redact } from "./ConfigurationError.js"
import type { Material } from "./EntryPlan.js"
import * as TrustStore from "./TrustStore.js"

export interface KeyPair {
  readonly cert: string
  readonly key: string
}

/** Reads a file or decodes the content; fails with a description that names the field. */
export const read = (material: Material): Effect.Effect<string, string> =>
  material._tag === "Content"
    ? Effect.succeed(material.bytes.toString())
    : Effect.tryPromise({
      try: () => fs.readFile(material.path, "utf8"),
      catch: (cause) => `\`${material.field}\` cannot be read (${redact(cause)})`
    })

/** The PEM of an authority; undefined if there is none. Fails if it holds no certificate. */
export const readAuthority = (material: Material | undefined): Effect.Effect<string | undefined, string> =>
  material === undefined
    ? Effect.succeed(undefined)
    : Effect.filterOrFail(
      read(material),
      (pem) => TrustStore.certificates(pem).length > 0,
      () => `\`${material.field}\` holds no certificate in PEM`
    )

const keyProblems: Readonly<Record<string, string>> = {
  ERR_OSSL_X509_KEY_VALUES_MISMATCH: "the key does not belong to the certificate",
  ERR_OSSL_BAD_DECRYPT: "the key is encrypted; decrypt it with `openssl pkey`",
  ERR_OSSL_CRYPTO_INTERRUPTED_OR_CANCELLED: "the key is encrypted; decrypt it with `openssl pkey`"
}

const isEncrypted = (key: string) => /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(key)

const describeKeyPair = ({ cert, key }: KeyPair, cause: unknown): string => {
  if (isEncrypted(key)) return "the client's key is encrypted; decrypt it with `openssl pkey`"
  if (TrustStore.certificates(cert).length === 0) return "the client's certificate is not a certificate in PEM"
  const known = keyProblems[HttpAgent.errorCode(cause)]
  return known === undefined
    ? "the client's key is not a private key in PEM"
    : `the client's certificate cannot be used: ${known}`
}

/** Verifies that the pair can be used; fails with a description without its content. */
export const checkKeyPair = (pair: KeyPair): Effect.Effect<void, string> =>
  Effect.try({
    try: () => {
      if (isEncrypted(pair.key)) throw new Error("encrypted")
      tls.createSecureContext({ cert: pair.cert, key: pair.key })
    },
    catch: (cause) => describeKeyPair(pair, cause)
  })

export interface Options {
  readonly baseUrl: string
  /** PEM; the system's store if it is undefined. */
  readonly authority: string | undefined
  readonly proxy: URL | undefined
  readonly insecure?: boolean
  readonly tlsServerName?: string | undefined
  readonly keyPair?: KeyPair | undefined
}

/** Identifies what an agent is made of, without its content. */
export const fingerprint = ({ authority, baseUrl, insecure, keyPair, proxy, tlsServerName }: Options): string =>
  crypto.createHash("sha256")
    .update(JSON.stringify([baseUrl, authority, proxy?.href, insecure, tlsServerName, keyPair]))
    .digest("hex")

/** The requests name the whole URL: an http proxy forwards them to a server without TLS. */
export const isForwarded = (baseUrl: string, proxy: URL | undefined): boolean =>
  proxy !== undefined && baseUrl.startsWith("http:") && proxy.protocol.startsWith("http")

const secureContexts = (authority: string, keyPair: KeyPair | undefined): ReadonlyArray<tls.SecureContext> => {
  const lists = authority === "" ? [undefined] : TrustStore.alternatives(TrustStore.certificates(authority))
  return lists.map((ca) =>
    tls.createSecureContext({
      ...(ca === undefined ? {} : { ca: [...ca] }),
      ...keyPair,
      // As Go does: an intermediate or the server's own certificate may be trusted.
      allowPartialTrustChain: true
    })
  )
}

const targetOf = ({ host = "", port = 0 }: HttpAgent.ConnectOptions): ProxyTunnel.Target => ({
  host: host.replace(/^\[|\]$/g, ""),
  port: Number(port)
})

/** Tries the lists of authorities one after the other, the one that fitted last first. */
const connector = (
  { baseUrl, insecure, proxy }: Options,
  contexts: ReadonlyArray<tls.SecureContext>
): HttpAgent.Connector => {
  const verify = insecure !== true
  let preferred = 0
  const openOnce = async (
    options: HttpAgent.ConnectOptions,
    context: tls.SecureContext | undefined
  ): Promise<Duplex> => {
    const target = targetOf(options)
    const socket = proxy === undefined
      ? undefined
      : isForwarded(baseUrl, proxy)
      ? await ProxyTunnel.connectToProxy(proxy, context, verify)
      : await ProxyTunnel.open(proxy, target, context, verify)
    if (baseUrl.startsWith("http:")) return socket ?? net.connect(target)
    return ProxyTunnel.secure({
      ...(socket === undefined ? target : { socket, host: target.host }),
      ...(options.servername === undefined ? {} : { servername: options.servername }),
      ...(context === undefined ? {} : { secureContext: context }),
      rejectUnauthorized: verify
    })
  }
  return async (options) => {
    for (let attempt = 0;; attempt++) {
      const index = (preferred + attempt) % Math.max(1, contexts.length)
      try {
        const socket = await openOnce(options, contexts[index])
        preferred = index
        return socket
      } catch (cause) {
        if (HttpAgent.errorCode(cause) !== "CERT_SIGNATURE_FAILURE" || attempt + 1 >= contexts.length) throw cause
      }
    }
  }
}

/** Makes an agent. Fails with a description if the material cannot be used. */
export const make = (options: Options): Effect.Effect<http.Agent, string> =>
  Effect.gen(function*() {
    const { baseUrl, insecure, keyPair, proxy, tlsServerName } = options
    const isPlain = baseUrl.startsWith("http:")
    if (isPlain && proxy === undefined) return HttpAgent.makeAgent("http:", {})
    const authority = insecure === true ? "" : options.authority ?? (yield* TrustStore.system)
    const contexts = yield* Effect.try({
      try: () => secureContexts(authority, keyPair),
      catch: (cause) => keyPair === undefined ? "the certificates cannot be used" : describeKeyPair(keyPair, cause)
    })
    return HttpAgent.makeAgent(
      isPlain ? "http:" : "https:",
      {
        ...(contexts[0] === undefined ? {} : { secureContext: contexts[0] }),
        ...(tlsServerName === undefined ? {} : { servername: tlsServerName }),
        rejectUnauthorized: insecure !== true
      },
      proxy === undefined && contexts.length < 2 ? undefined : connector(options, contexts)
    )
  })
