/**
 * The pod that runs the script: an init container that builds, with only the base's secret, then a container that pushes, with
 * only the final image's. A chroot hides little from a RUN line, so the two secrets are never in one container.
 *
 * Its security settings and their reasons:
 *
 * | | |
 * |---|---|
 * | user 1000, not root | buildah maps the image's root to subordinate ids of that user, in a user namespace |
 * | no `allowPrivilegeEscalation: false` | newuidmap and newgidmap need their file capabilities to set up that namespace |
 * | no capabilities added | the runtime's default set has SETUID and SETGID; the SCC anyuid allows no more |
 * | no seccomp profile | the node's default; CRI-O's default, and no profile at all, allow creating namespaces |
 * | no token | nothing in it uses the API server |
 */
import * as Duration from "effect/Duration"
import * as BuildInput from "../../core/BuildInput.js"
import * as ImagePullspec from "../../core/ImagePullspec.js"
import * as BuildContext from "../../core/input/BuildContext.js"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import type { ClusterDefaults } from "../controller/Definition.js"
import * as GitContainer from "../pod/GitContainer.js"
import { nodeSelector, user, variables } from "../pod/PodEnvironment.js"
import * as BuildRecord from "../record/BuildRecord.js"
import { type Environment, proxies } from "../script/Environment.js"
import * as GitScript from "../script/GitScript.js"
import * as ScriptOutput from "../script/Output.js"
import { builderImage, isForNode, type JobProfile } from "./JobSettings.js"
import * as PodVolumes from "./PodVolumes.js"

/** The pod label of the anti-affinity that keeps a second build off a node. */
export const slotLabel = "effect-os-builder/slot"

const seconds = (duration: Duration.Duration): number => Math.max(1, Math.ceil(Duration.toSeconds(duration)))

/** The script enforces the timeout. This is a backstop for a pod in which it cannot: longer than any wait and run together. */
const deadline = (
  { context, pendingTimeout = BuildInput.defaults.pendingTimeout, timeout }: BuildInput.BuildInput
): number =>
  seconds(Duration.sum(
    // It may wait for its node, and then for the client that uploads the context.
    Duration.sum(
      timeout ?? BuildInput.defaults.timeout,
      Duration.times(pendingTimeout, BuildContext.isUpload(context) ? 2 : 1)
    ),
    Duration.minutes(5)
  ))

/** Where an earlier container has put the files. */
const contextOf = ({ context, dockerfilePath, pendingTimeout }: BuildInput.BuildInput): Partial<Environment> =>
  BuildContext.isGit(context)
    ? {
      OSB_CONTEXT_FETCHED: "yes",
      OSB_CONTEXT_DIR: [PodVolumes.work, GitScript.folder, context.git.subPath ?? ""].filter((part) => part !== "")
        .join("/"),
      OSB_CONTAINERFILE: dockerfilePath ?? ""
    }
    : BuildContext.isImage(context)
    ? {
      OSB_CONTEXT_FETCHED: "yes",
      OSB_CONTEXT_IMAGE: ImagePullspec.withoutTag(context.image.pullspec),
      OSB_CONTAINERFILE: dockerfilePath ?? ""
    }
    : BuildContext.isUpload(context)
    ? {
      OSB_CONTEXT_FETCHED: "yes",
      OSB_CONTEXT_DIGEST: context.upload.digest,
      OSB_UPLOAD_SECONDS: String(seconds(pendingTimeout ?? BuildInput.defaults.pendingTimeout))
    }
    : {}

/** The variables that no volume sets. */
const environment = (profile: JobProfile, input: BuildInput.BuildInput): Partial<Environment> => ({
  OSB_BASE_IMAGE: input.baseImage?.pullspec ?? "",
  OSB_FINAL_IMAGE: input.finalImage.pullspec,
  OSB_TIMEOUT_SECONDS: String(seconds(input.timeout ?? BuildInput.defaults.timeout)),
  OSB_ARCHITECTURE: input.architecture ?? "",
  OSB_CACHE_FROM: input.cacheFrom ?? "",
  OSB_CACHE_TO: input.cacheTo ?? "",
  ...ScriptOutput.environment(input),
  OSB_STORAGE: profile.settings.storage ?? "auto",
  OSB_INSECURE_REGISTRIES: (profile.settings.insecureRegistries ?? []).join(" "),
  ...contextOf(input),
  OSB_ARCHIVE: isForNode(profile, input) ? "yes" : ""
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
    // The client that uploads attaches to standard input, which is closed for good when it has sent everything, or has gone.
    ...(verb === "upload" ? { stdin: true, stdinOnce: true } : {}),
    // No memory limit: a limit would only kill builds. Disk has a limit, because a full node evicts other pods.
    resources: {
      requests: { cpu, memory, "ephemeral-storage": disk },
      limits: { "ephemeral-storage": disk }
    },
    terminationMessagePolicy: "FallbackToLogsOnError",
    // Writing to the node's storage needs root on the node. This container runs no code from the input.
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

/** The time limit of a short pod's script, and its resource requests. */
const short = {
  seconds: 60,
  resources: {
    requests: { cpu: "10m", memory: "64Mi", "ephemeral-storage": "64Mi" },
    limits: { "ephemeral-storage": "256Mi" }
  }
}

/**
 * The spec of a pod that runs one verb of the script and no instruction. It has what the building container needs to pull images, and
 * nothing that is for RUN.
 */
export const shortSpec = (
  profile: JobProfile,
  record: BuildRecord.BuildRecord,
  clusterDefaults: ClusterDefaults,
  options: { readonly verb: string; readonly environment: Partial<Environment> }
): JsonObject => {
  const volumes = PodVolumes.forPulling(profile, record)
  const { affinity: _affinity, initContainers: _initContainers, ...spec } =
    template(profile, record, clusterDefaults).spec
  return {
    ...spec,
    activeDeadlineSeconds: 2 * short.seconds,
    containers: [{
      ...container(profile, record, volumes, "build", clusterDefaults),
      name: options.verb,
      command: ["/bin/sh", PodVolumes.script, options.verb],
      env: variables({
        ...environment(profile, record.input),
        ...PodVolumes.environment(volumes, "build"),
        ...proxies(record.input.proxy ?? clusterDefaults.proxy),
        OSB_TIMEOUT_SECONDS: String(short.seconds),
        OSB_STORAGE: "vfs",
        ...options.environment
      }),
      resources: short.resources
    }],
    volumes: volumes.map(PodVolumes.manifest)
  }
}

/** The pod template of a build's Job. */
export const template = (
  profile: JobProfile,
  record: BuildRecord.BuildRecord,
  clusterDefaults: ClusterDefaults
): { readonly metadata: JsonObject; readonly spec: JsonObject } => {
  const { fingerprint, input, ref } = record
  const volumes = PodVolumes.of(profile, record)
  const git = BuildContext.isGit(input.context) ? input.context.git : undefined
  const disk = PodVolumes.ephemeralStorage(profile, input)
  const timeoutSeconds = String(seconds(input.timeout ?? BuildInput.defaults.timeout))
  const contextContainers = git === undefined ? [] : [
    GitContainer.container({ image: profile.settings.gitImage, user: "nobody" }, input, git, "context", {
      environment: GitScript.contextVariables(input, git, timeoutSeconds),
      resources: { requests: { "ephemeral-storage": disk }, limits: { "ephemeral-storage": disk } },
      proxy: clusterDefaults.proxy
    })
  ]
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
        ...nodeSelector(input)
      },
      ...(tolerations.length === 0 ? {} : { tolerations }),
      ...(profile.takesSlot ? { affinity: slot } : {}),
      initContainers: [
        ...contextContainers,
        ...PodVolumes.verbsOf(input).filter((verb) => verb !== "push").map((verb) =>
          container(profile, record, volumes, verb, clusterDefaults)
        )
      ],
      containers: [container(profile, record, volumes, "push", clusterDefaults)],
      volumes: [...volumes.map(PodVolumes.manifest), ...(git === undefined ? [] : GitContainer.volumes(git))]
    }
  }
}
