/**
 * The containers that talk to a Git repository: the init container `context` of a build pod, which fetches the commit before
 * anything is built, and the pod that finds it. Neither runs a line of the Containerfile, and no other has the secret.
 */
import type { BuildInput } from "../../core/BuildInput.js"
import * as BuildInputs from "../../core/BuildInput.js"
import { commitOf, type GitSource } from "../../core/input/GitSource.js"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import type { ClusterDefaults } from "../controller/Definition.js"
import { nodeSelector } from "../pod/PodUnsupported.js"
import * as GitResolution from "../script/GitResolution.js"
import * as GitScript from "../script/GitScript.js"
import type { JobProfile } from "./JobProfile.js"
import { gitImage } from "./JobSettings.js"

const root = "/os-builder"

/** The user `nobody`: ssh needs one that is in /etc/passwd, and git's images have no other but root. */
export const user = 65_534

/** The group of the volumes, which a build pod has as its fsGroup. */
const group = 1000

const literal = (value: string): string => value.replaceAll("$", "$$$$")

const variables = (values: Readonly<Record<string, string | undefined>>): ReadonlyArray<JsonObject> =>
  Object.entries(values).flatMap(([name, value]) =>
    value === undefined || value === "" ? [] : [{ name, value: literal(value) }]
  )

/** The container of a verb, with its volumes `work`, `git-memory`, `git-secret` and `trust`. */
const container = (
  profile: JobProfile,
  input: BuildInput,
  git: GitSource,
  verb: "context" | "resolve",
  more: {
    readonly environment: GitScript.Environment
    readonly resources: JsonObject
    readonly defaults: ClusterDefaults
  }
): JsonObject => {
  const proxy = input.proxy ?? more.defaults.proxy
  return {
    name: verb,
    image: profile.settings.gitImage ?? gitImage,
    command: ["/bin/sh", "-c", literal(GitScript.source), "sh", verb],
    workingDir: "/",
    env: variables({
      OSB_GIT_URL: git.url,
      OSB_WORK_DIR: `${root}/work`,
      OSB_MEMORY_DIR: `${root}/memory`,
      OSB_GIT_SECRET_DIR: git.secretName === undefined ? "" : `${root}/secret`,
      OSB_TRUST_BUNDLE: input.trustBundle === undefined ? "" : `${root}/trust/bundle.pem`,
      HTTPS_PROXY: proxy?.https,
      NO_PROXY: proxy?.noProxy,
      ...more.environment
    }),
    volumeMounts: [
      { name: "work", mountPath: `${root}/work` },
      { name: "git-memory", mountPath: `${root}/memory` },
      ...(git.secretName === undefined ? [] : [{ name: "git-secret", mountPath: `${root}/secret`, readOnly: true }]),
      ...(input.trustBundle === undefined ? [] : [{ name: "trust", mountPath: `${root}/trust`, readOnly: true }])
    ],
    resources: more.resources,
    terminationMessagePolicy: "FallbackToLogsOnError",
    securityContext: {
      runAsUser: user,
      runAsGroup: group,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] }
    }
  }
}

/** The volumes that only these containers mount. */
export const volumes = (git: GitSource): ReadonlyArray<JsonObject> => [
  { name: "git-memory", emptyDir: { medium: "Memory", sizeLimit: "16Mi" } },
  ...(git.secretName === undefined
    ? []
    : [{ name: "git-secret", secret: { secretName: git.secretName, defaultMode: 0o440 } }])
]

/** The init container of a build pod that fetches the commit. */
export const contextContainer = (
  profile: JobProfile,
  input: BuildInput,
  git: GitSource,
  defaults: ClusterDefaults,
  options: { readonly timeoutSeconds: string; readonly resources: JsonObject }
): JsonObject =>
  container(profile, input, git, "context", {
    environment: {
      OSB_GIT_COMMIT: commitOf(git) ?? "",
      OSB_GIT_SUB_PATH: git.subPath ?? "",
      OSB_CONTAINERFILE: input.dockerfilePath ?? "",
      OSB_TIMEOUT_SECONDS: options.timeoutSeconds
    },
    resources: options.resources,
    defaults
  })

const small: JsonObject = { cpu: "50m", memory: "64Mi", "ephemeral-storage": "64Mi" }

/** The pod that finds the commit of a ref. */
export const resolveSpec = (
  profile: JobProfile,
  input: BuildInput,
  git: GitSource,
  defaults: ClusterDefaults
): JsonObject => {
  const { configMapName = "", key = BuildInputs.defaults.trustBundle.key } = input.trustBundle ?? {}
  return {
    serviceAccountName: profile.settings.serviceAccount ?? "default",
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    restartPolicy: "Never",
    terminationGracePeriodSeconds: 1,
    securityContext: { runAsNonRoot: true, fsGroup: group },
    nodeSelector: { "kubernetes.io/os": "linux", ...nodeSelector(input) },
    containers: [
      container(profile, input, git, "resolve", {
        environment: { OSB_GIT_REF: git.ref ?? "", OSB_TIMEOUT_SECONDS: String(GitResolution.timeoutSeconds) },
        resources: { requests: small },
        defaults
      })
    ],
    volumes: [
      { name: "work", emptyDir: { sizeLimit: "64Mi" } },
      ...volumes(git),
      ...(input.trustBundle === undefined
        ? []
        : [{ name: "trust", configMap: { name: configMapName, items: [{ key, path: "bundle.pem" }] } }])
    ]
  }
}
