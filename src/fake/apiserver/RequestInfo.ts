/**
 * Parses method and path of a request to its verb and resource.
 *
 * @since 0.1.0
 */
import type { ApiRequest } from "../../kubernetes/client/ApiRequest.js"

/**
 * `verb` is that of RBAC rules. A request without a resource has a `path` only.
 *
 * @since 0.1.0
 * @category models
 */
export interface RequestInfo {
  readonly verb: string
  readonly path: string
  readonly resource?: {
    readonly group: string
    readonly version: string
    readonly plural: string
    readonly subresource: string
    readonly namespace: string
    readonly name: string
  }
}

const verbs = {
  GET: { one: "get", many: "list" },
  POST: { one: "create", many: "create" },
  PUT: { one: "update", many: "update" },
  PATCH: { one: "patch", many: "patch" },
  DELETE: { one: "delete", many: "deletecollection" }
} as const

const isTrue = (value: string | undefined): boolean => value === "true" || value === "1"

const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** @since 0.1.0 @category constructors */
export const parse = (request: ApiRequest): RequestInfo => {
  const parts = request.path.split("/").filter((part) => part !== "").map(decoded)
  const legacy = parts[0] === "api"
  const [group = "", version = "", ...rest] = legacy ? ["", ...parts.slice(1)] : parts.slice(1)
  const plain: RequestInfo = { verb: request.method.toLowerCase(), path: request.path }
  if ((!legacy && parts[0] !== "apis") || version === "" || rest.length === 0) {
    return plain
  }
  const inNamespace = rest[0] === "namespaces" && rest.length > 2
    && !(legacy && (rest[2] === "status" || rest[2] === "finalize"))
  const [plural = "", name = "", ...sub] = inNamespace ? rest.slice(2) : rest
  const namespace = inNamespace ? rest[1] ?? "" : legacy && plural === "namespaces" ? name : ""
  const watched = name === "" && request.method === "GET" && isTrue(request.query["watch"])
  return {
    path: request.path,
    verb: watched ? "watch" : verbs[request.method][name === "" ? "many" : "one"],
    resource: { group, version, plural, subresource: sub.join("/"), namespace, name }
  }
}
