/**
 * The OpenShift kinds that image builds use.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as BuildColumns from "./BuildColumns.js"
import * as BuildDefaults from "./BuildDefaults.js"
import * as BuildRules from "./BuildRules.js"
import * as BuildValidation from "./BuildValidation.js"
import {
  any,
  boolean,
  each,
  type Fields,
  integer,
  keptMap,
  keptText as text,
  list,
  map,
  quantity,
  struct
} from "./Fields.js"
import * as Kind from "./Kind.js"
import { object, objectReference } from "./ObjectFields.js"

const at = (...path: ReadonlyArray<string>) => (object: JsonObject): string => Json.text(object, ...path) ?? ""

const named = struct({ name: text })

const environment = list(struct({
  ...each(text, "name", "value"),
  valueFrom: struct({
    fieldRef: struct(each(text, "apiVersion", "fieldPath")),
    resourceFieldRef: struct({ ...each(text, "containerName", "resource"), divisor: quantity }),
    ...each(struct({ ...each(text, "name", "key"), optional: boolean }), "configMapKeyRef", "secretKeyRef"),
    fileKeyRef: struct({ ...each(text, "volumeName", "path", "key"), optional: boolean })
  })
}))

const projected = {
  items: list(struct({ ...each(text, "key", "path"), mode: integer })),
  defaultMode: integer,
  optional: boolean
}

const volumes = list(struct({
  name: text,
  source: struct({
    type: text,
    secret: struct({ secretName: text, ...projected }),
    configMap: struct({ name: text, ...projected }),
    csi: struct({
      ...each(text, "driver", "fsType"),
      readOnly: boolean,
      volumeAttributes: map(text),
      nodePublishSecretRef: named
    })
  }),
  mounts: list(struct({ destinationPath: text }))
}))

// openshift/api build/v1/types.go (August 2026)
const build: Fields = object({
  spec: struct({
    serviceAccount: text,
    source: struct({
      ...each(text, "type", "dockerfile", "contextDir"),
      binary: struct({ asFile: text }),
      git: struct(each(text, "uri", "ref", "httpProxy", "httpsProxy", "noProxy")),
      images: list(struct({
        from: objectReference,
        as: list(text),
        paths: list(struct(each(text, "sourcePath", "destinationDir"))),
        pullSecret: named
      })),
      sourceSecret: named,
      secrets: list(struct({ secret: named, destinationDir: text })),
      configMaps: list(struct({ configMap: named, destinationDir: text }))
    }),
    revision: any,
    strategy: struct({
      type: text,
      dockerStrategy: struct({
        from: objectReference,
        pullSecret: named,
        ...each(boolean, "noCache", "forcePull"),
        env: environment,
        dockerfilePath: text,
        buildArgs: environment,
        imageOptimizationPolicy: text,
        volumes
      }),
      ...each(any, "sourceStrategy", "customStrategy", "jenkinsPipelineStrategy")
    }),
    output: struct({
      to: objectReference,
      pushSecret: named,
      imageLabels: list(struct(each(text, "name", "value")))
    }),
    resources: struct({ limits: map(quantity), requests: map(quantity), claims: any }),
    postCommit: struct({ command: list(text), args: list(text), script: text }),
    completionDeadlineSeconds: integer,
    nodeSelector: keptMap(text),
    mountTrustedCA: boolean,
    triggeredBy: any
  }),
  status: struct({
    ...each(text, "phase", "reason", "message", "startTimestamp", "completionTimestamp", "logSnippet"),
    outputDockerImageReference: text,
    cancelled: boolean,
    duration: integer,
    config: objectReference,
    output: struct({ to: struct({ imageDigest: text }) }),
    stages: any,
    conditions: list(struct(
      each(text, "type", "status", "lastUpdateTime", "lastTransitionTime", "reason", "message")
    ))
  })
})

/** @since 0.1.0 @category kinds */
export const builds = Kind.make({
  group: "build.openshift.io",
  version: "v1",
  plural: "builds",
  columns: BuildColumns.build,
  kind: "Build",
  categories: ["all"],
  log: true,
  parts: { details: BuildRules.details },
  fields: build,
  generation: "spec",
  selectable: { status: at("status", "phase"), podName: (object) => `${at("metadata", "name")(object)}-build` },
  unknownField: (field) => `field label not supported: ${field}`,
  fill: BuildDefaults.fill,
  prepare: BuildRules.prepare,
  amend: BuildRules.amend,
  validateNew: BuildValidation.validate,
  validateUpdate: BuildRules.validateUpdate,
  unconditionalUpdate: false
})

/** The group `build.openshift.io`, present if the cluster's capability Build is enabled. @since 0.1.0 @category kinds  */
export const buildKinds: ReadonlyArray<Kind.Kind> = [
  builds,
  Kind.make({
    group: "build.openshift.io",
    version: "v1",
    plural: "buildconfigs",
    kind: "BuildConfig",
    shortNames: ["bc"],
    categories: ["all"]
  })
]

const config = (plural: string, kind: string): Kind.Kind =>
  Kind.make({ group: "config.openshift.io", version: "v1", plural, kind, namespaced: false, status: true })

/** The kinds that every OpenShift cluster has. @since 0.1.0 @category kinds  */
export const clusterKinds: ReadonlyArray<Kind.Kind> = [
  config("clusterversions", "ClusterVersion"),
  config("images", "Image"),
  config("infrastructures", "Infrastructure"),
  config("proxies", "Proxy"),
  Kind.make({
    group: "security.openshift.io",
    version: "v1",
    plural: "securitycontextconstraints",
    kind: "SecurityContextConstraints",
    shortNames: ["scc"],
    namespaced: false
  })
]
