/**
 * The meaning of the reasons of a Build, one row each. All are in openshift/api build/v1/consts.go, unless a row names another
 * source. `cm` is openshift-controller-manager, pkg/build/controller/build/build_controller.go; `b` is openshift/builder,
 * pkg/build/builder.
 */
import type { Blocked, ErroredReason, FailedReason } from "../../core/BuildStatus.js"
import * as ErrorText from "../script/ErrorText.js"
import { has } from "../script/ErrorText.js"
import type { BuilderMessage } from "./BuilderMessage.js"

// --- pending ---

const quota = /exceeded quota|failed quota/

const orQuota = (reason: Blocked["reason"]) => (message: string): Blocked["reason"] =>
  quota.test(message) ? "Quota" : reason

/** The reasons of a Build that is New or Pending; it continues once the condition changes. */
export const blocked: ReadonlyMap<string, (message: string) => Blocked["reason"]> = new Map([
  ["InvalidOutputReference", orQuota("MissingReference")], // cm resolveImageReferences
  ["InvalidImageReference", orQuota("MissingReference")], // cm resolveImageReferences
  ["CannotRetrieveServiceAccount", orQuota("MissingReference")], // cm createBuildPod
  ["CannotCreateBuildPodSpec", orQuota("Admission")], // cm createBuildPod: not tried again by the controller
  ["CannotCreateBuildPod", orQuota("Admission")], // cm createBuildPod: whatever the API server has against the pod
  ["CannotCreateCAConfigMap", orQuota("Admission")], // cm createBuildCAConfigMap, not in consts.go
  ["CannotCreateGlobalCAConfigMap", orQuota("Admission")], // cm createBuildGlobalCAConfigMap, not in consts.go
  ["CannotCreateBuildSysConfigMap", orQuota("Admission")], // cm createBuildSystemConfConfigMap, not in consts.go
  [
    "GenericBuildFailed", // cm checkForNonExistantResources
    (message) => message.includes("do not exist") ? "MissingReference" : "Unknown"
  ],
  ["MissingPushSecret", orQuota("MissingReference")] // cm handleActiveBuild
])

// --- outcome ---

export type Meaning =
  | { readonly state: "Failed"; readonly reason: FailedReason; readonly exitCode?: number }
  | { readonly state: "Errored"; readonly reason: ErroredReason }

const errored = (reason: ErroredReason): Meaning => ({ state: "Errored", reason })

const failed = (reason: FailedReason): Meaning => ({ state: "Failed", reason })

const always = (reason: ErroredReason) => (): Meaning => errored(reason)

/** Errors whose text alone decides, whichever step they stopped. */
const platform = (text: string): Meaning | undefined =>
  has(text, ErrorText.credentials)
    ? errored("CredentialsInvalid")
    : has(text, ErrorText.disk)
    ? errored("OutOfDisk")
    : has(text, ErrorText.storage)
    ? errored("StorageUnavailable")
    : undefined

const registry =
  (denied: ErroredReason, transient: ErroredReason, absent = denied) => ({ error, text }: BuilderMessage): Meaning => {
    const output = error || text
    const found = platform(output)
    if (found !== undefined) return found
    const isDenied = has(output, ErrorText.denied)
    const isAbsent = !isDenied && has(output, ErrorText.absent)
    if (has(output, ErrorText.busy) || !(isDenied || isAbsent || has(output, ErrorText.refused))) {
      return errored(transient)
    }
    // The builder goes on without a secret that it cannot read, and then the registry refuses: cmd/dockercfg/cfg.go.
    return errored(has(text, ErrorText.credentials) ? "CredentialsInvalid" : isAbsent ? absent : denied)
  }

const noStage = /--from=(\S+): no stage or image found/i

const pull = (message: BuilderMessage): Meaning => {
  const [, from] = noStage.exec(message.error) ?? []
  if (from !== undefined) {
    if (/^\d+$/.test(from)) return failed("ContainerfileInvalid")
    // buildah does not print why the image could not be pulled; it does print that it tries again.
    if (/failed, retrying in/i.test(message.text)) return errored("ImagePullFailed")
  }
  return has(message.error, ErrorText.containerfile) && from === undefined
    ? failed("ContainerfileInvalid")
    : registry("ImagePullDenied", "ImagePullFailed", "ImageNotFound")(message)
}

const push = registry("PushDenied", "PushFailed")

/** A process that was killed: by the node because of memory pressure, or because the pod was stopped. */
const killed = /exit status 137\s*$|signal: killed|subprocess exited on killed/

/**
 * The runtime (runc, crun) ran and did not find the program of the instruction. Without a usable runtime buildah names the
 * runtime itself in much the same words, and no exit status follows (buildah run_common.go runUsingRuntime).
 */
const noSuchCommand =
  /(?:exec: "[^"]*": (?:stat [^\n]*: no such file or directory|executable file not found)|executable file `[^`\n]*` not found)[^]*: exit status \d+/i

/** buildah quotes the instruction; the last quote counts, because an instruction may contain the same text. */
const stepError = /^building at step "(.*)": (.*)$/is

/**
 * What follows the end of the instruction, or of a request of buildah's copier, where the log does not have the start of the
 * error any more; otherwise empty.
 */
export const cutCause = (text: string): string =>
  /.*(?:"|RemoveOptions\{\w*:\w*\}\}): (.*)$/s.exec(text.trimEnd().split("\n").at(-1) ?? "")?.[1] ?? ""

/**
 * A build that failed: only an instruction that demonstrably failed is the user's fault. buildah quotes the instruction, and
 * the error follows. Of the log the last 2048 bytes are there: without the start of a long instruction's error, what follows
 * its end is the error.
 */
const build = ({ error, text }: BuilderMessage): Meaning => {
  const lines = text.trimEnd().split("\n")
  const atStep = stepError.exec(error)
  const cause = atStep?.[2] ?? (error || cutCause(text))
  if (has(text, ErrorText.disk)) return errored("OutOfDisk")
  const found = platform(cause)
  if (found !== undefined) return found
  if (noStage.test(cause) || has(cause, ErrorText.pull)) return pull({ error: cause, text })
  if (has(cause, ErrorText.containerfile)) return failed("ContainerfileInvalid")
  const isAdd = /^add\b/i.test(atStep?.[1] ?? "")
  if (isAdd && has(cause, ErrorText.network)) return errored("NetworkUnavailable")
  // The last line before the error is that of the runtime, which could not start the instruction.
  const output = lines.slice(0, Math.max(0, lines.findLastIndex((line) => /^error: /i.test(line))))
  const report = output.slice(-2).join("\n")
  if (/^error running container: /im.test(report) && !noSuchCommand.test(report)) return errored("StorageUnavailable")
  const isNetwork = has(output.slice(-20).join("\n"), ErrorText.runNetwork)
  if (killed.test(cause) || isNetwork || (atStep === null && error !== "")) return errored("Unknown")
  const exitCode = /exit status (\d{1,3})\s*$/.exec(cause)?.[1]
  return { ...failed("InstructionFailed"), ...(exitCode === undefined ? {} : { exitCode: Number(exitCode) }) }
}

/** The Containerfile is written and parsed: an error there is the user's fault, unless the disk is full. */
const prepare = ({ text }: BuilderMessage): Meaning =>
  has(text, ErrorText.disk) ? errored("OutOfDisk") : failed("ContainerfileInvalid")

/** Messages of git, in lower case: the credentials or the host's key are not accepted. */
const denied =
  /failed to fetch requested repository|authentication failed|could not read (?:username|password)|permission denied|host key verification failed|returned error: 40[13]|load key|access denied/

/** The repository or the commit does not exist. */
const absent =
  /requested repository "[^"]*" not found|repository '[^']*' not found|does not exist|does not appear to be a git|couldn't find remote ref|not our ref|did not match any file|reference is not a tree|unadvertised object|returned error: 404/

/** The names of hosts are looked up and reached by curl and ssh, which have words of their own. */
const unreachable =
  /could not resolve|failed to connect|couldn't connect|connection refused|connection reset|connection closed|timed out|no route to host|network is unreachable|returned error: 5|early eof|hung up/

/** A repository that could not be cloned: git's own error, in the words of the script for contexts from Git. */
const fetch = ({ text }: BuilderMessage): Meaning => {
  const output = text.toLowerCase()
  return has(output, ErrorText.disk)
    ? errored("OutOfDisk")
    : denied.test(output)
    ? errored("CredentialsInvalid")
    : absent.test(output)
    ? errored("MissingReference")
    : unreachable.test(output) || has(output, ErrorText.network)
    ? errored("NetworkUnavailable")
    : errored("BackendUnavailable")
}

/**
 * If the service account may not update builds/details, the builder cannot set a reason, and only its error is known. That is
 * not enough to blame the user for an instruction. Before its first stage, where it reads the Containerfile and the names of
 * its images, the builder sets no reason either (b docker.go Build).
 */
const generic = (message: BuilderMessage): Meaning =>
  /^failed to pull image/i.test(message.error)
    ? pull(message)
    : /^failed to push image/i.test(message.error)
    ? push(message)
    // b cmd/builder.go setupGitEnvironment: before the clone, the builder sets no reason.
    : /^cannot set ?up source (?:secret|authentication)/i.test(message.error)
    ? errored("CredentialsInvalid")
    : platform(message.error) ??
      (has(message.error, ErrorText.containerfile) && !stepError.test(message.error)
        ? failed("ContainerfileInvalid")
        : errored("Unknown"))

/**
 * The reasons of a Build that Failed or is in Error. Those of parts that our Builds do not have (a hook) cannot be the fault of an input.
 */
export const ended: ReadonlyMap<string, (message: BuilderMessage) => Meaning> = new Map([
  ["DockerBuildFailed", build], // b docker.go Build
  ["ManageDockerfileFailed", prepare], // b source.go ManageDockerfile
  ["PullBuilderImageFailed", pull], // b docker.go Build: any FROM, any COPY --from
  ["PushImageToRegistryFailed", push], // b docker.go Build
  ["FetchSourceFailed", fetch], // b cmd/builder.go clone
  ["FetchImageContentFailed", pull], // b cmd/builder.go extractImageContent
  ["InvalidContextDirectory", () => failed("ContainerfileInvalid")], // b cmd/builder.go clone: subPath, as on other backends
  ["PostCommitHookFailed", always("Unknown")], // no emitter
  ["OutOfMemoryKilled", always("OutOfMemory")], // cm handleActiveBuild, handleCompletedBuild
  ["BuildPodEvicted", always("Evicted")], // cm handleActiveBuild
  ["GenericBuildFailed", generic], // cm handleActiveBuild: the pod failed; the pod says why, or nobody
  ["BuildPodDeleted", always("Evicted")], // cm handleActiveBuild: by a drain of its node, or by somebody
  ["BuildPodExists", always("Unknown")], // cm handleNewBuild, createBuildPod
  ["NoBuildContainerStatus", always("BackendUnavailable")], // cm handleActiveBuild
  ["FailedContainer", always("Unknown")], // cm handleActiveBuild: of a pod that succeeded all the same
  ["UnresolvableEnvironmentVariable", always("MissingReference")], // cm createBuildPod
  ["InvalidOutputReference", always("MissingReference")], // of binary builds; others wait
  ["InvalidImageReference", always("MissingReference")], // of binary builds; others wait
  ["ExceededRetryTimeout", always("BackendUnavailable")], // no emitter
  ["CancelBuildFailed", always("Unknown")], // no emitter
  ["Error", always("Unknown")] // no emitter
])
