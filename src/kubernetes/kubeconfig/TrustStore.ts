/**
 * Which certificates are trusted: those of the cluster's entry, else those of the system, as kubectl does it.
 */
import * as Effect from "effect/Effect"
import * as crypto from "node:crypto"
import * as fs from "node:fs/promises"
import * as os from "node:os"
import * as path from "node:path"
import * as tls from "node:tls"
import { variable } from "./LoadingRules.js"

/** The first that exists is the system's store: Go's `crypto/x509/root_linux.go` (Go 1.26). */
const bundles: ReadonlyArray<string> = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/pki/tls/cacert.pem",
  "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
  "/etc/ssl/cert.pem"
]

const readOrEmpty = (file: string): Effect.Effect<string> =>
  file === "" ? Effect.succeed("") : Effect.promise(() => fs.readFile(file, "utf8").catch(() => ""))

const firstNonEmpty = (files: ReadonlyArray<string>): Effect.Effect<string> =>
  Effect.reduce(files, "", (found, file) => found === "" ? readOrEmpty(file) : Effect.succeed(found))

const readFolder = (folder: string): Effect.Effect<string> =>
  Effect.promise(() => fs.readdir(folder).catch(() => [])).pipe(
    Effect.flatMap((names: ReadonlyArray<string>) =>
      Effect.forEach(names, (name) => readOrEmpty(path.join(folder, name)))
    ),
    Effect.map((texts) => texts.join("\n"))
  )

/** Node 22.15 and later. */
const nodeSystemStore = (): string => {
  const get: unknown = Reflect.get(tls, "getCACertificates")
  const found: unknown = typeof get === "function" ? Reflect.apply(get, tls, ["system"]) : []
  return Array.isArray(found) ? found.join("\n") : ""
}

const systemStore = Effect.gen(function*() {
  if (os.platform() === "darwin" || os.platform() === "win32") return nodeSystemStore()
  const file = yield* variable("SSL_CERT_FILE")
  const folders = yield* variable("SSL_CERT_DIR")
  const bundle = yield* firstNonEmpty(file === "" ? bundles : [file])
  const more = folders === "" ? [] : yield* Effect.forEach(folders.split(path.delimiter), readFolder)
  return [bundle, ...more].join("\n")
})

/** The PEM of the system's store and of NODE_EXTRA_CA_CERTS; empty without a store, which means Node's own. */
export const system: Effect.Effect<string> = Effect.gen(function*() {
  const store = yield* systemStore
  return store.trim() === "" ? "" : `${store}\n${yield* readOrEmpty(yield* variable("NODE_EXTRA_CA_CERTS"))}`
})

const isCertificate = (pem: string): boolean => {
  try {
    return new crypto.X509Certificate(pem).raw.length > 0
  } catch {
    return false
  }
}

/** The certificates of a PEM text; as in Go, whatever else it holds is skipped. */
export const certificates = (pem: string): ReadonlyArray<string> =>
  Array.from(pem.matchAll(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g), ([block]) => block)
    .filter(isCertificate)

/**
 * The certificates in lists that hold each subject once.
 *
 * OpenSSL looks for an issuer by its subject and does not go on to the next one of that subject if the signature does not fit,
 * which is the case while an authority's key is replaced.
 */
export const alternatives = (certificates: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<string>> => {
  const bySubject = new Map<string, Array<string>>()
  for (const certificate of certificates) {
    const { subject } = new crypto.X509Certificate(certificate)
    bySubject.set(subject, [...bySubject.get(subject) ?? [], certificate])
  }
  const groups = Array.from(bySubject.values())
  const count = Math.max(1, ...groups.map((group) => group.length))
  return Array.from({ length: count }, (_, index) => groups.flatMap((group) => group[index % group.length] ?? []))
}
