/**
 * What of this machine decides what can be built on it.
 */
import * as Command from "@effect/platform/Command"
import type * as CommandExecutor from "@effect/platform/CommandExecutor"
import * as Effect from "effect/Effect"

export interface HostInfo {
  /** As an input names architectures; undefined if it is another one. */
  readonly architecture: string | undefined
  /** The version of buildah; undefined if there is none. */
  readonly buildah: readonly [major: number, minor: number] | undefined
}

// What uname(1) says, and what Go says, which images are named by.
const architectures: ReadonlyMap<string, string> = new Map([
  ["x86_64", "amd64"],
  ["aarch64", "arm64"],
  ["ppc64le", "ppc64le"],
  ["s390x", "s390x"]
])

export const probe = (executor: CommandExecutor.CommandExecutor): Effect.Effect<HostInfo> =>
  Effect.gen(function*() {
    const output = (command: string, argument: string) =>
      Effect.orElseSucceed(executor.string(Command.make(command, argument)), () => "")
    const [, major, minor] = /version (\d+)\.(\d+)/.exec(yield* output("buildah", "--version")) ?? []
    return {
      architecture: architectures.get((yield* output("uname", "-m")).trim()),
      buildah: major === undefined || minor === undefined ? undefined : [Number(major), Number(minor)]
    }
  })

/** Whether a version comes before another. */
export const isOlder = (version: readonly [number, number], than: readonly [number, number]): boolean =>
  version[0] < than[0] || (version[0] === than[0] && version[1] < than[1])

/** Whether this buildah reads heredocs: its CHANGELOG.md, v1.33.0. */
export const knowsHeredocs = ({ buildah }: HostInfo): boolean => buildah !== undefined && !isOlder(buildah, [1, 33])
