/**
 * A source of credentials from kubeconfig files, or from the service account of this pod.
 */
import * as Effect from "effect/Effect"
import { fromEither } from "../../effect/EitherEffect.js"
import type { Headers } from "../transport/HttpAgent.js"
import * as ProxyTunnel from "../transport/ProxyTunnel.js"
import * as AgentFactory from "./AgentFactory.js"
import { ConfigurationError } from "./ConfigurationError.js"
import * as ConnectionPlan from "./ConnectionPlan.js"
import * as ExecPlugin from "./ExecPlugin.js"
import { PluginOutput } from "./ExecProcess.js"
import * as InCluster from "./InCluster.js"
import * as LoadingRules from "./LoadingRules.js"
import * as OidcRefresh from "./OidcRefresh.js"
import * as ProxyRules from "./ProxyRules.js"
import type { Connection, Source } from "./Source.js"
import { headerValue, tokenProblem } from "./UserPlan.js"

export interface Settings {
  readonly kubeconfig?: string | undefined
  readonly context?: string | undefined
}

const noConfiguration = (detail: string) => new ConfigurationError({ reason: "NoConfiguration", detail })

const nothingFound = ({ contexts, files, paths }: LoadingRules.Merged): ConfigurationError =>
  files.length === 0
    ? noConfiguration(`There is no kubeconfig (${paths.join(", ")})`)
    : contexts.size === 0
    ? noConfiguration(`The kubeconfig has no context, because it is empty (${files.join(", ")})`)
    : new ConfigurationError({
      reason: "NoContext",
      detail: `The kubeconfig has no current context (${files.join(", ")})`
    })

/** The context of the files; without a current one and without a named file, this pod's service account. */
const findPlan = (settings: Settings) =>
  Effect.gen(function*() {
    const merged = yield* LoadingRules.load(settings.kubeconfig)
    const fromFiles = yield* fromEither(
      ConnectionPlan.plan(merged, settings.context === "" ? undefined : settings.context)
    )
    if (fromFiles !== undefined) {
      const namespace = fromFiles.namespace ?? (yield* InCluster.namespace)
      return { isInCluster: false, plan: { ...fromFiles, namespace } }
    }
    const isNamed = settings.kubeconfig !== undefined && settings.kubeconfig !== ""
    const plan = isNamed ? undefined : yield* InCluster.plan
    return { isInCluster: true, plan: plan ?? (yield* nothingFound(merged)) }
  })

/** The state that survives a reload of the files. */
interface State {
  readonly plugins: ExecPlugin.Cache
  readonly tokens: OidcRefresh.Cache
  /** The last content of each token file, for when it cannot be read. After a reload an entry may name another file. */
  readonly fileTokens: Map<string, string>
}

interface Credentials {
  readonly headers: Headers
  readonly keyPair?: AgentFactory.KeyPair | undefined
  readonly expiresAt?: number | undefined
}

const noCredentials = (plan: ConnectionPlan.ConnectionPlan, problem: string) =>
  new ConfigurationError({ reason: "NoCredentials", detail: `${plan.userLabel}: ${problem}` })

/** `origin`: where the token is from, for messages, which never quote it. */
const bearer = (plan: ConnectionPlan.ConnectionPlan, token: string, origin: string) => {
  const problem = tokenProblem(token)
  return problem === undefined
    ? Effect.succeed({ authorization: headerValue(`Bearer ${token}`) })
    : Effect.fail(noCredentials(plan, `${origin} ${problem}`))
}

/** As client-go: the file precedes the token, and its last content holds while it cannot be read. */
const fileToken = (plan: ConnectionPlan.ConnectionPlan, file: string, token: string, state: State) =>
  AgentFactory.read({ _tag: "File", path: file, field: "tokenFile" }).pipe(
    Effect.map((content) => content.trim()),
    Effect.filterOrFail((content) => content !== "", () => `\`tokenFile\` ${file} is empty`),
    Effect.tap((content) =>
      Effect.sync(() => {
        state.fileTokens.set(file, content)
      })
    ),
    Effect.catchAll((problem) => {
      const last = state.fileTokens.get(file) ?? (token === "" ? undefined : token)
      return last === undefined ? noCredentials(plan, problem) : Effect.succeed(last)
    })
  )

const credentials = (
  plan: ConnectionPlan.ConnectionPlan,
  authority: string | undefined,
  state: State,
  rejected: boolean
): Effect.Effect<Credentials, ConfigurationError> => {
  const { identity } = plan
  switch (identity._tag) {
    case "None":
      return Effect.succeed({ headers: {} })
    case "Token": {
      const { file, token } = identity
      return file === undefined
        ? Effect.map(bearer(plan, token, "`token`"), (headers) => ({ headers }))
        : fileToken(plan, file, token, state).pipe(
          Effect.flatMap((content) => bearer(plan, content, `\`tokenFile\` ${file}`)),
          Effect.map((headers) => ({ headers }))
        )
    }
    case "Basic":
      return Effect.succeed({
        headers: {
          authorization: `Basic ${Buffer.from(`${identity.username}:${identity.password}`).toString("base64")}`
        }
      })
    case "Exec":
      return Effect.gen(function*() {
        const { exec } = identity
        const { certificate, expiresAt, token } = yield* ExecPlugin.credentials({
          plan,
          exec,
          authority,
          cache: state.plugins,
          rejected
        })
        const headers = token === undefined
          ? {}
          : yield* bearer(plan, token, `the token of the exec plugin ${exec.command}`)
        return { headers, keyPair: certificate, expiresAt }
      })
    case "Oidc":
      return Effect.gen(function*() {
        const { expiresAt, token } = yield* OidcRefresh.idToken({
          config: identity.config,
          file: identity.file,
          label: plan.userLabel,
          cache: state.tokens,
          rejected
        })
        return { headers: yield* bearer(plan, token, "auth-provider oidc: the id-token"), expiresAt }
      })
  }
}

const readKeyPair = ({ certificate }: ConnectionPlan.ConnectionPlan) =>
  certificate === undefined
    ? Effect.succeed(undefined)
    : Effect.all({ cert: AgentFactory.read(certificate.certificate), key: AgentFactory.read(certificate.key) })

const trustAdvice = ({ authority }: ConnectionPlan.ConnectionPlan): string =>
  authority === undefined
    ? "the kubeconfig has no `certificate-authority` for this cluster, and the system does not trust the certificate; add " +
      "the authority to the entry, to the system's store, or to the file that NODE_EXTRA_CA_CERTS names"
    : `check \`${authority.field}\` in the kubeconfig`

const connect = (
  plan: ConnectionPlan.ConnectionPlan,
  state: State,
  rejected: boolean
): Effect.Effect<Connection, ConfigurationError> =>
  Effect.gen(function*() {
    const refuse = (problem: string) => noCredentials(plan, problem)
    const refuseCluster = (problem: string) =>
      new ConfigurationError({ reason: "Unsupported", detail: `${plan.clusterLabel}: ${problem}` })
    const authority = yield* Effect.mapError(AgentFactory.readAuthority(plan.authority), refuseCluster)
    const proxy = yield* fromEither(
      ProxyRules.proxyFor(plan.baseUrl, plan.proxyUrl, yield* ProxyRules.variables)
    )
    const { expiresAt, headers, keyPair } = yield* credentials(plan, authority, state, rejected)
    const pair = (yield* Effect.mapError(readKeyPair(plan), refuse)) ?? keyPair
    const absolute = AgentFactory.isForwarded(plan.baseUrl, proxy)
    const options = {
      baseUrl: plan.baseUrl,
      authority,
      proxy,
      insecure: plan.insecure,
      tlsServerName: plan.tlsServerName,
      keyPair: pair
    }
    const agent = (pair === undefined ? Effect.void : AgentFactory.checkKeyPair(pair)).pipe(
      Effect.zipRight(AgentFactory.make(options)),
      Effect.mapError(refuse)
    )
    return {
      baseUrl: plan.baseUrl,
      headers: {
        ...headers,
        ...plan.impersonate,
        ...(absolute ? ProxyTunnel.authorization(proxy) : {}),
        ...(plan.disableCompression ? { "accept-encoding": "identity" } : {})
      },
      key: AgentFactory.fingerprint(options),
      agent,
      ...(expiresAt === undefined ? {} : { expiresAt }),
      absolute,
      fromFiles: plan.certificate?.certificate._tag === "File" || plan.authority?._tag === "File",
      trustAdvice: trustAdvice(plan)
    }
  })

/**
 * Finds the source by the settings. Repeated, it reads the files again and keeps the answers of plugins and providers.
 *
 * The settings of the fiber that calls this function hold for the source, because requests may come from other fibers.
 */
export const load = (settings: Settings): Effect.Effect<Effect.Effect<Source, ConfigurationError>> =>
  Effect.gen(function*() {
    const output = yield* PluginOutput
    const folder = yield* InCluster.ServiceAccountFolder
    const provider = yield* Effect.configProviderWith(Effect.succeed)
    const withSettings = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
      effect.pipe(
        Effect.provideService(PluginOutput, output),
        Effect.provideService(InCluster.ServiceAccountFolder, folder),
        Effect.withConfigProvider(provider)
      )
    const state: State = { plugins: new Map(), tokens: new Map(), fileTokens: new Map() }
    // A reload keeps what the first load found, even if `kubectl config use-context` has changed the current context, or a file
    // has appeared beside the service account.
    let context = settings.context
    let isInCluster = false
    const findAgain = Effect.flatMap(
      InCluster.plan,
      (plan) =>
        plan === undefined
          ? Effect.fail(
            new ConfigurationError({
              reason: "NoConfiguration",
              detail: `The service account of this pod (${folder}) has no token any more`,
              advice: "check that the volume with the token is still mounted"
            })
          )
          : Effect.succeed({ isInCluster, plan })
    )
    const find = Effect.suspend(() => isInCluster ? findAgain : findPlan({ ...settings, context }))
    return Effect.map(withSettings(find), (found): Source => {
      isInCluster = found.isInCluster
      context = isInCluster ? settings.context : found.plan.context
      return {
        namespace: found.plan.namespace,
        connect: ({ rejected }) => withSettings(connect(found.plan, state, rejected))
      }
    })
  })
