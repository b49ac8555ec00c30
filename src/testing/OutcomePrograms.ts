/**
 * The pod programs for the outcomes of builds, by this library's script and by OpenShift's builder.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { createHash } from "node:crypto"
import { gunzipSync } from "node:zlib"
import { code } from "../backends/script/ExitCode.js"
import * as TerminationMessage from "../backends/script/TerminationMessage.js"
import * as DurationText from "../core/DurationText.js"
import * as BuildPod from "../fake/controllers/BuildPod.js"
import type { ControlPlane } from "../fake/ControlPlane.js"
import * as Json from "../fake/Json.js"
import * as OpenShiftBuilder from "../fake/kubelet/OpenShiftBuilder.js"
import * as Program from "../fake/kubelet/Program.js"
import * as Metadata from "../fake/store/Metadata.js"
import type { Registry } from "../fake/store/Registry.js"
import type { JsonObject } from "../kubernetes/client/ApiRequest.js"
import * as BuildPods from "./BuildPods.js"
import * as GitPods from "./GitPods.js"
import * as OpenShiftLog from "./OpenShiftLog.js"
import { type Outcome, succeeds } from "./Outcome.js"

type Steps = Stream.Stream<Program.Step>

/** The outcomes that end by themselves, without hold or eviction. */
type Ending = Exclude<Outcome, { _tag: "Held" | "Evicted" | "StorageExceeded" | "NeverScheduled" | "ImagePullBackOff" }>

const digestOf = (outcome: Extract<Outcome, { _tag: "Succeeds" }>, of: BuildPods.Subject): string =>
  outcome.digest ??
    `sha256:${createHash("sha256").update(`${of.finalImage} ${of.fingerprint} ${of.containerfile}`).digest("hex")}`

/** The digest of a base image in its registry, unless a test sets another. @since 0.1.0 @category getters */
export const baseDigest = (pullspec: string): string => `sha256:${createHash("sha256").update(pullspec).digest("hex")}`

/** Prints the lines in the time that they take, then waits for the time after them. */
const takingTime = (
  outcome: Extract<Outcome, { _tag: "Succeeds" }>,
  defaultLines: ReadonlyArray<string>
): Steps => {
  const lines = Program.log(...outcome.log ?? defaultLines)
  const spread = Duration.toMillis(outcome.every) === 0
    ? lines
    : Stream.tap(lines, () => Effect.sleep(outcome.every))
  return Stream.concat(spread, Stream.drain(Stream.fromEffect(Effect.sleep(outcome.after))))
}

const pullDenied = "reading manifest: unauthorized: authentication required"
const pushDenied = "trying to reuse blob at destination: unauthorized: authentication required"
const unreachable = "dial tcp: lookup registry: i/o timeout"

const failureLog = (outcome: Extract<Outcome, { _tag: "ContainerfileFails" }>, of: BuildPods.Subject): Steps =>
  Program.log(
    ...outcome.log ?? [
      ...BuildPods.stepLines(of.containerfile),
      `Error: building at STEP "RUN": while running runtime: exit status ${outcome.exitCode}`
    ]
  )

const script = (
  verb: "build" | "push",
  exitCode: number,
  more: Partial<TerminationMessage.TerminationMessage> = {}
): Steps => Program.exit(exitCode, { message: TerminationMessage.format({ verb, code: exitCode, text: "", ...more }) })

/** Deletes the owner of a pod from outside. */
const deleteOwner = ({ catalog, registry }: ControlPlane, pod: JsonObject): Steps =>
  Stream.concat(
    Stream.drain(Stream.fromEffect(Effect.map(Clock.currentTimeMillis, (now) => {
      const owner = Metadata.controller(pod)
      const kind = catalog.named(Json.text(owner, "apiVersion") ?? "", Json.text(owner, "kind") ?? "")
      return kind === undefined ? undefined : registry.delete(
        kind,
        Metadata.namespace(pod),
        Json.text(owner, "name") ?? "",
        { propagationPolicy: "Background" },
        { now }
      )
    }))),
    Stream.never
  )

const scriptProgram = (
  outcome: Ending,
  of: BuildPods.Subject,
  digestOfBase: (pullspec: string) => string,
  deletesOwner: Steps
): { readonly build: Steps; readonly push: Steps } => {
  const built = script("build", code.succeeded)
  const pushed = script("push", code.succeeded)
  switch (outcome._tag) {
    case "Succeeds": {
      const architecture = "amd64"
      return {
        build: Stream.concat(takingTime(outcome, BuildPods.stepLines(of.containerfile)), built),
        push: script("push", code.succeeded, {
          digest: digestOf(outcome, of),
          architecture,
          base: of.base === undefined ? undefined : { pullspec: of.base, digest: digestOfBase(of.base) }
        })
      }
    }
    case "ContainerfileFails": {
      const text = `building at STEP "RUN": while running runtime: exit status ${outcome.exitCode}`
      const failed = script("build", code.instructionFailed, { exitCode: outcome.exitCode, text })
      return { build: Stream.concat(failureLog(outcome, of), failed), push: pushed }
    }
    case "PullFails": {
      const [exitCode, text] = outcome.transient ? [code.pullFailed, unreachable] : [code.pullDenied, pullDenied]
      return { build: Stream.concat(Program.log(`Error: ${text}`), script("build", exitCode, { text })), push: pushed }
    }
    case "PushFails": {
      const [exitCode, text] = outcome.transient ? [code.pushFailed, unreachable] : [code.pushDenied, pushDenied]
      const log = Program.log(...BuildPods.stepLines(of.containerfile))
      return {
        build: Stream.concat(log, built),
        push: Stream.concat(Program.log(`Error: ${text}`), script("push", exitCode, { text }))
      }
    }
    case "OomKilled":
      return { build: Program.oomKilled, push: pushed }
    case "DeletedOutside":
      return { build: deletesOwner, push: pushed }
    case "Hangs": {
      const timeout = of.timeout === undefined ? Stream.never : Stream.concat(
        Stream.drain(Stream.fromEffect(Effect.sleep(of.timeout))),
        script("build", code.timeout, { text: `the attempt took longer than ${DurationText.format(of.timeout)}` })
      )
      return { build: Stream.concat(Program.log(...BuildPods.stepLines(of.containerfile)), timeout), push: pushed }
    }
  }
}

const openShiftSteps = (
  registry: Registry,
  pod: JsonObject,
  outcome: Ending,
  of: BuildPods.Subject,
  deletesOwner: Steps
): Steps => {
  const build = OpenShiftBuilder.buildOf(registry, pod)
  const fails = ({ error, lines }: OpenShiftLog.Failure, reason: string, message: string) =>
    OpenShiftBuilder.steps(registry, pod, Program.log(...lines), { _tag: "Failed", reason, message }, [
      `error: build error: ${error}`
    ])
  switch (outcome._tag) {
    case "Succeeds": {
      const digest = digestOf(outcome, of)
      const { last, lines } = OpenShiftLog.pushed(build, digest)
      const log = takingTime(outcome, lines)
      const end: OpenShiftBuilder.End = { _tag: "Pushed", digest }
      return OpenShiftBuilder.steps(registry, pod, log, end, outcome.log === undefined ? [last] : [])
    }
    case "ContainerfileFails": {
      const { error, lines } = OpenShiftLog.failed(build, outcome.exitCode)
      const log = outcome.log ?? lines
      return fails({ lines: log, error }, "DockerBuildFailed", "Dockerfile build strategy has failed.")
    }
    case "PullFails": {
      const failure = OpenShiftLog.notPulled(build, outcome.transient ? unreachable : pullDenied)
      return fails(failure, "PullBuilderImageFailed", "Failed pulling builder image.")
    }
    case "PushFails": {
      const failure = OpenShiftLog.notPushed(build, outcome.transient ? unreachable : pushDenied)
      return fails(failure, "PushImageToRegistryFailed", "Failed to push the image to the registry.")
    }
    case "OomKilled":
      return Program.oomKilled
    case "DeletedOutside":
      return deletesOwner
    case "Hangs":
      return Stream.concat(Program.log(...OpenShiftLog.built(build)), Stream.never)
  }
}

/** The program of a pod that looks up the digest of a base image. @since 0.1.0 @category constructors */
export const lookup = (digest: string): Program.PodProgram => () => ({
  waiting: undefined,
  stopped: undefined,
  steps: Program.exit(code.succeeded, {
    message: TerminationMessage.format({ verb: "base", code: code.succeeded, digest, text: "" })
  })
})

/**
 * The program of a pod in an `attempt`, counted from 1. `released` waits for the outcome of a held build.
 *
 * @since 0.1.0
 * @category constructors
 */
export const program = (options: {
  readonly plane: ControlPlane
  readonly pod: JsonObject
  readonly of: BuildPods.Subject
  readonly outcome: Outcome
  readonly attempt: number
  readonly released: Effect.Effect<Outcome>
  readonly digestOfBase: (pullspec: string) => string
}): Program.PodProgram => {
  const { attempt, of, outcome, plane, pod, released } = options
  const main = Json.objects(pod, "spec", "containers").map((one) => Json.text(one, "name"))
  const deletesOwner = deleteOwner(plane, pod)
  const steps = Program.log(
    ...of.runner === "openshift"
      ? OpenShiftLog.built(OpenShiftBuilder.buildOf(plane.registry, pod))
      : BuildPods.stepLines(of.containerfile)
  )

  const ending = (next: Outcome, container: string): Steps => {
    switch (next._tag) {
      case "Held":
        return Stream.unwrap(Effect.map(released, (one) => ending(one, container)))
      case "Evicted":
        return attempt > next.times ? ending(succeedsNow, container) : Stream.concat(steps, Program.evicted)
      case "StorageExceeded":
        return Stream.concat(steps, Program.exceedsVolume(...limitedVolume(pod)))
      case "NeverScheduled":
      case "ImagePullBackOff":
        return Stream.never
      default: {
        if (of.runner === "openshift") return openShiftSteps(plane.registry, pod, next, of, deletesOwner)
        return scriptProgram(next, of, options.digestOfBase, deletesOwner)[main.includes(container) ? "push" : "build"]
      }
    }
  }

  return (container, { stdin }) =>
    container === "context" && of.runner === "script"
      ? GitPods.context
      : container === "upload" && of.runner === "script"
      ? upload(pod, stdin)
      : ({
        waiting: outcome._tag === "ImagePullBackOff"
          ? Program.imagePullBackOff(imageOf(pod, container))
          : undefined,
        stopped: of.runner === "script" ? stoppedScript(main.includes(container) ? "push" : "build") : undefined,
        // The init containers of an OpenShift Build take no time: while they ran, the Build would be Pending.
        steps: of.runner !== "openshift" || main.includes(container)
          ? ending(outcome, container)
          : container === BuildPod.cloneContainer
          ? OpenShiftBuilder.clones(plane.registry, pod)
          : Stream.empty
      })
}

/** The verb `upload` of the script: it takes the context from standard input, and compares its digest with that of the input. */
const upload = (pod: JsonObject, stdin: Stream.Stream<Uint8Array>): Program.ContainerProgram => {
  const variables = Json.objects(
    Json.objects(pod, "spec", "initContainers").find((one) => Json.text(one, "name") === "upload"),
    "env"
  )
  const variable = (name: string) => Json.text(variables.find((one) => Json.text(one, "name") === name), "value") ?? ""
  const failed = (text: string) =>
    Program.exit(code.uploadFailed, {
      message: TerminationMessage.format({ verb: "upload", code: code.uploadFailed, text })
    })
  const taken = Stream.runCollect(stdin).pipe(
    Effect.map((pieces): Steps => {
      const bytes = Buffer.concat([...pieces])
      if (bytes.byteLength === 0) return failed("the upload of the context was cut before its first byte")
      const digest = digestOfArchive(bytes)
      return digest === variable("OSB_CONTEXT_DIGEST")
        ? Program.log(`os-builder: the context is uploaded, ${digest}`)
        : failed("the upload of the context was cut or is not what was announced")
    }),
    Effect.timeoutTo({
      duration: `${Number(variable("OSB_UPLOAD_SECONDS"))} seconds`,
      onSuccess: (steps) => steps,
      onTimeout: () => failed("no client has uploaded the context")
    })
  )
  return {
    steps: Stream.concat(Program.log("os-builder: waiting for the upload of the context"), Stream.unwrap(taken))
  }
}

const digestOfArchive = (bytes: Uint8Array): string => {
  try {
    return `sha256:${createHash("sha256").update(gunzipSync(bytes)).digest("hex")}`
  } catch {
    return "sha256:"
  }
}

/** The script's trap: `stop` of script/Common.ts. */
const stoppedScript = (verb: "build" | "push") => ({
  exitCode: code.stopped,
  message: TerminationMessage.format({ verb, code: code.stopped, text: `the ${verb} was told to stop` })
})

/** The first volume that the kubelet limits, and its limit. */
const limitedVolume = (pod: JsonObject): readonly [volume: string, limit: string] => {
  const limited = Json.objects(pod, "spec", "volumes").find((volume) => Json.text(volume, "emptyDir", "sizeLimit"))
  return [Json.text(limited, "name") ?? "buildworkdir", Json.text(limited, "emptyDir", "sizeLimit") ?? "20Gi"]
}

const succeedsNow: Outcome = succeeds()

const imageOf = (pod: JsonObject, container: string): string => {
  const specs = ["initContainers", "containers"].flatMap((key) => Json.objects(pod, "spec", key))
  return Json.text(specs.find((one) => Json.text(one, "name") === container), "image") ?? ""
}
