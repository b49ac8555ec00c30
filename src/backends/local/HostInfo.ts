/**
 * The properties of this machine that determine what it can build.
 */
import * as Effect from "effect/Effect"
import { machine } from "node:os"
import * as Process from "../../effect/Process.js"
import * as BuildahFeatures from "../script/BuildahFeatures.js"

export interface HostInfo {
  /** The architecture as an input names it; undefined if it is another one. */
  readonly architecture: string | undefined
  /** The version of buildah; undefined if there is none. */
  readonly buildah: BuildahFeatures.Version | undefined
  /** The version of git; absent if there is none, or if it was not looked up. */
  readonly git?: BuildahFeatures.Version | undefined
}

/** The oldest git that takes no configuration but ours (`GIT_CONFIG_GLOBAL`). */
export const oldestGit: BuildahFeatures.Version = [2, 32]

// The names of uname(1), and the names of Go, which images use.
const architectures: ReadonlyMap<string, string> = new Map([
  ["x86_64", "amd64"],
  ["aarch64", "arm64"],
  ["ppc64le", "ppc64le"],
  ["s390x", "s390x"]
])

const version = (executor: Process.Executor, program: string) =>
  Effect.orElseSucceed(Process.output(executor, [program, "--version"]), () => "").pipe(
    Effect.map((output): BuildahFeatures.Version | undefined => {
      const [, major, minor] = /version (\d+)\.(\d+)/.exec(output) ?? []
      return major === undefined || minor === undefined ? undefined : [Number(major), Number(minor)]
    })
  )

/** Without git, which most builds do not need. */
export const probe = (executor: Process.Executor): Effect.Effect<HostInfo> =>
  Effect.map(version(executor, "buildah"), (buildah) => ({ architecture: architectures.get(machine()), buildah }))

/** The version of git; undefined if there is none. */
export const probeGit = (executor: Process.Executor): Effect.Effect<BuildahFeatures.Version | undefined> =>
  version(executor, "git")

/** Whether this buildah supports heredocs. */
export const knowsHeredocs = ({ buildah }: HostInfo): boolean =>
  buildah !== undefined && !BuildahFeatures.isOlder(buildah, BuildahFeatures.table["RUN heredoc"].since)
