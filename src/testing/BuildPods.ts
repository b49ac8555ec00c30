/**
 * Identifies the build of a pod on the fake cluster by its labels, its owner and the build's record.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Record from "effect/Record"
import { containerfileKey, readInput } from "../backends/record/BuildRecord.js"
import { annotation, label } from "../backends/record/RecordMetadata.js"
import { type BuildInput, pulledImages } from "../core/BuildInput.js"
import * as Containerfile from "../core/Containerfile.js"
import { builtText } from "../core/input/BuiltContainerfile.js"
import * as Json from "../fake/Json.js"
import * as CoreKinds from "../fake/kinds/CoreKinds.js"
import * as OpenShiftBuilder from "../fake/kubelet/OpenShiftBuilder.js"
import * as Metadata from "../fake/store/Metadata.js"
import type { Registry } from "../fake/store/Registry.js"
import type { JsonObject } from "../kubernetes/client/ApiRequest.js"

/**
 * `runner` is the program that runs the build: OpenShift's builder, this library's script in a Job's pod, or undefined for
 * any other pod.
 *
 * @since 0.1.0
 * @category models
 */
export interface Subject {
  readonly runner: "openshift" | "script" | "unknown"
  readonly namespace: string
  readonly record: string
  readonly fingerprint: string
  readonly finalImage: string
  /** The names that a test may use for the build: those of the record, of the Job or Build, and of the pod. */
  readonly names: ReadonlyArray<string>
  /** The part of the Containerfile that is built. */
  readonly containerfile: string
  /** The base image, with the defaults of the Containerfile for other build arguments. */
  readonly base: string | undefined
  /** The base image that the pod only looks up. */
  readonly looksUp: string | undefined
  readonly timeout: Duration.Duration | undefined
}

const environment = (pod: JsonObject, name: string): string | undefined =>
  ["initContainers", "containers"].flatMap((key) => Json.objects(pod, "spec", key)).flatMap((one) =>
    Json.objects(one, "env")
  )
    .map(
      (entry) => Json.text(entry, "name") === name ? Json.text(entry, "value") : undefined
    ).find((value) => value !== undefined)

/** The input that a record was made for; none where a test made the record, or another version. */
const inputOf = (record: JsonObject): Option.Option<BuildInput> =>
  Option.map(
    Effect.runSync(Effect.option(readInput(Record.filter(Json.object(record, "data"), Predicate.isString)))),
    ({ input }) => input
  )

/** @since 0.1.0 @category constructors */
export const subject = (registry: Registry, pod: JsonObject): Subject => {
  const namespace = Metadata.namespace(pod)
  const openshift = OpenShiftBuilder.isBuildPod(pod)
  const build = openshift ? OpenShiftBuilder.buildOf(registry, pod) : {}
  const labels = { ...Metadata.labels(pod), ...Metadata.labels(build) }
  const name = labels[label.record] ?? ""
  const record = Either.getOrElse(registry.get(CoreKinds.configMap, namespace, name), (): JsonObject => ({}))
  const seconds = environment(pod, "OSB_TIMEOUT_SECONDS")
  const finalImage = Json.text(record, "metadata", "annotations", annotation.finalImage)
    ?? Json.text(build, "spec", "output", "to", "name")
    ?? environment(pod, "OSB_FINAL_IMAGE")
    ?? ""
  const baseImage = environment(pod, "OSB_BASE_IMAGE")
  const { base, containerfile } = Option.match(inputOf(record), {
    onSome: (input) => ({ containerfile: builtText(input), base: pulledImages(input).base }),
    onNone: () => {
      const containerfile = Json.text(record, "data", containerfileKey) ??
        Json.text(build, "spec", "source", "dockerfile") ?? ""
      const values = baseImage === undefined ? {} : { BASE_IMAGE: baseImage }
      return { containerfile, base: Containerfile.namedImages(containerfile, values).root }
    }
  })
  return {
    runner: openshift ? "openshift" : environment(pod, "OSB_FINAL_IMAGE") === undefined ? "unknown" : "script",
    namespace,
    record: name,
    fingerprint: labels[label.fingerprint] ?? "",
    finalImage,
    names: [name, Json.text(Metadata.controller(pod), "name") ?? "", Metadata.name(pod)],
    containerfile,
    base,
    looksUp: Json.objects(pod, "spec", "containers").some((one) => Json.text(one, "name") === "base")
      ? baseImage
      : undefined,
    timeout: seconds === undefined ? undefined : Duration.seconds(Number(seconds))
  }
}

/** The lines that a builder prints for the steps of a Containerfile. @since 0.1.0 @category getters  */
export const stepLines = (containerfile: string): ReadonlyArray<string> => {
  const all = Containerfile.instructions(containerfile)
  const first = all.findIndex(({ keyword }) => keyword === "FROM")
  const steps = first < 0 ? [] : all.slice(first)
  return steps.map(({ flags, keyword, rest }, index) =>
    `STEP ${index + 1}/${steps.length}: ${[keyword, ...flags, rest].join(" ")}`.trimEnd()
  )
}
