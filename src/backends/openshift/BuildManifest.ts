/**
 * The OpenShift Build of a build.
 */
import * as Duration from "effect/Duration"
import * as BuildInput from "../../core/BuildInput.js"
import * as ImagePullspec from "../../core/ImagePullspec.js"
import * as BuildContext from "../../core/input/BuildContext.js"
import { builtText } from "../../core/input/BuiltContainerfile.js"
import { commitOf } from "../../core/input/GitSource.js"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Resource from "../../kubernetes/Resource.js"
import * as Resources from "../../kubernetes/Resources.js"
import { nodeSelector as nodeSelectorOf } from "../pod/PodEnvironment.js"
import type { BuildRecord } from "../record/BuildRecord.js"
import * as BuildVolumes from "./BuildVolumes.js"
import * as ImageContexts from "./ImageContexts.js"
import type { OpenShiftSettings } from "./OpenShiftSettings.js"

export const make = (settings: OpenShiftSettings, { input, parts }: Pick<BuildRecord, "input" | "parts">): JsonObject =>
  Resource.object(Resources.Build, { spec: spec(settings, input, parts) })

/** The service account of build pods in every project. */
export const serviceAccount = "builder"

const spec = (settings: OpenShiftSettings, input: BuildInput.BuildInput, parts: BuildRecord["parts"]): JsonObject => {
  const pullSecretName = BuildInput.pullSecretName(input) ?? settings.defaultPullSecretName
  const pushSecretName = input.finalImage.secretName
  const nodeSelector = nodeSelectorOf(input)
  return {
    serviceAccount: settings.serviceAccount ?? serviceAccount,
    source: {
      ...source(input),
      // A Build has no target: what follows the target has no part in its image.
      dockerfile: builtText(input),
      ...filled("images", [
        ...ImageContexts.files(input, pullSecretName),
        ...ImageContexts.of(input).map(ImageContexts.manifest)
      ]),
      ...filled("configMaps", parts.map(({ name, path }) => ({ configMap: { name }, destinationDir: path })))
    },
    strategy: {
      type: "Docker",
      dockerStrategy: {
        ...(pullSecretName === undefined ? {} : { pullSecret: { name: pullSecretName } }),
        // The builder pulls by the tag where there is one, although it may be gone or name another image by now: openshift/builder
        // pkg/build/builder/docker.go pullImage. Build arguments, never `env`: that would remain in the image.
        ...filled(
          "buildArgs",
          pairs({
            ...input.buildArgs,
            ...(input.baseImage === undefined ? {} : { BASE_IMAGE: ImagePullspec.withoutTag(input.baseImage.pullspec) })
          })
        ),
        ...filled("volumes", BuildVolumes.of(input).map(BuildVolumes.manifest))
      }
    },
    output: {
      to: { kind: "DockerImage", name: input.finalImage.pullspec },
      ...(pushSecretName === undefined ? {} : { pushSecret: { name: pushSecretName } }),
      ...filled("imageLabels", pairs({ ...BuildContext.sourceLabels(input.context), ...input.imageLabels }))
    },
    resources: { requests: requests(input) },
    completionDeadlineSeconds: Math.ceil(Duration.toSeconds(input.timeout ?? BuildInput.defaults.timeout)),
    // Without one, the cluster's default applies.
    ...(Object.keys(nodeSelector).length === 0 ? {} : { nodeSelector }),
    ...(settings.mountTrustedCA === true ? { mountTrustedCA: true } : {})
  }
}

/** The builder writes the Containerfile into the directory of the repository, over a file named Dockerfile. */
const source = ({ context }: BuildInput.BuildInput): JsonObject => {
  if (!BuildContext.isGit(context)) return { type: "Dockerfile" }
  const { git } = context
  const commit = commitOf(git)
  return {
    type: "Git",
    git: { uri: git.url, ...(commit === undefined ? {} : { ref: commit }) },
    ...(git.subPath === undefined ? {} : { contextDir: git.subPath }),
    ...(git.secretName === undefined ? {} : { sourceSecret: { name: git.secretName } })
  }
}

const filled = (key: string, items: ReadonlyArray<JsonObject>): JsonObject => items.length === 0 ? {} : { [key]: items }

const pairs = (record: Readonly<Record<string, string>>): ReadonlyArray<JsonObject> =>
  Object.entries(record).map(([name, value]) => ({ name, value }))

const requests = ({ resources = {} }: BuildInput.BuildInput): JsonObject => {
  const { cpu, ephemeralStorage, memory } = { ...BuildInput.defaults.resources, ...resources }
  return { cpu, memory, "ephemeral-storage": ephemeralStorage }
}
