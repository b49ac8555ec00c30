/**
 * Builds the requests of the Kubernetes API as data, each with the subject for its error messages.
 */
import type { Subject } from "../ClusterError.js"
import type { Selected } from "../Reflector.js"
import * as Resource from "../Resource.js"
import { type ApiRequest, isObject, type JsonObject, type Method } from "./ApiRequest.js"
import type { AttachOptions, CreateOptions, DeleteOptions, LogOptions, PatchBody } from "./ClusterService.js"

export interface Call {
  readonly request: ApiRequest
  readonly subject: Subject
}

export interface Target {
  /** Undefined for all namespaces, and for cluster-scoped kinds. */
  readonly namespace?: string | undefined
  /** Undefined for the collection. */
  readonly name?: string | undefined
  readonly subresource?: string | undefined
}

type Query = Readonly<Record<string, string | number | boolean | undefined>>

interface Parts {
  readonly verb: string
  readonly method: Method
  readonly query?: Query
  readonly body?: JsonObject | ReadonlyArray<JsonObject>
  readonly contentType?: string
  readonly accept?: string | undefined
  /** Whether the response is an object or a list of the resource, so that it may be in protobuf if the kind can be read from it. */
  readonly isObject?: boolean
}

const noQuery: Readonly<Record<string, string>> = {}

const definedValues = (query: Query): Record<string, string> => {
  const kept: Record<string, string> = {}
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined) {
      kept[key] = String(value)
    }
  }
  return kept
}

const objectOf = ({ name, namespace }: Target): string | undefined =>
  name === undefined ? namespace : namespace === undefined ? name : `${namespace}/${name}`

const make = (resource: Resource.Resource<unknown>, target: Target, parts: Parts): Call => {
  const { body, contentType, query } = parts
  const label = Resource.label(resource)
  const object = objectOf(target)
  const accept = parts.accept ?? Resource.accept(resource, "object")
  return {
    request: {
      method: parts.method,
      path: Resource.path(resource, target),
      query: query === undefined ? noQuery : definedValues(query),
      ...(body === undefined ? {} : { body }),
      ...(contentType === undefined ? {} : { contentType }),
      ...(accept === undefined ? {} : { accept }),
      ...(parts.isObject === true && resource.protobuf() ? { protobuf: true } : {})
    },
    subject: {
      verb: parts.verb,
      resource: target.subresource === undefined ? label : `${label}/${target.subresource}`,
      ...(object === undefined || object === "" ? {} : { object })
    }
  }
}

export const withQuery = (call: Call, query: Query): Call => ({
  ...call,
  request: { ...call.request, query: { ...call.request.query, ...definedValues(query) } }
})

export const get = (resource: Resource.Resource<unknown>, target: Target): Call =>
  make(resource, target, { verb: "get", method: "GET", isObject: true })

export const collection = (resource: Resource.Resource<unknown>, selected: Selected, verb: "list" | "watch"): Call =>
  make(resource, { namespace: selected.namespace }, {
    verb,
    method: "GET",
    query: { labelSelector: selected.labelSelector, fieldSelector: selected.fieldSelector },
    isObject: true,
    accept: Resource.accept(resource, verb === "list" ? "list" : "object")
  })

/** POSTs to the collection; the object has a name, or a generateName from which the server makes one. */
export const create = (
  resource: Resource.Resource<unknown>,
  target: Target,
  object: JsonObject,
  options: CreateOptions | undefined
): Call => {
  const { request, subject } = make(resource, target, {
    verb: "create",
    method: "POST",
    isObject: true,
    body: Resource.object(resource, object),
    query: {
      dryRun: options?.dryRun === true ? "All" : undefined,
      fieldValidation: options?.strict === true ? "Strict" : undefined
    }
  })
  return { request: { ...request, path: Resource.path(resource, { namespace: target.namespace }) }, subject }
}

export const updateStatus = (resource: Resource.Resource<unknown>, target: Target, object: JsonObject): Call =>
  make(resource, { ...target, subresource: "status" }, {
    verb: "update",
    method: "PUT",
    isObject: true,
    body: Resource.object(resource, object)
  })

export const patch = (resource: Resource.Resource<unknown>, target: Target, body: PatchBody): Call =>
  make(resource, target, {
    verb: "patch",
    method: "PATCH",
    isObject: true,
    ...("merge" in body
      ? { contentType: "application/merge-patch+json", body: body.merge }
      : { contentType: "application/json-patch+json", body: body.json })
  })

export const remove = (
  resource: Resource.Resource<unknown>,
  target: Target,
  options: DeleteOptions | undefined
): Call => {
  const preconditions = definedValues({ uid: options?.uid, resourceVersion: options?.resourceVersion })
  return make(resource, target, {
    verb: "delete",
    method: "DELETE",
    body: {
      apiVersion: "v1",
      kind: "DeleteOptions",
      ...(Object.keys(preconditions).length === 0 ? {} : { preconditions }),
      ...(options?.propagation === undefined ? {} : { propagationPolicy: options.propagation }),
      ...(options?.gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds: options.gracePeriodSeconds })
    }
  })
}

export const log = (
  resource: Resource.Resource<unknown>,
  target: Target,
  options: Omit<LogOptions, "namespace"> | undefined
): Call =>
  make(resource, { ...target, subresource: "log" }, {
    verb: "get",
    method: "GET",
    query: {
      container: options?.container,
      follow: options?.follow,
      timestamps: options?.timestamps,
      tailLines: options?.tailLines,
      sinceTime: options?.sinceTime,
      limitBytes: options?.limitBytes,
      previous: options?.previous
    },
    accept: "*/*"
  })

/** A GET that asks for a WebSocket; the server requires the permission to create the subresource, too. */
export const attach = (
  resource: Resource.Resource<unknown>,
  target: Target,
  options: Pick<AttachOptions<unknown>, "container" | "stdin"> | undefined
): Call =>
  make(resource, { ...target, subresource: "attach" }, {
    verb: "create",
    method: "GET",
    query: {
      container: options?.container,
      stdin: options?.stdin === undefined ? undefined : true,
      stdout: true,
      stderr: true
    },
    accept: "*/*"
  })

/** GETs a discovery document. */
export const document = (path: string): Call => ({
  request: { method: "GET", path, query: {} },
  subject: { verb: "get", resource: path }
})

export const review = (path: string, body: JsonObject): Call => ({
  request: { method: "POST", path, query: {}, body },
  subject: { verb: "create", resource: "selfsubjectaccessreviews.authorization.k8s.io" }
})

/** A string field of a manifest's metadata; undefined if there is none. */
export const metadataText = (object: JsonObject, field: string): string | undefined => {
  const { metadata } = object
  if (!isObject(metadata)) {
    return undefined
  }
  const value = metadata[field]
  return typeof value === "string" ? value : undefined
}
