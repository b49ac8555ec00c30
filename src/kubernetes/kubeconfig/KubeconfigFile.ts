/**
 * One kubeconfig file: from its bytes to its entries, by the types of client-go's `clientcmd/api/v1`.
 *
 * As in Go, a field that is absent, null or empty is the same, unknown fields are ignored, and a value of another type makes
 * the whole file invalid. Errors name the place in the file and never quote the content.
 */
import * as Arr from "effect/Array"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { LineCounter, parseAllDocuments } from "yaml"
import * as SchemaIssue from "../../effect/Issue.js"
import { atFirstCall } from "../../effect/Once.js"
import * as GoYaml from "../client/GoYaml.js"

const text = Schema.optionalWith(Schema.String, { nullable: true, default: () => "" })
const flag = Schema.optionalWith(Schema.Boolean, { nullable: true, default: () => false })
const textOrNull = Schema.transform(Schema.NullOr(Schema.String), Schema.String, {
  strict: true,
  decode: (value) => value ?? "",
  encode: (value) => value
})
const texts = Schema.optionalWith(Schema.Array(textOrNull), { nullable: true, default: () => [] })

/** As Go's base64.StdEncoding has it: padded; line breaks are ignored. */
const isBase64 = (value: string) => /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(value)

const base64 = Schema.optionalWith(
  Schema.transform(Schema.String, Schema.String, {
    strict: true,
    decode: (value) => value.replace(/[\r\n]/g, ""),
    encode: (value) => value
  }).pipe(Schema.filter(isBase64, { message: () => "Expected base64" })),
  { nullable: true, default: () => "" }
)

const NamedExtension = Schema.Struct({ name: text, extension: Schema.optional(Schema.Unknown) })

const isUnique = (entries: ReadonlyArray<{ readonly name: string }>) =>
  new Set(entries.map(({ name }) => name)).size === entries.length

const listOf = <A extends { readonly name: string }, I>(entry: Schema.Schema<A, I>) =>
  Schema.optionalWith(
    Schema.Array(Schema.Union(entry, Schema.Null)).pipe(
      Schema.transform(Schema.Array(Schema.typeSchema(entry)), {
        strict: true,
        decode: (entries) => Arr.filter(entries, (entry) => entry !== null),
        encode: (entries) => entries
      }),
      Schema.filter(isUnique, { message: () => "Expected names that occur once" })
    ),
    { nullable: true, default: () => [] }
  )

const extensions = listOf(NamedExtension)

export const Cluster = Schema.Struct({
  server: text,
  "tls-server-name": text,
  "insecure-skip-tls-verify": flag,
  "certificate-authority": text,
  "certificate-authority-data": base64,
  "proxy-url": text,
  "disable-compression": flag,
  extensions
})

export const ExecConfig = Schema.Struct({
  command: text,
  args: texts,
  env: Schema.optionalWith(Schema.Array(Schema.Struct({ name: text, value: text })), {
    nullable: true,
    default: () => []
  }),
  apiVersion: text,
  installHint: text,
  provideClusterInfo: flag,
  interactiveMode: text
})

export const AuthProviderConfig = Schema.Struct({
  name: text,
  config: Schema.optionalWith(Schema.Record({ key: Schema.String, value: textOrNull }), {
    nullable: true,
    default: () => ({})
  })
})

export const User = Schema.Struct({
  "client-certificate": text,
  "client-certificate-data": base64,
  "client-key": text,
  "client-key-data": base64,
  token: text,
  tokenFile: text,
  as: text,
  "as-uid": text,
  "as-groups": texts,
  "as-user-extra": Schema.optionalWith(
    Schema.Record({
      key: Schema.String,
      value: Schema.transform(Schema.NullOr(Schema.Array(textOrNull)), Schema.Array(Schema.String), {
        strict: true,
        decode: (values) => values ?? [],
        encode: (values) => values
      })
    }),
    { nullable: true, default: () => ({}) }
  ),
  username: text,
  password: text,
  "auth-provider": Schema.optionalWith(AuthProviderConfig, { nullable: true }),
  exec: Schema.optionalWith(ExecConfig, { nullable: true }),
  extensions
})

export const Context = Schema.Struct({ cluster: text, user: text, namespace: text, extensions })

export type Cluster = typeof Cluster.Type
export type User = typeof User.Type
export type Context = typeof Context.Type
export type ExecConfig = typeof ExecConfig.Type
export type AuthProviderConfig = typeof AuthProviderConfig.Type

const emptyCluster = () => Schema.decodeSync(Cluster)({})
const emptyUser = () => Schema.decodeSync(User)({})
const emptyContext = () => Schema.decodeSync(Context)({})

export const Kubeconfig = Schema.Struct({
  kind: text,
  apiVersion: text,
  preferences: Schema.optionalWith(Schema.Struct({ colors: flag, extensions }), { nullable: true }),
  clusters: listOf(Schema.Struct({
    name: text,
    cluster: Schema.optionalWith(Cluster, { nullable: true, default: emptyCluster })
  })),
  users: listOf(Schema.Struct({
    name: text,
    user: Schema.optionalWith(User, { nullable: true, default: emptyUser })
  })),
  contexts: listOf(Schema.Struct({
    name: text,
    context: Schema.optionalWith(Context, { nullable: true, default: emptyContext })
  })),
  "current-context": text,
  extensions
})

export type Kubeconfig = typeof Kubeconfig.Type

/** By its byte order mark; PowerShell's `>` writes UTF-16. */
const decodeText = (bytes: Uint8Array): string => {
  const [first, second] = bytes
  const encoding = first === 0xff && second === 0xfe
    ? "utf-16le"
    : first === 0xfe && second === 0xff
    ? "utf-16be"
    : "utf-8"
  return new TextDecoder(encoding).decode(bytes)
}

/** The value of the first YAML document, or a description of the error without the content. */
export const parseYaml = (source: string): Either.Either<unknown, string> => {
  const lines = new LineCounter()
  const documents = parseAllDocuments(source, {
    ...GoYaml.options,
    logLevel: "silent",
    prettyErrors: false,
    lineCounter: lines
  })
  const document = Array.isArray(documents) ? documents[0] : undefined
  if (document === undefined) return Either.right(null)
  const [error] = document.errors
  return error === undefined
    ? Either.try({
      try: (): unknown => document.toJS({ maxAliasCount: 1000 }),
      catch: () => "it is not valid YAML (an alias cannot be resolved)"
    })
    : Either.left(`it is not valid YAML (${error.code}, in line ${lines.linePos(error.pos[0]).line})`)
}

const pathText = (path: ReadonlyArray<PropertyKey>) =>
  path.map((key) => typeof key === "number" ? `[${key}]` : `.${String(key)}`).join("").replace(/^\./, "")

/** The schema's words for a type, in plain ones. */
const plainWords: ReadonlyArray<readonly [RegExp, string]> = [
  [/^Expected (?:Struct|\{).*$/, "expected an object"],
  [/^Expected (?:ReadonlyArray|\().*$/, "expected a list"],
  [/^Expected/, "expected"]
]

/** A message without the value, which the schema quotes after "actual". */
const plain = (message: string): string =>
  plainWords.reduce((text, [pattern, word]) => text.replace(pattern, word), message.replace(/, actual[^]*$/, ""))

/** All problems, each with its place. */
const describe = (error: SchemaIssue.ParseError): string => {
  const problems = SchemaIssue.messages(error).map(({ message, path }) =>
    `${path.length === 0 ? "the file" : pathText(path)}: ${plain(message)}`
  )
  return Arr.dedupe(problems).filter((problem) => !/: expected (?:null|undefined)$/.test(problem)).join("; ")
}

const decode = atFirstCall(() => Schema.decodeUnknownEither(Kubeconfig, { errors: "all" }))

const header = ({ apiVersion, kind }: Kubeconfig): Either.Either<void, string> =>
  (kind === "" || kind === "Config") && (apiVersion === "" || apiVersion === "v1")
    ? Either.void
    : Either.left("it is not a kubeconfig: expected kind Config of apiVersion v1")

/** Reads a file; an empty one has no entries. */
export const parse = (bytes: Uint8Array): Either.Either<Kubeconfig, string> =>
  Either.gen(function*() {
    const value = yield* parseYaml(decodeText(bytes))
    const config = yield* Either.mapLeft(decode(value ?? {}), describe)
    yield* header(config)
    return config
  })
