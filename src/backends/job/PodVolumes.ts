/**
 * The volumes of a build pod and their mounts in its two containers. Each container has only the volumes of its command, and none of
 * the other's secrets.
 */
import * as BuildInput from "../../core/BuildInput.js"
import * as ImagePullspec from "../../core/ImagePullspec.js"
import * as BuildContext from "../../core/input/BuildContext.js"
import { isImageContext } from "../../core/input/BuildContexts.js"
import { keyOf } from "../../core/input/BuildSecret.js"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import { root, secretMode } from "../pod/PodEnvironment.js"
import type { BuildRecord } from "../record/BuildRecord.js"
import { scriptKey } from "../record/ConfigMapLayout.js"
import * as BuildScript from "../script/BuildScript.js"
import type { Environment, EnvironmentName } from "../script/Environment.js"
import { isForNode, type JobProfile } from "./JobSettings.js"

export type Verb = "context" | "upload" | "build" | "push"

/** The verbs in their order. Only a context that is uploaded or an image has another before the build. */
export const verbsOf = ({ context }: Pick<BuildInput.BuildInput, "context">): ReadonlyArray<Verb> => [
  ...(BuildContext.isUpload(context) ? ["upload" as const] : BuildContext.isImage(context) ? ["context" as const] : []),
  "build",
  "push"
]

/** A volume, the containers that mount it, and the variable with which the script finds it. */
export interface PodVolume {
  readonly name: string
  readonly source: JsonObject
  readonly path: string
  readonly readOnly: boolean
  readonly verbs: ReadonlyArray<Verb>
  readonly variable: EnvironmentName | undefined
  /** The value of the variable, if that is not the path. */
  readonly value?: string | undefined
}

/** The path of the script in the pod. */
export const script = `${root}/input/${scriptKey}`

/** The folder that the containers share. */
export const work = `${root}/work`

/** Size of the memory volume for copies of secrets: entitlements, mounts of at most 1 MiB each, credentials. */
const memoryLimit = "128Mi"

/**
 * The registry that OpenShift runs inside the cluster: openshift/cluster-image-registry-operator pkg/defaults/defaults.go,
 * whose certificate is signed by the authority in the ConfigMap `openshift-service-ca.crt` of every namespace.
 */
const internalRegistry = /^image-registry\.openshift-image-registry\.svc(?:\.cluster\.local)?:5000$/

const registryOf = (pullspec: string): string => ImagePullspec.repository(pullspec).split("/")[0] ?? ""

const internalRegistries = (input: BuildInput.BuildInput): ReadonlyArray<string> => {
  const { base, bases, others } = BuildInput.pulledImages(input)
  const contexts = Object.values(input.buildContexts ?? {}).flatMap((context) =>
    isImageContext(context) ? [context.image] : []
  )
  const names = [
    input.baseImage?.pullspec ?? base ?? "",
    ...bases,
    ...others,
    ...contexts,
    BuildContext.isImage(input.context) ? input.context.image.pullspec : "",
    input.finalImage.pullspec,
    input.cacheFrom ?? "",
    input.cacheTo ?? ""
  ]
  return Array.from(new Set(names.map(registryOf))).filter((host) => internalRegistry.test(host))
}

const configMap = (name: string, more: JsonObject = {}): JsonObject => ({ configMap: { name, ...more } })

const secret = (secretName: string): JsonObject => ({ secret: { secretName, defaultMode: secretMode } })

const mounted = (
  name: string,
  verbs: ReadonlyArray<Verb>,
  source: JsonObject,
  variable: PodVolume["variable"],
  more: Partial<PodVolume> = {}
): PodVolume => ({ name, verbs, source, variable, path: `${root}/${name}`, readOnly: true, ...more })

const both: ReadonlyArray<Verb> = ["build", "push"]

const remote: ReadonlyArray<Verb> = ["context", "build", "push"]

const every: ReadonlyArray<Verb> = ["context", "upload", "build", "push"]

const files = ({ parts, ref }: BuildRecord): PodVolume =>
  mounted("input", every, {
    projected: { sources: [ref.name, ...parts.map(({ name }) => name)].map((name) => configMap(name)) }
  }, "OSB_INPUT_DIR")

const room = (profile: JobProfile, input: BuildInput.BuildInput): ReadonlyArray<PodVolume> => {
  const memory = { emptyDir: { medium: "Memory", sizeLimit: memoryLimit } }
  const { cacheClaimName } = profile.settings
  return [
    mounted("work", every, { emptyDir: { sizeLimit: ephemeralStorage(profile, input) } }, "OSB_WORK_DIR", {
      readOnly: false
    }),
    ...verbsOf(input).map((verb) =>
      mounted(`${verb}-memory`, [verb], memory, "OSB_MEMORY_DIR", { path: `${root}/memory`, readOnly: false })
    ),
    ...(cacheClaimName === undefined ? [] : [
      mounted("cache", both, { persistentVolumeClaim: { claimName: cacheClaimName } }, "OSB_CACHE_DIR", {
        readOnly: false
      })
    ])
  ]
}

/** The limit of a build's ephemeral storage. */
export const ephemeralStorage = ({ resources }: JobProfile, input: BuildInput.BuildInput): string =>
  input.resources?.ephemeralStorage ?? resources.ephemeralStorage

const credentials = (profile: JobProfile, input: BuildInput.BuildInput): ReadonlyArray<PodVolume> => {
  const at = { path: `${root}/secret` }
  const base = BuildInput.pullSecretName(input) ?? profile.settings.defaultPullSecretName
  const context = BuildContext.isImage(input.context) ? input.context.image.secretName ?? base : undefined
  const final = input.finalImage.secretName
  const token = { serviceAccountToken: { path: "token", expirationSeconds: tokenSeconds } }
  return [
    ...(base === undefined ? [] : [mounted("base-secret", ["build"], secret(base), "OSB_SECRET_DIR", at)]),
    ...(context === undefined ? [] : [mounted("context-secret", ["context"], secret(context), "OSB_SECRET_DIR", at)]),
    ...(isForNode(profile, input)
      ? []
      : final !== undefined
      ? [mounted("final-secret", ["push"], secret(final), "OSB_SECRET_DIR", at)]
      : internalRegistry.test(registryOf(input.finalImage.pullspec))
      ? [
        mounted("token", ["push"], { projected: { defaultMode: secretMode, sources: [token] } }, "OSB_TOKEN_FILE", {
          value: `${root}/token/token`
        })
      ]
      : [])
  ]
}

// The minimum that the API server allows; the kubelet renews the token before it expires.
const tokenSeconds = 600

const registries = (profile: JobProfile, input: BuildInput.BuildInput): ReadonlyArray<PodVolume> => {
  const { registriesConfigMapName } = profile.settings
  const sources = [
    ...(registriesConfigMapName === undefined ? [] : [configMap(registriesConfigMapName)]),
    ...internalRegistries(input).map((host) =>
      configMap("openshift-service-ca.crt", {
        items: [{ key: "service-ca.crt", path: `${host.replace(":", "..")}.crt` }]
      })
    )
  ]
  return sources.length === 0 ? [] : [mounted("registries", remote, { projected: { sources } }, "OSB_REGISTRIES_DIR")]
}

const trust = ({ trustBundle }: BuildInput.BuildInput): ReadonlyArray<PodVolume> => {
  if (trustBundle === undefined) return []
  const { configMapName, key = BuildInput.defaults.trustBundle.key } = trustBundle
  const source = configMap(configMapName, { items: [{ key, path: "bundle.pem" }] })
  return [mounted("trust", remote, source, "OSB_TRUST_BUNDLE", { value: `${root}/trust/bundle.pem` })]
}

/** Volumes for RUN: the script copies them, and no layer contains them. */
const forRun = (
  { entitlementSecretName, mounts = [], secrets = [] }: BuildInput.BuildInput
): ReadonlyArray<PodVolume> => [
  ...(entitlementSecretName === undefined
    ? []
    : [mounted("entitlement", ["build"], secret(entitlementSecretName), "OSB_ENTITLEMENT_DIR")]),
  ...mounts.map(({ kind, name }, index): PodVolume =>
    mounted(
      `mount-${BuildScript.mountFolder(index)}`,
      ["build"],
      kind === "Secret" ? secret(name) : configMap(name),
      "OSB_MOUNTS_DIR",
      { path: `${root}/mounts/${BuildScript.mountFolder(index)}`, value: `${root}/mounts` }
    )
  ),
  ...secrets.map((one, index): PodVolume => {
    const items = [{ key: keyOf(one), path: "value" }]
    return mounted(
      `secret-${BuildScript.mountFolder(index)}`,
      ["build"],
      { secret: { secretName: one.secretName, defaultMode: secretMode, items } },
      "OSB_SECRETS_DIR",
      { path: `${root}/secrets/${BuildScript.mountFolder(index)}`, value: `${root}/secrets` }
    )
  })
]

/** Where CRI-O keeps the images of a node: containers-storage.conf(5), graphroot and runroot. */
const nodeStorage = (profile: JobProfile, input: BuildInput.BuildInput): ReadonlyArray<PodVolume> =>
  isForNode(profile, input)
    ? [
      { name: "node-storage", path: "/var/lib/containers/storage", variable: "OSB_NODE_STORAGE" as const },
      { name: "node-run", path: "/run/containers/storage", variable: "OSB_NODE_RUN" as const }
    ].map(({ name, path, variable }) =>
      mounted(name, ["push"], { hostPath: { path, type: "Directory" } }, variable, { readOnly: false })
    )
    : []

/** All volumes of a build's pod. */
export const of = (profile: JobProfile, record: BuildRecord): ReadonlyArray<PodVolume> => {
  const { input } = record
  return [
    files(record),
    ...room(profile, input),
    ...credentials(profile, input),
    ...registries(profile, input),
    ...trust(input),
    ...forRun(input),
    ...nodeStorage(profile, input)
  ]
}

/** The volumes with which the building container pulls images: without a cache, and without those for RUN. */
export const forPulling = (profile: JobProfile, record: BuildRecord): ReadonlyArray<PodVolume> => {
  const { input } = record
  return [
    files(record),
    ...room({ ...profile, settings: { ...profile.settings, cacheClaimName: undefined } }, input),
    ...credentials(profile, input),
    ...registries(profile, input),
    ...trust(input)
  ].filter(({ verbs }) => verbs.includes("build"))
}

export const manifest = ({ name, source }: PodVolume): JsonObject => ({ name, ...source })

/** The mounts of the container that runs a verb. */
export const mountsOf = (volumes: ReadonlyArray<PodVolume>, verb: Verb): ReadonlyArray<JsonObject> =>
  volumes.filter(({ verbs }) => verbs.includes(verb)).map(({ name, path, readOnly }) => ({
    name,
    mountPath: path,
    ...(readOnly ? { readOnly } : {})
  }))

/** The variables with which the script finds the volumes. */
export const environment = (volumes: ReadonlyArray<PodVolume>, verb: Verb): Partial<Environment> =>
  Object.fromEntries(
    volumes.flatMap(({ path, value = path, variable, verbs }) =>
      variable !== undefined && verbs.includes(verb) ? [[variable, value]] : []
    )
  )
