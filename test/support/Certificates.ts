/**
 * A certificate authority for one test run, made with `openssl`.
 */
import { CommandExecutor, FileSystem, Path } from "@effect/platform"
import { Effect, Schema } from "effect"
import { randomInt } from "node:crypto"
import * as Process from "../../src/effect/Process.js"

/** `openssl` is absent or did not do what was asked. */
export class CertificateError extends Schema.TaggedError<CertificateError>(
  "effect-os-builder/test/control-plane/CertificateError"
)("CertificateError", { problem: Schema.String, cause: Schema.optional(Schema.Defect) }) {
  override get message(): string {
    return `No certificates for the control plane: ${this.problem}`
  }
}

/** Paths of a certificate and of its private key, both PEM. */
export interface KeyPair {
  readonly certificate: string
  readonly key: string
}

type Requirements = CommandExecutor.CommandExecutor | FileSystem.FileSystem | Path.Path

const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]

const openssl = (...args: ReadonlyArray<string>) =>
  Effect.flatMap(CommandExecutor.CommandExecutor, (executor) => Process.exitCode(executor, ["openssl", ...args])).pipe(
    Effect.mapError((cause) => new CertificateError({ problem: "openssl is not installed or not in PATH", cause })),
    Effect.filterOrFail(
      (code) => code === 0,
      (code) => new CertificateError({ problem: `"openssl ${args.join(" ")}" ended with exit code ${code}` })
    ),
    Effect.asVoid
  )

const keyPair = (folder: string, name: string) =>
  Effect.map(Path.Path, (path): KeyPair => ({
    certificate: path.join(folder, `${name}.crt`),
    key: path.join(folder, `${name}.key`)
  }))

/** A self-signed certificate that can sign others. */
export const authority = (folder: string): Effect.Effect<KeyPair, CertificateError, Requirements> =>
  Effect.gen(function*() {
    const made = yield* keyPair(folder, "ca")
    const subject = "/CN=effect-os-builder test CA"
    yield* openssl(
      "req",
      "-x509",
      ...newKey,
      "-keyout",
      made.key,
      "-out",
      made.certificate,
      "-days",
      "2",
      "-subj",
      subject
    )
    return made
  })

/** A certificate signed by the authority; its extensions in the notation of openssl's configuration. */
export const issue = (options: {
  readonly authority: KeyPair
  readonly folder: string
  readonly name: string
  readonly subject: string
  readonly extensions: string
}): Effect.Effect<KeyPair, CertificateError, Requirements> =>
  Effect.gen(function*() {
    const { authority, extensions, folder, name, subject } = options
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const made = yield* keyPair(folder, name)
    const request = path.join(folder, `${name}.csr`)
    const extensionFile = path.join(folder, `${name}.ext`)
    yield* Effect.mapError(
      fs.writeFileString(extensionFile, extensions),
      (cause) => new CertificateError({ problem: `cannot write ${extensionFile}`, cause })
    )
    yield* openssl("req", "-new", ...newKey, "-keyout", made.key, "-out", request, "-subj", subject)
    const signer = ["-CA", authority.certificate, "-CAkey", authority.key, "-set_serial", String(randomInt(1, 2 ** 47))]
    yield* openssl(
      "x509",
      "-req",
      "-in",
      request,
      "-out",
      made.certificate,
      "-days",
      "2",
      "-extfile",
      extensionFile,
      ...signer
    )
    return made
  })
