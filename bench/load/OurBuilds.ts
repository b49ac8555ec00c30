/**
 * The builds of a contestant of ours; how they are followed is its own.
 */
import { Effect, type Scope } from "effect"
import {
  type BuildBackend,
  BuildInput,
  type BuildRef,
  BuildStatus,
  Cluster,
  CustomBuildBackend
} from "effect-os-builder"
import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
import * as Measurement from "./Measurement.js"
import type * as Workload from "./Workload.js"

/** Tells each status of each build. */
export type Follow = (
  backend: BuildBackend.Service,
  refs: ReadonlyArray<BuildRef.BuildRef>,
  tell: (ref: BuildRef.BuildRef, status: BuildStatus.BuildStatus) => Effect.Effect<void>
) => Effect.Effect<void, never, Scope.Scope>

/** The input of a build. */
export const input = (build: number) =>
  Effect.orDie(BuildInput.make({
    dockerfile: `ARG BASE_IMAGE\nFROM \${BASE_IMAGE}\nRUN echo ${build} > /etc/build\n`,
    baseImage: { pullspec: "registry.example.com/base:1" },
    finalImage: { pullspec: `registry.example.com/os-${build}:1` },
    // The last pods begin when all others are done.
    pendingTimeout: "1 day"
  }))

export const run = (follow: Follow, site?: Workload.Site): Promise<void> =>
  Measurement.run((kubeconfig) =>
    Effect.gen(function*() {
      const cluster = yield* KubernetesCluster.make({ kubeconfig })
      const backend = yield* Effect.provideService(CustomBuildBackend.make(), Cluster.Cluster, cluster)
      const refs: Array<BuildRef.BuildRef> = []
      return {
        begin: (build) =>
          Effect.gen(function*() {
            const { ref } = yield* Effect.orDie(backend.build(yield* input(build)))
            refs.push(ref)
            return ref.name
          }),
        follow: (tell) =>
          follow(backend, refs, (ref, status) =>
            Effect.sync(() => {
              const hasFailed = BuildStatus.isTerminal(status) && status._tag !== "Succeeded"
              tell(ref.name, status._tag, hasFailed ? `${ref}: ${JSON.stringify(status)}` : undefined)
            }))
      }
    }), site)
