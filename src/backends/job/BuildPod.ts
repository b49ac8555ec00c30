/**
 * The pod that runs the script: an init container that builds and holds the base's secret alone, then a container that
 * pushes and holds the final image's alone. A chroot hides little from a RUN line, so they never meet.
 *
 * What it runs with, and why:
 *
 * | | |
 * |---|---|
 * | user 1000, not root | buildah maps what the image calls root to subordinate ids of that user, in a user namespace |
 * | no `allowPrivilegeEscalation: false` | newuidmap and newgidmap set up that namespace by their file capabilities |
 * | no capabilities added | the runtime's own set has SETUID and SETGID; the SCC anyuid allows no more |
 * | no seccomp profile | what the node has; the default of CRI-O, and none at all, let a process make namespaces |
 * | no token | nothing in it talks to the API server |
 */
import * as Duration from "effect/Duration"
import * as BuildInput from "../../core/BuildInput.js"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import type { ClusterDefaults } from "../controller/Definition.js"
import * as NodeSelector from "../pod/NodeSelector.js"
import * as BuildRecord from "../record/BuildRecord.js"
import type { Environment } from "../script/BuildScript.js"
import { isForNode, type JobProfile } from "./JobProfile.js"
import { builderImage } from "./JobSettings.js"
import * as PodVolumes from "./PodVolumes.js"

/** The user `build` of buildah's image. */
const user = 1000

/** By which the scheduler keeps builds off a node that has one. */
export const slotLabel = "effect-os-builder/slot"

const seconds = (duration: Duration.Duration): number => Math.max(1, Math.ceil(Duration.toSeconds(duration)))

/** The script ends an attempt itself. This is for a pod in which it no longer can: longer than it may ever wait and run. */
const deadline = ({ pendingTimeout, timeout }: BuildInput.BuildInput): number =>
  seconds(Duration.sum(
    Duration.sum(timeout ?? BuildInput.defaults.timeout, pendingTimeout ?? BuildInput.defaults.pendingTimeout),
    Duration.minutes(5)
  ))

/** Kubernetes takes `$(NAME)` in a value for another variable, and `$$` for a dollar. */
const literal = (value: string): string => value.replaceAll("$", "$$$$")

const variables = (values: { readonly [name: string]: string | undefined }): ReadonlyArray<JsonObject> =>
  Object.entries(values).flatMap(([name, value]) =>
    value === undefined || value === "" ? [] : [{ name, value: literal(value) }]
  )

/** Where the volumes say nothing. */
const environment = (profile: JobProfile, input: BuildInput.BuildInput): Partial<Environment> => ({
  OSB_BASE_IMAGE: input.baseImage.pullspec,
  OSB_FINAL_IMAGE: input.finalImage.pullspec,
  OSB_TIMEOUT_SECONDS: String(seconds(input.timeout ?? BuildInput.defaults.timeout)),
  OSB_ARCHITECTURE: input.architecture ?? "",
  OSB_STORAGE: profile.settings.storage ?? "auto",
  OSB_INSECURE_REGISTRIES: (profile.settings.insecureRegistries ?? []).join(" "),
  OSB_ARCHIVE: isForNode(profile, input) ? "yes" : ""
})

const proxies = (proxy: BuildInput.BuildInput["proxy"]) => ({
  HTTP_PROXY: proxy?.http,
  HTTPS_PROXY: proxy?.https,
  NO_PROXY: proxy?.noProxy
})

const container = (
  profile: JobProfile,
  { input }: BuildRecord.BuildRecord,
  volumes: ReadonlyArray<PodVolumes.PodVolume>,
  verb: PodVolumes.Verb,
  { proxy }: ClusterDefaults
): JsonObject => {
  const { cpu = profile.resources.cpu, memory = profile.resources.memory } = input.resources ?? {}
  const disk = PodVolumes.ephemeralStorage(profile, input)
  return {
    name: verb,
    image: profile.settings.builderImage ?? builderImage,
    command: ["/bin/sh", PodVolumes.script, verb],
    env: variables({
      ...environment(profile, input),
      ...PodVolumes.environment(volumes, verb),
      ...proxies(input.proxy ?? proxy)
    }),
    volumeMounts: PodVolumes.mountsOf(volumes, verb),
    // No limit of memory but the node's: a build that is killed for it is no help to anybody. Of disk there is one, since a
    // full node evicts others.
    resources: {
      requests: { cpu, memory, "ephemeral-storage": disk },
      limits: { "ephemeral-storage": disk }
    },
    terminationMessagePolicy: "FallbackToLogsOnError",
    // To write the node's storage takes root there. It runs nothing that the input says.
    ...(verb === "push" && isForNode(profile, input)
      ? { securityContext: { privileged: true, runAsUser: 0, runAsGroup: 0, runAsNonRoot: false } }
      : {})
  }
}

const slot: JsonObject = {
  podAntiAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: [{
      labelSelector: { matchLabels: { [slotLabel]: "build" } },
      namespaceSelector: {},
      topologyKey: "kubernetes.io/hostname"
    }]
  }
}

const toleration = (given: BuildInput.TolerationOptions): JsonObject =>
  Object.fromEntries(Object.entries(given).flatMap(([key, value]) => value === undefined ? [] : [[key, value]]))

/** The pod template of a build's Job. */
export const template = (
  profile: JobProfile,
  record: BuildRecord.BuildRecord,
  surroundings: ClusterDefaults
): { readonly metadata: JsonObject; readonly spec: JsonObject } => {
  const { fingerprint, input, ref } = record
  const volumes = PodVolumes.of(profile, record)
  const tolerations = [...input.placement?.tolerations ?? [], ...profile.tolerations].map(toleration)
  return {
    metadata: {
      labels: {
        ...BuildRecord.labels({ backend: profile.name, fingerprint, record: ref.name, input }),
        ...(profile.takesSlot ? { [slotLabel]: "build" } : {})
      }
    },
    spec: {
      serviceAccountName: profile.settings.serviceAccount ?? "default",
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      restartPolicy: "Never",
      terminationGracePeriodSeconds: 10,
      activeDeadlineSeconds: deadline(input),
      ...(profile.settings.security === "userns" ? { hostUsers: false } : {}),
      securityContext: {
        runAsUser: user,
        runAsGroup: user,
        runAsNonRoot: true,
        fsGroup: user,
        fsGroupChangePolicy: "OnRootMismatch"
      },
      nodeSelector: {
        "kubernetes.io/os": "linux",
        ...NodeSelector.labels(input)
      },
      ...(tolerations.length === 0 ? {} : { tolerations }),
      ...(profile.takesSlot ? { affinity: slot } : {}),
      initContainers: [container(profile, record, volumes, "build", surroundings)],
      containers: [container(profile, record, volumes, "push", surroundings)],
      volumes: volumes.map(PodVolumes.manifest)
    }
  }
}
