/**
 * The discovery documents and access reviews of an API server.
 */
import * as Schema from "effect/Schema"
import type { JsonObject } from "./ApiRequest.js"
import type { AccessQuery } from "./ClusterService.js"

/** The response of `/api`. */
export const CoreVersions = Schema.Struct({ versions: Schema.Array(Schema.String) })

const Version = Schema.Struct({ version: Schema.String })

/** The response of `/apis`. */
export const GroupList = Schema.Struct({
  groups: Schema.Array(Schema.Struct({
    name: Schema.String,
    versions: Schema.Array(Version),
    preferredVersion: Schema.optional(Version)
  }))
})

/** The response of `/apis/batch/v1` and the like. */
export const ResourceList = Schema.Struct({
  resources: Schema.Array(Schema.Struct({
    name: Schema.String,
    kind: Schema.String,
    namespaced: Schema.Boolean,
    verbs: Schema.Array(Schema.String)
  }))
})

export const groupVersions = (
  core: typeof CoreVersions.Type,
  list: typeof GroupList.Type
): ReadonlyMap<string, ReadonlyArray<string>> =>
  new Map([
    ["", core.versions],
    ...list.groups.map(({ name, preferredVersion, versions }) => {
      const all = versions.map(({ version }) => version)
      const preferred = preferredVersion === undefined ? [] : [preferredVersion.version]
      return [name, Array.from(new Set([...preferred, ...all]))] as const
    })
  ])

export const groupPath = (group: string, version: string): string =>
  group === ""
    ? `/api/${encodeURIComponent(version)}`
    : `/apis/${encodeURIComponent(group)}/${encodeURIComponent(version)}`

export const reviewPath = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"

export const accessReview = (query: AccessQuery, namespace: string): JsonObject => ({
  apiVersion: "authorization.k8s.io/v1",
  kind: "SelfSubjectAccessReview",
  spec: {
    resourceAttributes: {
      verb: query.verb,
      group: query.group,
      resource: query.resource,
      namespace,
      ...(query.subresource === undefined ? {} : { subresource: query.subresource }),
      ...(query.name === undefined ? {} : { name: query.name })
    }
  }
})

export const AccessReview = Schema.Struct({
  status: Schema.Struct({
    allowed: Schema.Boolean,
    reason: Schema.optional(Schema.String)
  })
})
