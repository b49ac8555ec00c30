/**
 * The pod of an OpenShift Build, as openshift/openshift-controller-manager pkg/build/controller/strategy/docker.go makes it
 * (March 2026).
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../ApiRequest.js"
import * as J from "../Json.js"
import * as Metadata from "../Metadata.js"

/** @since 0.1.0 @category constants */
export const buildLabel = "openshift.io/build.name"

/** The container that builds. @since 0.1.0 @category constants */
export const buildContainer = "docker-build"

/** A week. @since 0.1.0 @category constants */
const longestBuild = 604_800

/** @since 0.1.0 @category getters */
export const podName = (build: JsonObject): string => `${Metadata.name(build)}-build`

/** The ConfigMaps that the controller makes for a pod. @since 0.1.0 @category getters */
export const configMapNames = (build: JsonObject): ReadonlyArray<string> =>
  ["ca", "global-ca", "sys-config"].map((suffix) => `${Metadata.name(build)}-${suffix}`)

/** @since 0.1.0 @category getters */
export const ownerReference = (owner: JsonObject): JsonObject => ({
  apiVersion: J.text(owner, "apiVersion") ?? "",
  kind: J.text(owner, "kind") ?? "",
  name: Metadata.name(owner),
  uid: Metadata.uid(owner),
  controller: true
})

interface Mounted {
  readonly volume: JsonObject
  readonly mountPath: string
}

const secretVolume = (name: string | undefined, suffix: string, mountPath: string): ReadonlyArray<Mounted> =>
  name === undefined
    ? []
    : [{ volume: { name: `${name}-${suffix}`.replaceAll(".", "-"), secret: { secretName: name } }, mountPath }]

const configMapVolume = (name: string | undefined, suffix: string, mountPath: string): ReadonlyArray<Mounted> =>
  name === undefined
    ? []
    : [{ volume: { name: `${name}-${suffix}`.replaceAll(".", "-"), configMap: { name } }, mountPath }]

const mounted = (build: JsonObject): ReadonlyArray<Mounted> => {
  const strategy = J.object(build, "spec", "strategy", "dockerStrategy")
  return [
    ...secretVolume(
      J.text(build, "spec", "output", "pushSecret", "name"),
      "push",
      "/var/run/secrets/openshift.io/push"
    ),
    ...secretVolume(J.text(strategy, "pullSecret", "name"), "pull", "/var/run/secrets/openshift.io/pull"),
    ...J.objects(build, "spec", "source", "secrets").flatMap((input, index) =>
      secretVolume(J.text(input, "secret", "name"), `build-${index}`, `/var/run/secrets/openshift.io/build/${index}`)
    ),
    ...J.objects(build, "spec", "source", "configMaps").flatMap((input, index) =>
      configMapVolume(
        J.text(input, "configMap", "name"),
        `build-${index}`,
        `/var/run/configs/openshift.io/build/${index}`
      )
    ),
    ...J.objects(strategy, "volumes").flatMap((volume) => {
      const path = `/var/run/openshift.io/volumes/${J.text(volume, "name")}`
      return [
        ...secretVolume(J.text(volume, "source", "secret", "secretName"), "user-build-volume", path),
        ...configMapVolume(J.text(volume, "source", "configMap", "name"), "user-build-volume", path)
      ]
    }),
    ...configMapNames(build).flatMap((name, index) =>
      configMapVolume(name, "build-config", `/var/run/configs/openshift.io/${["ca", "certs", "build-system"][index]}`)
    )
  ]
}

/** @since 0.1.0 @category constructors */
export const make = (build: JsonObject): JsonObject => {
  const image = "quay.io/openshift/origin-docker-builder:v4"
  const privileged = !J.objects(build, "spec", "strategy", "dockerStrategy", "env").some((entry) =>
    J.text(entry, "name") === "BUILD_PRIVILEGED" && J.text(entry, "value") === "false"
  )
  const mounts = mounted(build)
  const container = (name: string, more: JsonObject): JsonObject => ({
    name,
    image,
    args: [`openshift-${name}`],
    env: [{ name: "BUILD", value: JSON.stringify(build) }, { name: "LANG", value: "C.utf8" }],
    imagePullPolicy: "IfNotPresent",
    resources: J.object(build, "spec", "resources"),
    terminationMessagePolicy: "FallbackToLogsOnError",
    ...more
  })
  const clones = ["git", "binary"].some((source) => J.at(build, "spec", "source", source) !== undefined)
  return {
    metadata: {
      name: podName(build),
      labels: { [buildLabel]: Metadata.name(build) },
      annotations: { [buildLabel]: Metadata.name(build) },
      ownerReferences: [ownerReference(build)]
    },
    spec: J.make({
      serviceAccountName: J.text(build, "spec", "serviceAccount") ?? "builder",
      restartPolicy: "Never",
      activeDeadlineSeconds: J.number(build, "spec", "completionDeadlineSeconds") ?? longestBuild,
      nodeSelector: { ...J.object(build, "spec", "nodeSelector"), "kubernetes.io/os": "linux" },
      initContainers: [
        ...(clones ? [container("git-clone", {})] : []),
        container("manage-dockerfile", {})
      ],
      containers: [container(buildContainer, {
        securityContext: privileged ? { privileged: true, runAsUser: 0 } : {},
        volumeMounts: mounts.map(({ mountPath, volume }) => ({ name: J.text(volume, "name") ?? "", mountPath }))
      })],
      volumes: [
        ...mounts.map(({ volume }) => volume),
        { name: "buildcachedir", hostPath: { path: "/var/lib/containers/cache" } },
        { name: "buildworkdir", emptyDir: {} }
      ]
    })
  }
}
