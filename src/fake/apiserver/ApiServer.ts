/**
 * A Kubernetes API server without a transport: maps an {@link ApiRequest} to its reply.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { ApiRequest, JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import type { Catalog } from "../kinds/Catalog.js"
import * as CoreKinds from "../kinds/CoreKinds.js"
import * as Kind from "../kinds/Kind.js"
import * as Warnings from "../kinds/Warnings.js"
import * as Documents from "../openapi/Documents.js"
import type { Answer, Part, Registry, Write } from "../store/Registry.js"
import * as Selection from "../store/Selection.js"
import * as Access from "./Access.js"
import type { Action } from "./Action.js"
import * as Apply from "./Apply.js"
import * as Connections from "./Connections.js"
import * as DeleteCollection from "./DeleteCollection.js"
import * as Duplicates from "./Duplicates.js"
import * as Eviction from "./Eviction.js"
import * as Health from "./Health.js"
import type { KubeletProxy } from "./KubeletProxy.js"
import * as Listing from "./Listing.js"
import * as Rbac from "./Rbac.js"
import { Dropped, Refused, type Reply, warned } from "./Reply.js"
import * as RequestBody from "./RequestBody.js"
import * as RequestInfo from "./RequestInfo.js"
import * as RequestOptions from "./RequestOptions.js"
import * as ResponseForm from "./ResponseForm.js"
import * as Reviews from "./Reviews.js"
import * as Scale from "./Scale.js"
import type { ServiceAccountTokens } from "./ServiceAccountTokens.js"
import * as Status from "./Status.js"
import * as TokenRequests from "./TokenRequests.js"
import * as Version from "./Version.js"
import * as Watching from "./Watching.js"

/** @since 0.1.0 @category models */
export interface Options {
  readonly catalog: Catalog
  readonly registry: Registry
  readonly tokens: ServiceAccountTokens
  readonly logs: ReadonlyMap<string, Connections.LogSource>
  /** The connections of a resource and subresource, `pods/exec`. */
  readonly connections: ReadonlyMap<string, Connections.Source>
  /** The kubelets that have joined. */
  readonly kubelets: KubeletProxy
  readonly version: string
}

interface Call {
  readonly request: ApiRequest
  readonly info: RequestInfo.RequestInfo
  readonly user: Access.User
  readonly write: Write
  readonly now: () => number
  readonly interruption: Watching.Interruption
}

interface Target {
  readonly kind: Kind.Kind
  readonly namespace: string
  readonly name: string
  readonly subresource: string
}

const cut = new Dropped({ carriedOut: "unknown" })

const object = (body: JsonObject, code = 200): Reply => ({ _tag: "Object", code, body })

/** @since 0.1.0 @category models */
export class ApiServer {
  private readonly options: Options
  /** Each action on an object by its resource and subresource. */
  private readonly actions: ReadonlyMap<string, Action>

  constructor(options: Options) {
    this.options = options
    this.actions = new Map([
      ["pods/eviction", Eviction.create(options.registry)],
      ["serviceaccounts/token", TokenRequests.create(options.registry, options.tokens)]
    ])
  }

  /** Handles a user's request. A watch is cut when `interruption` fires. */
  handle(
    request: ApiRequest,
    client: Access.User,
    interruption: Watching.Interruption
  ): Effect.Effect<Reply, Refused | Dropped> {
    return Effect.flatMap(Effect.clock, (clock) => {
      const now = clock.unsafeCurrentTimeMillis()
      const info = RequestInfo.parse(request)
      const user = Rbac.bound(client, this.options.registry.store)
      const refusal = Access.refusal(user, info)
      if (refusal !== undefined) {
        return Effect.fail(new Refused({ status: refusal }))
      }
      const write = {
        now,
        user,
        dryRun: RequestOptions.isDryRun(request),
        strict: RequestOptions.isStrict(request),
        lenient: RequestOptions.isLenient(request),
        duplicates: Duplicates.of(request.body),
        manager: request.query["fieldManager"] ?? user.agent ?? "unknown",
        isManaged: request.query["fieldManager"] !== undefined
      }
      const call = { request, info, user, write, interruption, now: () => clock.unsafeCurrentTimeMillis() }
      return this.warned(call)
    })
  }

  private warned(call: Call): Effect.Effect<Reply, Refused | Dropped> {
    const warnings = new Set<string>()
    const write = { ...call.write, warn: (message: string) => warnings.add(message) }
    return Effect.mapBoth(this.route({ ...call, write }), {
      onSuccess: (reply) => warned(reply, [...warnings]),
      onFailure: (failure) =>
        failure._tag === "Refused" && warnings.size > 0
          ? new Refused({ status: failure.status, hint: failure.hint, warnings: [...warnings] })
          : failure
    })
  }

  private route(call: Call): Effect.Effect<Reply, Refused | Dropped> {
    const { info, request } = call
    if (info.resource === undefined) {
      return this.document(request)
    }
    const { group, name, namespace, plural, subresource, version } = info.resource
    const kind = this.options.catalog.served(group, version, plural)
    if (kind !== undefined && Kind.isCustom(kind) && subresource !== "" && !this.has(kind, subresource)) {
      return Effect.fail(new Refused({ status: Status.notFound(kind, name) }))
    }
    if (kind === undefined || (subresource !== "" && !this.has(kind, subresource))) {
      const apiVersion = group === "" ? version : `${group}/${version}`
      return Effect.fail(
        kind === undefined
          ? new Refused({
            status: Status.noSuchPath,
            hint:
              `the fake cluster has no ${plural} in ${apiVersion}: create its CustomResourceDefinition, or give FakeCluster the kind in "kinds"`
          })
          : new Refused({
            status: Status.noSubresource,
            hint: `the fake cluster has no subresource ${subresource} of ${plural} in ${apiVersion}`
          })
      )
    }
    if (kind.parts[subresource]?.verbs.includes(info.verb) === false) {
      return Effect.fail(new Refused({ status: { ...Status.methodNotAllowed, details: {} } }))
    }
    const target = { kind, namespace: kind.namespaced ? namespace : "", name, subresource }
    if (kind.virtual) {
      return toEffect(this.review(call, kind))
    }
    if (subresource === "log" && info.verb === "get") {
      return this.log(call, target)
    }
    const connection = this.options.connections.get(`${Kind.resource(kind)}/${subresource}`)
    if (connection !== undefined) {
      return this.connect(call, target, connection)
    }
    if (kind.deprecation !== undefined) call.write.warn?.(kind.deprecation)
    const wrong = RequestOptions.refusal(request)
    return toEffect(
      wrong === undefined
        ? this.options.registry.store.transaction(() => this.carryOut(call, target))
        : Either.left(wrong)
    )
  }

  private has(kind: Kind.Kind, subresource: string): boolean {
    return (subresource === "status" && kind.status) || (subresource === "scale" && kind.scale !== undefined) ||
      (subresource === "log" && kind.log)
      || this.actions.has(`${Kind.resource(kind)}/${subresource}`)
      || this.options.connections.has(`${Kind.resource(kind)}/${subresource}`)
      || (subresource === "finalize" && kind.kind === "Namespace")
      || kind.parts[subresource] !== undefined
  }

  private document(request: ApiRequest): Effect.Effect<Reply, Refused> {
    const { catalog, version } = this.options
    const path = request.path.replace(/\/$/, "")
    if (path === "/version") {
      return Effect.succeed(object(Version.info(version)))
    }
    const health = Health.reply(path, request.query)
    if (health !== undefined) {
      return Effect.succeed(health)
    }
    const found = request.method !== "GET"
      ? Effect.succeed(undefined)
      : Documents.has(path)
      ? Documents.at(path, catalog.kinds, version)
      : Effect.succeed(catalog.document(path))
    return Effect.flatMap(
      found,
      (document) =>
        document === undefined
          ? Effect.fail(new Refused({ status: Status.noSuchPath }))
          : Effect.succeed(object(document))
    )
  }

  private carryOut(call: Call, target: Target): Answer<Reply> {
    const { info, interruption, request, write } = call
    const { registry } = this.options
    const { kind, name, namespace, subresource } = target
    const action = this.actions.get(`${Kind.resource(kind)}/${subresource}`)
    if (action !== undefined) {
      return info.verb !== "create" ? Either.left(Status.methodNotAllowed) : Either.gen(this, function*() {
        const body = yield* RequestBody.object(request)
        const answer = yield* action({ object: yield* registry.get(kind, namespace, name), body, write })
        return object(answer.body, answer.code)
      })
    }
    if (subresource === "scale" && kind.scale !== undefined) {
      return this.scale(call, target, kind.scale)
    }
    const part = parts.find((name) => name === subresource) ?? "main"
    const view = ResponseForm.accepted({ ...kind, shown: Kind.shownIn(kind, part) }, request, call.now)
    switch (info.verb) {
      case "get":
        return Either.map(registry.get(kind, namespace, name, part), (found) => object(view.object(found)))
      case "list":
        return Either.flatMap(
          Selection.parse(kind, namespace, request.query, Listing.validate(request.query)),
          (selection) =>
            Either.map(Listing.list(registry.store, selection, request.query, view), (found) => object(found))
        )
      case "watch":
        return Either.flatMap(
          Selection.parse(kind, namespace, request.query, Listing.validateWatch(request.query)),
          (selection) =>
            Either.map(
              Watching.watch(registry.store, selection, request.query, view, interruption, cut),
              (lines): Reply => ({ _tag: "Watch", type: view.type, lines })
            )
        )
      case "create":
        return name !== "" || (kind.namespaced && namespace === "")
          ? Either.left(Status.methodNotAllowed)
          : Either.flatMap(
            RequestBody.object(request),
            (body) =>
              Either.map(registry.create(kind, namespace, body, write), (made) => object(view.object(made), 201))
          )
      case "update":
        return name === "" ?
          Either.left(Status.methodNotAllowed) :
          Either.flatMap(RequestBody.object(request), (body) =>
            Either.map(
              registry.put(kind, namespace, name, part, body, write),
              ({ code, object: next }) => object(view.object(next), code)
            ))
      case "patch":
        return name === "" ?
          Either.left(Status.methodNotAllowed) :
          RequestBody.isApply(request) ?
          Either.map(
            Apply.run(registry, { kind, namespace, name, part, request, write }),
            ({ code, object: next }) => object(view.object(next), code)
          ) :
          Either.flatMap(RequestBody.patch(request, kind.fields), (patch) =>
            Either.map(
              registry.update(kind, namespace, name, part, patch, { ...write, patches: true }),
              (next) => object(view.object(next))
            ))
      case "delete":
        if (RequestOptions.deletion(request).propagationPolicy === undefined) {
          Warnings.ofDeletion(kind).forEach((text) => write.warn?.(text))
        }
        return Either.map(
          registry.delete(kind, namespace, name, RequestOptions.deletion(request), write),
          (last) => object(last)
        )
      case "deletecollection":
        return !Kind.isCollection(kind)
          ? Either.left(Status.methodNotAllowed)
          : Either.flatMap(
            Selection.parse(kind, namespace, request.query, Listing.validate(request.query)),
            (selection) =>
              Either.map(
                DeleteCollection.run(
                  registry,
                  selection,
                  request.query,
                  RequestOptions.deletion(request),
                  write,
                  view
                ),
                (list) => object(list)
              )
          )
      default:
        return Either.left(Status.methodNotAllowed)
    }
  }

  private review({ info, request, user, write }: Call, kind: Kind.Kind): Answer<Reply> {
    return info.verb !== "create" ?
      Either.left(Status.methodNotAllowed) :
      Either.flatMap(RequestBody.object(request), (body) =>
        Either.map(
          Reviews.answer(kind.kind, {
            user,
            tokens: this.options.tokens,
            store: this.options.registry.store,
            body: inNamespace({ ...body, kind: kind.kind, apiVersion: Kind.apiVersion(kind) }, info),
            now: write.now
          }),
          (answer) => object(answer, 201)
        ))
  }

  private scale({ info, request, write }: Call, { kind, name, namespace }: Target, scale: Kind.Scale): Answer<Reply> {
    const { registry } = this.options
    const change: Answer<(before: JsonObject) => Answer<JsonObject>> = info.verb === "patch"
      ? RequestBody.patch(request, Kind.isCustom(kind) ? undefined : Scale.kind.fields)
      : Either.map(RequestBody.object(request), (body) => () => Either.right(body))
    switch (info.verb) {
      case "get":
        return Either.map(
          Either.flatMap(registry.get(kind, namespace, name), Scale.present(scale)),
          (found) => object(Scale.of(scale, found))
        )
      case "patch":
      case "update":
        return Either.flatMap(change, (change) => {
          const next = Scale.update(kind, scale, change, { ...write, patches: info.verb === "patch" })
          const decoded = { ...write, duplicates: undefined, subresource: "scale" }
          return Either.map(
            registry.update(kind, namespace, name, "main", next, decoded),
            (next) => object(Scale.of(scale, next))
          )
        })
      default:
        return Either.left(Status.methodNotAllowed)
    }
  }

  private log(call: Call, { kind, name, namespace }: Target): Effect.Effect<Reply, Refused> {
    const source = this.options.logs.get(Kind.resource(kind))
    const { query } = call.request
    return Effect.gen(this, function*() {
      const found = yield* toEffect(this.options.registry.get(kind, namespace, name))
      if (source === undefined) return yield* new Refused({ status: Status.noSuchPath })
      const given = kind === CoreKinds.pod ? yield* this.options.kubelets.log(found, query) : undefined
      return given ?? { _tag: "Log", lines: yield* source(found, query) }
    })
  }

  /** A WebSocket is requested by a GET, and has to be allowed as the POST that it replaces: subresources.go AttachREST. */
  private connect(
    call: Call,
    { kind, name, namespace, subresource }: Target,
    source: Connections.Source
  ): Effect.Effect<Reply, Refused> {
    const { info, interruption, request, user } = call
    if (info.verb !== "get" && info.verb !== "create") {
      return Effect.fail(new Refused({ status: Status.methodNotAllowed }))
    }
    const refusal = Access.refusal(user, { ...info, verb: "create" })
    if (refusal !== undefined) {
      // Who may only get it has passed the authorization of the request, and is refused without a reason.
      const status = info.verb === "get" ? Status.forbidden(kind, name, "") : refusal
      return Effect.fail(new Refused({ status }))
    }
    const options = {
      query: request.query,
      command: Json.texts(request.body, "command"),
      ports: Json.texts(request.body, "ports")
    }
    return Effect.gen(this, function*() {
      const found = yield* toEffect(this.options.registry.get(kind, namespace, name))
      const given = yield* this.options.kubelets.connect(subresource, found, options)
      return Connections.cutting(given ?? (yield* source(found, options)), interruption, cut)
    })
  }
}

/** A review in a namespace has that of its path. */
const inNamespace = (body: JsonObject, { resource }: RequestInfo.RequestInfo): JsonObject =>
  resource === undefined || resource.namespace === ""
    ? body
    : Json.set(body, ["metadata", "namespace"], resource.namespace)

const parts: ReadonlyArray<Part> = ["status", "finalize", "details", "ephemeralcontainers"]

const toEffect = <A>(answer: Answer<A>): Effect.Effect<A, Refused> =>
  Either.match(answer, {
    onLeft: (status) => Effect.fail(new Refused({ status })),
    onRight: Effect.succeed
  })
