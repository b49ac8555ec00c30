/**
 * Logs the `Warning` headers of responses, each text once: an API server sends them for deprecated versions, for pods that a
 * PodSecurity level only warns about, and for unknown fields.
 */
import * as Effect from "effect/Effect"

/** Texts that are remembered; the oldest is forgotten. */
const maxRemembered = 256

/** kube-apiserver limits the texts of a response to 4096 bytes (endpoints/filters/warning.go). */
const maxLength = 4096

// RFC 7234 section 5.5: code, agent, quoted text, and an optional quoted date.
const value = /\s*(\d{3})\s+(\S+)\s+"((?:[^"\\]|\\.)*)"(?:\s+"[^"]*")?\s*(?:,|$)/y

/** The texts of a header, which may have several values. Ends at the first that is not valid. */
export const parse = (header: string): ReadonlyArray<string> => {
  const texts: Array<string> = []
  const matcher = new RegExp(value)
  for (let match = matcher.exec(header); match !== null; match = matcher.exec(header)) {
    texts.push((match[3] ?? "").replace(/\\(.)/g, "$1"))
  }
  return texts
}

// A text may quote the object, and an object may hold a credential.
const credential =
  /\b(bearer|basic|token|password|passwd|secret|authorization|api[-_]?key)(["']?\s*[:=]\s*["']?|\s+)(?:bearer\s+|basic\s+)?[^\s"',;]{6,}/gi
const jwt = /\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g
const userInfo = /(:\/\/)[^\s/@]+@/g

/** A text without credentials and control characters. */
export const redact = (text: string): string =>
  text
    .slice(0, maxLength)
    .replace(/[\u0000-\u001f\u007f-\u009f]+/g, " ")
    .replace(jwt, "<redacted>")
    .replace(credential, "$1$2<redacted>")
    .replace(userInfo, "$1<redacted>@")

/** Logs the texts of a header that were not logged before. */
export type LogWarnings = (header: string) => Effect.Effect<void>

export const make = (): LogWarnings => {
  const seen = new Set<string>()
  const isNew = (text: string): boolean => {
    const known = seen.delete(text)
    seen.add(text)
    for (const oldest of seen) {
      if (seen.size <= maxRemembered) break
      seen.delete(oldest)
    }
    return !known
  }
  return (header) =>
    Effect.suspend(() =>
      Effect.forEach(
        parse(header).map(redact).filter(isNew),
        (text) => Effect.logWarning(`The API server warns: ${text}`),
        {
          discard: true
        }
      )
    ).pipe(Effect.annotateLogs({ package: "effect-os-builder", module: "KubernetesCluster" }))
}
