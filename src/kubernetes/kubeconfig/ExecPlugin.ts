/**
 * Credentials from a program, by the protocol client.authentication.k8s.io v1 and v1beta1 (client-go,
 * `plugin/pkg/client/auth/exec`).
 *
 * The program runs once for all requests that wait for it, and its answer is kept until its expirationTimestamp, or until the
 * server refuses it.
 */
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as tty from "node:tty"
import { fromEither } from "../../effect/EitherEffect.js"
import { atFirstCall } from "../../effect/Once.js"
import * as Waits from "../client/Waits.js"
import { ConfigurationError } from "./ConfigurationError.js"
import type { ConnectionPlan } from "./ConnectionPlan.js"
import * as ExecProcess from "./ExecProcess.js"
import { parseYaml } from "./KubeconfigFile.js"
import type { ExecPlan } from "./UserPlan.js"

export interface ExecCredential {
  readonly token: string | undefined
  readonly certificate: { readonly cert: string; readonly key: string } | undefined
  /** Milliseconds since the epoch. */
  readonly expiresAt: number | undefined
}

const text = Schema.optionalWith(Schema.String, { nullable: true, default: () => "" })

const Answer = Schema.Struct({
  kind: Schema.Literal("ExecCredential"),
  apiVersion: Schema.String,
  status: Schema.optionalWith(
    Schema.Struct({
      expirationTimestamp: text,
      token: text,
      clientCertificateData: text,
      clientKeyData: text
    }),
    { nullable: true }
  )
})

const decodeAnswer = atFirstCall(() => Schema.decodeUnknownEither(Answer))

/** The content of KUBERNETES_EXEC_INFO. */
const execInfo = (plan: ConnectionPlan, exec: ExecPlan, authority: string | undefined, interactive: boolean) => {
  const cluster = {
    server: plan.server,
    ...(plan.tlsServerName === undefined ? {} : { "tls-server-name": plan.tlsServerName }),
    ...(plan.insecure ? { "insecure-skip-tls-verify": true } : {}),
    ...(authority === undefined ? {} : { "certificate-authority-data": Buffer.from(authority).toString("base64") }),
    ...(plan.proxyUrl === undefined ? {} : { "proxy-url": plan.proxyUrl }),
    ...(plan.disableCompression ? { "disable-compression": true } : {}),
    config: exec.config ?? null
  }
  return JSON.stringify({
    kind: "ExecCredential",
    apiVersion: exec.apiVersion,
    spec: { ...(exec.provideClusterInfo ? { cluster } : {}), interactive }
  })
}

/** The credentials that a plugin printed, or the problem of its output, which is never quoted. */
export const parseAnswer = (output: string, apiVersion: string): Either.Either<ExecCredential, string> =>
  Either.gen(function*() {
    const value = yield* Either.mapLeft(parseYaml(output), () => "its output is not an ExecCredential")
    const answer = yield* Either.mapLeft(decodeAnswer(value), () => "its output is not an ExecCredential")
    if (answer.apiVersion !== apiVersion) {
      return yield* Either.left(`it returned another apiVersion than the ${apiVersion} of its entry`)
    }
    const { status } = answer
    if (status === undefined) return yield* Either.left("it returned no status")
    const { clientCertificateData: cert, clientKeyData: key, expirationTimestamp, token } = status
    if (token === "" && cert === "" && key === "") {
      return yield* Either.left("it returned neither a token nor a certificate")
    }
    if ((cert === "") !== (key === "")) return yield* Either.left("it returned only one of certificate and key")
    const expiry = Option.map(DateTime.make(expirationTimestamp), DateTime.toEpochMillis)
    if (expirationTimestamp !== "" && Option.isNone(expiry)) {
      return yield* Either.left("it returned an expirationTimestamp that is not a time")
    }
    return {
      token: token === "" ? undefined : token,
      certificate: cert === "" ? undefined : { cert, key },
      expiresAt: Option.getOrUndefined(expiry)
    }
  })

const notFound = (exec: ExecPlan, label: string) =>
  new ConfigurationError({
    reason: "NoCredentials",
    detail: `${label}: the exec plugin ${exec.command} does not exist, or is not executable`,
    advice: exec.installHint === ""
      ? "install it, or add its folder to PATH"
      : ExecProcess.printable(exec.installHint).trim()
  })

const failed = (exec: ExecPlan, label: string, problem: string) =>
  new ConfigurationError({
    reason: "NoCredentials",
    detail: `${label}: no credentials from the exec plugin ${exec.command}, because ${problem}`
  })

const runOnce = (plan: ConnectionPlan, exec: ExecPlan, authority: string | undefined) =>
  Effect.gen(function*() {
    const isTerminal = tty.isatty(0)
    if (exec.interactiveMode === "Always" && !isTerminal) {
      return yield* failed(
        exec,
        plan.userLabel,
        "its interactiveMode is Always and the standard input is not a terminal"
      )
    }
    const interactive = exec.interactiveMode !== "Never" && isTerminal
    const output = yield* ExecProcess.run({
      command: exec.command,
      args: exec.args,
      env: {
        ...Object.fromEntries(exec.env.map(({ name, value }) => [name, value])),
        KUBERNETES_EXEC_INFO: execInfo(plan, exec, authority, interactive)
      },
      inheritInput: interactive
    }).pipe(
      Effect.catchTags({
        NotFound: () => Effect.fail(notFound(exec, plan.userLabel)),
        Failed: ({ problem }) => Effect.fail(failed(exec, plan.userLabel, problem))
      }),
      isTerminal
        ? (self) => self
        : Effect.timeoutFail({
          duration: Waits.unattendedPlugin.limit,
          onTimeout: () =>
            failed(exec, plan.userLabel, `it took longer than ${Duration.format(Waits.unattendedPlugin.limit)}`)
        })
    )
    return yield* fromEither(Either.mapLeft(
      parseAnswer(output, exec.apiVersion),
      (problem) => failed(exec, plan.userLabel, problem)
    ))
  })

/** The credentials of plugins, by the entry of the plugin and the cluster information that it receives. */
export type Cache = Map<string, ExecCredential>

/** The credentials of a plugin: cached ones, unless they have expired or the server has refused them. */
export const credentials = (options: {
  readonly plan: ConnectionPlan
  readonly exec: ExecPlan
  /** PEM of the cluster's authority. */
  readonly authority: string | undefined
  readonly cache: Cache
  readonly rejected: boolean
}): Effect.Effect<ExecCredential, ConfigurationError> =>
  Effect.gen(function*() {
    const { authority, cache, exec, plan, rejected } = options
    const key = JSON.stringify([exec, execInfo(plan, exec, authority, false)])
    const kept = rejected ? undefined : cache.get(key)
    const now = yield* Clock.currentTimeMillis
    if (kept !== undefined && (kept.expiresAt === undefined || now <= kept.expiresAt)) return kept
    const fresh = yield* runOnce(plan, exec, authority)
    cache.clear()
    cache.set(key, fresh)
    return fresh
  })
