/**
 * The pod of an OpenShift Build, as in openshift/openshift-controller-manager pkg/build/controller/strategy/docker.go (March
 * 2026).
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as Metadata from "../store/Metadata.js"
import * as BuildNaming from "./BuildNaming.js"

/** @since 0.1.0 @category constants */
export const buildLabel = "openshift.io/build.name"

/** The name of the build container. @since 0.1.0 @category constants  */
export const buildContainer = "docker-build"

/** The init container that clones the repository. @since 0.1.0 @category constants  */
export const cloneContainer = "git-clone"

const leastPrivileges: JsonObject = {
  capabilities: { add: ["CHOWN", "DAC_OVERRIDE"], drop: ["ALL"] },
  seccompProfile: { type: "RuntimeDefault" }
}

/** One week. @since 0.1.0 @category constants  */
const longestBuild = 604_800

/** @since 0.1.0 @category getters */
export const podName = (build: JsonObject): string => BuildNaming.object(Metadata.name(build), "build")

/** The ConfigMaps that the controller creates for a pod, and their volumes. */
const configMaps = [
  { suffix: "ca", volume: "build-ca-bundles", mountPath: "/var/run/configs/openshift.io/certs" },
  { suffix: "global-ca", volume: "build-proxy-ca-bundles", mountPath: "/var/run/configs/openshift.io/pki" },
  { suffix: "sys-config", volume: "build-system-configs", mountPath: "/var/run/configs/openshift.io/build-system" }
]

/** @since 0.1.0 @category getters */
export const configMapNames = (build: JsonObject): ReadonlyArray<string> =>
  configMaps.map(({ suffix }) => BuildNaming.object(Metadata.name(build), suffix))

/** @since 0.1.0 @category getters */
export const ownerReference = (owner: JsonObject): JsonObject => ({
  apiVersion: Json.text(owner, "apiVersion") ?? "",
  kind: Json.text(owner, "kind") ?? "",
  name: Metadata.name(owner),
  uid: Metadata.uid(owner)
})

interface Mounted {
  readonly volume: JsonObject
  readonly mountPath: string
}

/** The mode of the files that the builder itself reads: 0600. */
const defaultMode = 0o600

/** The volumes of the Build keep the server's default mode. */
const modeOf = (suffix: string): JsonObject => suffix === userVolume ? {} : { defaultMode }

const userVolume = "user-build-volume"

const secret = (name: string | undefined, suffix: string, mountPath: string): ReadonlyArray<Mounted> =>
  name === undefined ? [] : [{
    volume: { name: BuildNaming.volume(name, suffix), secret: { secretName: name, ...modeOf(suffix) } },
    mountPath
  }]

const configMap = (name: string | undefined, suffix: string, mountPath: string): ReadonlyArray<Mounted> =>
  name === undefined ? [] : [{
    volume: { name: BuildNaming.volume(name, suffix), configMap: { name, ...modeOf(suffix) } },
    mountPath
  }]

/** The secrets of registries: upstream setupDockerSecrets. */
const pulled = (build: JsonObject): ReadonlyArray<Mounted> => [
  ...secret(Json.text(build, "spec", "output", "pushSecret", "name"), "push", "/var/run/secrets/openshift.io/push"),
  ...secret(
    Json.text(build, "spec", "strategy", "dockerStrategy", "pullSecret", "name"),
    "pull",
    "/var/run/secrets/openshift.io/pull"
  ),
  ...Json.objects(build, "spec", "source", "images").flatMap((image, index) =>
    secret(
      Json.text(image, "pullSecret", "name"),
      `source-image${index}`,
      `/var/run/secrets/openshift.io/source-image/${index}`
    )
  )
]

const mounted = (build: JsonObject): ReadonlyArray<Mounted> => {
  const strategy = Json.object(build, "spec", "strategy", "dockerStrategy")
  return [
    ...pulled(build),
    ...Json.objects(build, "spec", "source", "secrets").flatMap((input) => {
      const name = Json.text(input, "secret", "name")
      return secret(name, "build", `/var/run/secrets/openshift.io/build/${name}`)
    }),
    ...Json.objects(build, "spec", "source", "configMaps").flatMap((input) => {
      const name = Json.text(input, "configMap", "name")
      return configMap(name, "build", `/var/run/configs/openshift.io/build/${name}`)
    }),
    ...Json.objects(strategy, "volumes").flatMap((volume) => {
      const secretName = Json.text(volume, "source", "secret", "secretName")
      const configMapName = Json.text(volume, "source", "configMap", "name")
      const path = `/var/run/openshift.io/volumes/${BuildNaming.directory(secretName ?? configMapName ?? "")}`
      return [
        ...secret(secretName, userVolume, path),
        ...configMap(configMapName, userVolume, path)
      ]
    }),
    ...configMaps.map(({ mountPath, suffix, volume }) => ({
      volume: { name: volume, configMap: { name: BuildNaming.object(Metadata.name(build), suffix) } },
      mountPath
    }))
  ]
}

/** What only the container has that clones the repository: upstream setupSourceSecrets. */
const cloning = (build: JsonObject): ReadonlyArray<Mounted> =>
  secret(Json.text(build, "spec", "source", "sourceSecret", "name"), "source", sourceSecretPath)

const sourceSecretPath = "/var/run/secrets/openshift.io/source"

/** Upstream addSourceEnvVars. */
const sourceVariables = (build: JsonObject): ReadonlyArray<JsonObject> => {
  const source = Json.object(build, "spec", "source")
  const uri = Json.text(source, "git", "uri")
  return Object.entries({
    SOURCE_REPOSITORY: uri,
    SOURCE_URI: uri,
    SOURCE_CONTEXT_DIR: Json.text(source, "contextDir"),
    SOURCE_REF: Json.text(source, "git", "ref")
  }).flatMap(([name, value]) => value === undefined || value === "" ? [] : [{ name, value }])
}

const mountsOf = (mounts: ReadonlyArray<Mounted>): ReadonlyArray<JsonObject> =>
  mounts.map(({ mountPath, volume }) => ({ name: Json.text(volume, "name") ?? "", mountPath }))

const configurations = "/var/run/configs/openshift.io"

/** The settings of the builder beside the Build. */
const environment = (build: JsonObject): ReadonlyArray<JsonObject> => {
  const strategy = Json.object(build, "spec", "strategy", "dockerStrategy")
  const sources = Json.objects(build, "spec", "source", "images").map((image, index) => [
    `PULL_SOURCE_DOCKERCFG_PATH_${index}`,
    image["pullSecret"] === undefined ? undefined : `/var/run/secrets/openshift.io/source-image/${index}`
  ])
  const variables: Readonly<Record<string, string | undefined>> = {
    ...Object.fromEntries(sources),
    PUSH_DOCKERCFG_PATH: Json.at(build, "spec", "output", "pushSecret") === undefined
      ? undefined
      : "/var/run/secrets/openshift.io/push",
    PULL_DOCKERCFG_PATH: strategy["pullSecret"] === undefined ? undefined : "/var/run/secrets/openshift.io/pull",
    BUILD_MOUNT_ETC_PKI_CATRUST: Json.at(build, "spec", "mountTrustedCA") === true ? "true" : undefined,
    BUILD_REGISTRIES_CONF_PATH: `${configurations}/build-system/registries.conf`,
    BUILD_REGISTRIES_DIR_PATH: `${configurations}/build-system/registries.d`,
    BUILD_SIGNATURE_POLICY_PATH: `${configurations}/build-system/policy.json`,
    BUILD_STORAGE_CONF_PATH: `${configurations}/build-system/storage.conf`,
    BUILD_BLOBCACHE_DIR: "/var/cache/blobs"
  }
  return Object.entries(variables).flatMap(([name, value]) => value === undefined ? [] : [{ name, value }])
}

/** An object has one volume, however often it is mounted; the first one of a name wins. */
const distinct = (mounts: ReadonlyArray<Mounted>): ReadonlyArray<JsonObject> =>
  Array.from(new Map(mounts.toReversed().map(({ volume }) => [Json.text(volume, "name"), volume])).values())
    .toReversed()

/** @since 0.1.0 @category constructors */
export const make = (build: JsonObject): JsonObject => {
  const image = "quay.io/openshift/origin-docker-builder:v4"
  const privileged = !Json.objects(build, "spec", "strategy", "dockerStrategy", "env").some((entry) =>
    Json.text(entry, "name") === "BUILD_PRIVILEGED" && Json.text(entry, "value") === "false"
  )
  const mounts = mounted(build)
  const fetched = cloning(build)
  const hasImages = Json.objects(build, "spec", "source", "images").length > 0
  const container = (name: string, more: JsonObject): JsonObject => ({
    name,
    image,
    args: [`openshift-${name}`, "--v=0"],
    env: [
      { name: "BUILD", value: JSON.stringify(build) },
      { name: "LANG", value: "C.utf8" },
      ...sourceVariables(build),
      ...environment(build)
    ],
    imagePullPolicy: "IfNotPresent",
    resources: Json.object(build, "spec", "resources"),
    terminationMessagePolicy: "FallbackToLogsOnError",
    ...more
  })
  const privileges: JsonObject = {
    ...(privileged ? { privileged: true, runAsUser: 0, runAsGroup: 0 } : {}),
    seccompProfile: { type: "Unconfined" }
  }
  const clones = ["git", "binary"].some((source) => Json.at(build, "spec", "source", source) !== undefined)
  return {
    metadata: {
      name: podName(build),
      labels: { [buildLabel]: Metadata.name(build) },
      annotations: { [buildLabel]: Metadata.name(build) },
      ownerReferences: [{ ...ownerReference(build), controller: true }]
    },
    spec: Json.make({
      serviceAccountName: Json.text(build, "spec", "serviceAccount") ?? "builder",
      restartPolicy: "Never",
      activeDeadlineSeconds: Json.number(build, "spec", "completionDeadlineSeconds") ?? longestBuild,
      nodeSelector: { ...Json.object(build, "spec", "nodeSelector"), "kubernetes.io/os": "linux" },
      initContainers: [
        ...(clones
          ? [container(cloneContainer, {
            securityContext: leastPrivileges,
            volumeMounts: [{ name: "buildworkdir", mountPath: "/tmp/build" }, ...mountsOf(fetched)]
          })]
          : []),
        ...(hasImages
          ? [container("extract-image-content", { securityContext: privileges, volumeMounts: mountsOf(pulled(build)) })]
          : []),
        container("manage-dockerfile", {
          securityContext: leastPrivileges
        })
      ],
      containers: [container(buildContainer, {
        securityContext: privileges,
        volumeMounts: mountsOf(mounts)
      })],
      volumes: [
        ...distinct([...fetched, ...mounts]),
        { name: "buildcachedir", hostPath: { path: "/var/lib/containers/cache" } },
        { name: "buildworkdir", emptyDir: {} },
        { name: "container-storage-root", emptyDir: {} },
        { name: "build-blob-cache", emptyDir: {} }
      ]
    })
  }
}
