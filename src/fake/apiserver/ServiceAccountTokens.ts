/**
 * The tokens that a server accepts: those of its users, and those that it issued for service accounts. The latter are as in
 * k8s.io/kubernetes pkg/serviceaccount/claims.go (v1.37), signed by a key of this process.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { createSign, createVerify, generateKeyPairSync, type KeyPairKeyObjectResult } from "node:crypto"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import type { ApiStore } from "../store/ApiStore.js"
import * as Metadata from "../store/Metadata.js"
import type { User, UserRule } from "./Access.js"

/** The issuer of tokens, and the audience of the API server. @since 0.1.0 @category constants  */
export const issuer = "https://kubernetes.default.svc.cluster.local"

/**
 * The object whose deletion ends a token, beside the service account.
 *
 * @since 0.1.0
 * @category models
 */
export interface Bound {
  readonly kind: "Pod" | "Node" | "Secret"
  readonly object: JsonObject
}

/** The user of a valid token, and the audiences that it is for. @since 0.1.0 @category models  */
export interface Authenticated {
  readonly user: User
  readonly audiences: ReadonlyArray<string>
}

const Reference = Schema.Struct({ name: Schema.String, uid: Schema.String })

const Claims = Schema.parseJson(Schema.Struct({
  aud: Schema.Array(Schema.String),
  exp: Schema.Number,
  iat: Schema.Number,
  iss: Schema.String,
  jti: Schema.String,
  nbf: Schema.Number,
  sub: Schema.String,
  "kubernetes.io": Schema.Struct({
    namespace: Schema.String,
    serviceaccount: Reference,
    pod: Schema.optional(Reference),
    node: Schema.optional(Reference),
    secret: Schema.optional(Reference)
  })
}))

const encoded = (text: string): string => Buffer.from(text).toString("base64url")

// Node throws for a signature of another length.
const signatureLength = 64

const algorithm = { dsaEncoding: "ieee-p1363" } as const

/** @since 0.1.0 @category models */
export class ServiceAccountTokens {
  private readonly store: ApiStore
  private readonly users = new Map<string, User>()
  private keys: KeyPairKeyObjectResult | undefined

  constructor(store: ApiStore) {
    this.store = store
  }

  /** Accepts a token for a user until the returned function is called. */
  add(token: string, user: User): () => void {
    this.users.set(token, user)
    return () => {
      this.users.delete(token)
    }
  }

  /** The rules of the users with that name that have a token. */
  rulesOf(name: string): ReadonlyArray<UserRule> {
    return [...this.users.values()].filter((user) => user.name === name).flatMap(({ rules }) => rules)
  }

  /** A new token for a service account; `seconds` is its lifetime. */
  issue(
    account: JsonObject,
    audiences: ReadonlyArray<string>,
    seconds: number,
    bound: Bound | undefined,
    now: number
  ): string {
    const [namespace, name, issued] = [Metadata.namespace(account), Metadata.name(account), Math.floor(now / 1000)]
    const claims = Schema.encodeSync(Claims)({
      aud: audiences,
      exp: issued + seconds,
      iat: issued,
      iss: issuer,
      jti: this.store.nextUid(),
      nbf: issued,
      sub: `system:serviceaccount:${namespace}:${name}`,
      "kubernetes.io": {
        namespace,
        serviceaccount: reference(account),
        ...(bound === undefined ? {} : { [bound.kind.toLowerCase()]: reference(bound.object) })
      }
    })
    const content = `${encoded(JSON.stringify({ alg: "ES256", kid: "fake" }))}.${encoded(claims)}`
    const signature = createSign("sha256").update(content).sign({ key: this.key.privateKey, ...algorithm }, "base64url")
    return `${content}.${signature}`
  }

  /** The user of a token that is valid for one of the audiences; Left with the reason. */
  authenticate(
    token: string,
    now: number,
    wanted: ReadonlyArray<string> = [issuer]
  ): Either.Either<Authenticated, string> {
    const user = this.users.get(token)
    if (user !== undefined) {
      return wanted.includes(issuer)
        ? Either.right({ user, audiences: [issuer] })
        : Either.left("invalid bearer token")
    }
    const [header = "", body = "", signature = ""] = token.split(".")
    const verified = this.keys !== undefined && Buffer.from(signature, "base64url").length === signatureLength
      && createVerify("sha256").update(`${header}.${body}`).verify(
        { key: this.keys.publicKey, ...algorithm },
        signature,
        "base64url"
      )
    const claims = Schema.decodeEither(Claims)(Buffer.from(body, "base64url").toString())
    return !verified || Either.isLeft(claims)
      ? Either.left("invalid bearer token")
      : this.validate(claims.right, now, wanted)
  }

  private validate(
    claims: typeof Claims.Type,
    now: number,
    wanted: ReadonlyArray<string>
  ): Either.Either<Authenticated, string> {
    const { namespace, node, pod, secret, serviceaccount } = claims["kubernetes.io"]
    const audiences = claims.aud.filter((one) => wanted.includes(one))
    if (audiences.length === 0) {
      return Either.left(
        `invalid bearer token, token audiences [${claims.aud.join(" ")}] is invalid for the target audiences [${
          wanted.join(" ")
        }]`
      )
    }
    if (now >= claims.exp * 1000) {
      return Either.left("service account token has expired")
    }
    const lives = (resource: string, home: string, { name, uid }: typeof Reference.Type): boolean =>
      Metadata.uid(this.store.get({ resource, namespace: home, name }) ?? {}) === uid
    if (!lives("serviceaccounts", namespace, serviceaccount)) {
      return Either.left("service account token has been invalidated")
    }
    const bound = (pod === undefined || lives("pods", namespace, pod))
      && (secret === undefined || lives("secrets", namespace, secret))
      && (node === undefined || pod !== undefined || lives("nodes", "", node))
    return !bound ? Either.left("service account token has been invalidated") : Either.right({
      audiences,
      user: {
        name: claims.sub,
        uid: serviceaccount.uid,
        rules: [],
        groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"],
        extra: {
          "authentication.kubernetes.io/credential-id": [`JTI=${claims.jti}`],
          ...(pod === undefined ? {} : {
            "authentication.kubernetes.io/pod-name": [pod.name],
            "authentication.kubernetes.io/pod-uid": [pod.uid]
          })
        }
      }
    })
  }

  private get key(): KeyPairKeyObjectResult {
    this.keys ??= generateKeyPairSync("ec", { namedCurve: "P-256" })
    return this.keys
  }
}

const reference = (object: JsonObject): typeof Reference.Type => ({
  name: Metadata.name(object),
  uid: Json.text(object, "metadata", "uid") ?? ""
})
