/**
 * The containers that talk to a Git repository. They run no line of the Containerfile, and no other container has the secret.
 */
import type { BuildInput } from "../../core/BuildInput.js"
import * as BuildInputs from "../../core/BuildInput.js"
import type { GitSource } from "../../core/input/GitSource.js"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import { proxies } from "../script/Environment.js"
import * as GitScript from "../script/GitScript.js"
import * as PodEnvironment from "./PodEnvironment.js"

/**
 * The default image with git and ssh. It runs no code of the input, as a user without privileges.
 *
 * @since 0.1.0
 * @category constants
 */
export const gitImage = "docker.io/alpine/git:v2.49.1"

/**
 * The user of the containers: `nobody`, because ssh needs a user in /etc/passwd, and git's images have no other but root; or
 * `assigned`, a user of the namespace's range, as OpenShift's SCC `restricted-v2` requires it. CRI-O adds that user to /etc/passwd
 * (cri-o utils/utils.go GeneratePasswd).
 */
export type GitUser = "nobody" | "assigned"

/** What differs between the backends. */
export interface GitRunner {
  readonly image: string | undefined
  readonly user: GitUser
}

/** The user `nobody`. */
const nobody = 65_534

/** The security context of a pod that has only these containers. */
export const podSecurity: Readonly<Record<GitUser, JsonObject>> = {
  nobody: { runAsNonRoot: true, fsGroup: PodEnvironment.user },
  assigned: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } }
}

/** The container of a verb, with its volumes `work`, `git-memory`, `git-secret` and `trust`. */
export const container = (
  runner: GitRunner,
  input: BuildInput,
  git: GitSource,
  verb: "context" | "resolve",
  more: {
    readonly environment: GitScript.Environment
    readonly resources: JsonObject
    /** The cluster's, for an input without proxies. */
    readonly proxy: BuildInput["proxy"]
  }
): JsonObject => {
  const { root } = PodEnvironment
  return {
    name: verb,
    image: runner.image ?? gitImage,
    command: ["/bin/sh", "-c", PodEnvironment.literal(GitScript.source), "sh", verb],
    workingDir: "/",
    env: PodEnvironment.variables({
      OSB_GIT_URL: git.url,
      OSB_WORK_DIR: `${root}/work`,
      OSB_MEMORY_DIR: `${root}/memory`,
      OSB_GIT_SECRET_DIR: git.secretName === undefined ? "" : `${root}/secret`,
      OSB_TRUST_BUNDLE: input.trustBundle === undefined ? "" : `${root}/trust/bundle.pem`,
      ...proxies(input.proxy ?? more.proxy),
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
      ...(runner.user === "nobody" ? { runAsUser: nobody, runAsGroup: PodEnvironment.user } : {}),
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
    : [{ name: "git-secret", secret: { secretName: git.secretName, defaultMode: PodEnvironment.secretMode } }])
]

/** The volume of the authorities of the input. */
export const trustVolumes = ({ trustBundle }: BuildInput): ReadonlyArray<JsonObject> => {
  if (trustBundle === undefined) return []
  const { configMapName, key = BuildInputs.defaults.trustBundle.key } = trustBundle
  return [{ name: "trust", configMap: { name: configMapName, items: [{ key, path: "bundle.pem" }] } }]
}
