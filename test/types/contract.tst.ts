/**
 * The names and types that programs rely on, one after another.
 */
import type { Config, ConfigError, DateTime, Duration, Effect, Layer, Scope, Stream } from "effect"
import {
  BackendSelection,
  BuildBackend,
  type BuildError,
  type BuildEvent,
  BuildInput,
  BuildRef,
  BuildStatus,
  Capability,
  type Cluster,
  CustomBuildBackend,
  type LocalBuildBackend,
  OpenShiftBuildBackend,
  SingleNodeBuildBackend
} from "effect-os-builder"
import * as FakeCluster from "effect-os-builder/FakeCluster"
import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
import { expect, test } from "tstyche"

declare const input: BuildInput.BuildInput
declare const ref: BuildRef.BuildRef
type Needed = BuildBackend.BuildBackend

test("contract: inputs, refs and statuses", () => {
  expect(BuildInput.make).type.toBe<
    (options: BuildInput.Options) => Effect.Effect<BuildInput.BuildInput, BuildError.BuildRejected>
  >()
  expect(BuildInput.decode).type.toBe<
    (u: unknown) => Effect.Effect<BuildInput.BuildInput, BuildError.BuildRejected>
  >()
  expect(BuildInput.fingerprint(input)).type.toBe<string>()
  expect(new BuildRef.BuildRef({ backend: "custom", namespace: "ns", name: "n", uid: "u" }).backend).type.toBe<string>()
  expect(BuildRef.FromString).type.toBeAssignableTo<object>()
  expect(BuildStatus.outcome).type.toBe<
    (status: BuildStatus.BuildStatus) => "success" | "failure" | "error" | undefined
  >()
  expect<BuildStatus.BuildStatus["_tag"]>().type.toBe<
    "Pending" | "Running" | "Succeeded" | "Failed" | "Errored" | "Cancelled"
  >()
  expect<BuildStatus.Running["startedAt"]>().type.toBe<DateTime.Utc>()
  expect<BuildStatus.Succeeded["image"]["digest"]>().type.toBe<string>()
})

test("contract: errors have a reason, and say whether to try again", () => {
  expect<BuildError.BuildRejected["reason"]>().type.toBe<
    "InvalidInput" | "Unsupported" | "Denied" | "QuotaExceeded" | "MissingReference"
  >()
  expect<BuildError.BackendError["reason"]>().type.toBe<
    | "Unreachable"
    | "Unauthorized"
    | "Forbidden"
    | "Throttled"
    | "Timeout"
    | "Conflict"
    | "UnknownBackend"
    | "Unexpected"
  >()
  expect<BuildError.BuildError["retryable"]>().type.toBe<boolean>()
  expect<BuildError.BuildFailed["status"]>().type.toBe<BuildStatus.Failed>()
  expect<BuildError.BuildErrored["status"]>().type.toBe<BuildStatus.Errored>()
})

test("contract: the backend", () => {
  expect(BuildBackend.build(input)).type.toBe<
    Effect.Effect<BuildBackend.Submission, BuildError.BuildRejected | BuildError.BackendError, Needed>
  >()
  expect(BuildBackend.check(input)).type.toBe<Effect.Effect<void, BuildError.BuildRejected, Needed>>()
  expect(BuildBackend.status(ref)).type.toBe<
    Effect.Effect<BuildStatus.BuildStatus, BuildError.BuildNotFound | BuildError.BackendError, Needed>
  >()
  expect(BuildBackend.changes(ref)).type.toBe<
    Stream.Stream<BuildStatus.BuildStatus, BuildError.BuildNotFound | BuildError.BackendError, Needed>
  >()
  expect(BuildBackend.logs(ref, { follow: true, tailLines: 3 })).type.toBe<
    Stream.Stream<string, BuildError.BuildNotFound | BuildError.BackendError, Needed>
  >()
  expect(BuildBackend.cancel(ref)).type.toBe<Effect.Effect<void, BuildError.BackendError, Needed>>()
  expect(BuildBackend.remove(ref)).type.toBe<Effect.Effect<void, BuildError.BackendError, Needed>>()
  expect(BuildBackend.list({ namespace: "ns", fingerprint: "f" })).type.toBe<
    Effect.Effect<ReadonlyArray<BuildBackend.BuildSummary>, BuildError.BackendError, Needed>
  >()
})

test("contract: what is derived for every backend", () => {
  expect(BuildBackend.result(ref)).type.toBe<
    Effect.Effect<
      BuildStatus.BuiltImage,
      | BuildError.BuildFailed
      | BuildError.BuildErrored
      | BuildError.BuildCancelled
      | BuildError.BuildNotFound
      | BuildError.BackendError,
      Needed
    >
  >()
  expect(BuildBackend.run(input, { again: true, onInterrupt: "detach" })).type.toBe<
    Effect.Effect<
      BuildStatus.BuiltImage,
      | BuildError.BuildRejected
      | BuildError.BuildFailed
      | BuildError.BuildErrored
      | BuildError.BuildCancelled
      | BuildError.BackendError,
      Needed
    >
  >()
  expect<Stream.Stream.Success<ReturnType<typeof BuildBackend.events>>>().type.toBe<BuildEvent.BuildEvent>()
  expect<BuildEvent.BuildEvent["_tag"]>().type.toBe<"Submitted" | "StatusChanged" | "LogLine" | "LogLost" | "Step">()
  expect(BuildBackend.prune({ olderThan: "7 days", keep: 3 })).type.toBe<
    Effect.Effect<ReadonlyArray<BuildRef.BuildRef>, BuildError.BackendError, Needed>
  >()
  expect<BuildBackend.Service["run"]>().type.toBe<
    (
      input: BuildInput.BuildInput,
      options?: BuildBackend.RunOptions
    ) => Effect.Effect<
      BuildStatus.BuiltImage,
      BuildError.BuildRejected | BuildBackend.BuildEnded | BuildError.BackendError
    >
  >()
  expect<BuildBackend.Service["result"]>().type.toBe<
    (
      ref: BuildRef.BuildRef
    ) => Effect.Effect<
      BuildStatus.BuiltImage,
      BuildBackend.BuildEnded | BuildError.BuildNotFound | BuildError.BackendError
    >
  >()
  expect<Stream.Stream.Success<ReturnType<BuildBackend.Service["events"]>>>().type.toBe<BuildEvent.BuildEvent>()
  expect<Stream.Stream.Context<ReturnType<BuildBackend.Service["eventsOf"]>>>().type.toBe<never>()
  expect<Stream.Stream.Success<ReturnType<typeof BuildBackend.eventsOf>>["_tag"]>().type.toBe<
    "StatusChanged" | "LogLine" | "LogLost" | "Step"
  >()
  expect<Parameters<typeof BuildBackend.eventsOf>>().type.toBe<
    [ref: BuildRef.BuildRef, options?: BuildBackend.EventsOfOptions | undefined]
  >()
  expect<BuildBackend.Service["prune"]>().type.toBe<
    (options: BuildBackend.PruneOptions) => Effect.Effect<ReadonlyArray<BuildRef.BuildRef>, BuildError.BackendError>
  >()
  expect(BuildBackend.make).type.toBe<(backend: BuildBackend.Implementation) => BuildBackend.Service>()
  expect<"run" | "result" | "events" | "eventsOf" | "prune">().type.not.toBeAssignableTo<
    keyof BuildBackend.Implementation
  >()
  expect(BuildBackend.layerMemory).type.toBe<Layer.Layer<Needed | BuildBackend.MemoryBackend>>()
  expect(BuildBackend.layerMock({ name: "mock" })).type.toBe<Layer.Layer<Needed>>()
})

test("contract: backends are layers that provide the one tag", () => {
  type OnCluster = Layer.Layer<Needed, never, Cluster.Cluster>
  expect(CustomBuildBackend.layer).type.toBe<OnCluster>()
  expect(SingleNodeBuildBackend.layer).type.toBe<OnCluster>()
  expect(OpenShiftBuildBackend.layer).type.toBe<OnCluster>()
  expect(CustomBuildBackend.layerWith({ namespace: "builds", security: "userns" })).type.toBe<OnCluster>()
  expect(SingleNodeBuildBackend.layerWith({ deliverToNode: true })).type.toBe<OnCluster>()
  expect(OpenShiftBuildBackend.layerWith({ serviceAccount: "builder" })).type.toBe<OnCluster>()
  expect<ReturnType<typeof CustomBuildBackend.layerConfig>>().type.toBe<
    Layer.Layer<Needed, ConfigError.ConfigError, Cluster.Cluster>
  >()
  expect(CustomBuildBackend.layerConfig).type.toBeCallableWith({} as Config.Config.Wrap<CustomBuildBackend.Settings>)
  expect(CustomBuildBackend.make()).type.toBeAssignableTo<
    Effect.Effect<BuildBackend.Service, unknown, Cluster.Cluster | Scope.Scope>
  >()
  expect<Layer.Layer.Success<typeof LocalBuildBackend.layer>>().type.toBe<Needed>()
})

test("contract: the choice", () => {
  type Probe<A> = Effect.Effect<A, Capability.ProbeError, Cluster.Cluster>
  expect(Capability.singleNode).type.toBe<Probe<Capability.Verdict>>()
  expect(Capability.openShiftBuilds).type.toBe<Probe<Capability.Verdict>>()
  expect(Capability.buildJobs).type.toBe<Probe<Capability.Verdict>>()
  expect(Capability.isSingleNode).type.toBe<Probe<boolean>>()
  expect(Capability.hasOpenShiftBuilds).type.toBe<Probe<boolean>>()
  expect(Capability.canRunBuildJobs).type.toBe<Probe<boolean>>()
  expect<Capability.Verdict["_tag"]>().type.toBe<"Available" | "Absent" | "Forbidden">()
  type Chosen = Layer.Layer<
    Needed | BackendSelection.Selection,
    BackendSelection.NoBackendAvailable | BackendSelection.ProbeError,
    Cluster.Cluster
  >
  expect(BackendSelection.layer).type.toBe<Chosen>()
  expect(
    BackendSelection.layerFrom([
      BackendSelection.singleNode(),
      BackendSelection.openShift({ namespace: "builds" }),
      BackendSelection.custom({ security: "userns" })
    ])
  ).type.toBe<Chosen>()
  expect<Layer.Layer.Success<typeof BackendSelection.layerFromEnv>>().type.toBe<Needed | BackendSelection.Selection>()
})

test("contract: clusters, real and fake", () => {
  expect<Layer.Layer.Success<typeof KubernetesCluster.layer>>().type.toBe<Cluster.Cluster>()
  expect(KubernetesCluster.layerFromKubeConfig).type.not.toBeCallableWith({ clusters: [] })
  type Fake = Layer.Layer<Cluster.Cluster | FakeCluster.FakeCluster>
  expect(FakeCluster.vanilla).type.toBe<Fake>()
  expect(FakeCluster.openShift).type.toBe<Fake>()
  expect(FakeCluster.singleNode).type.toBe<Fake>()
  expect(FakeCluster.layer({
    openShift: { topology: "SingleReplica", capabilities: [] },
    namespace: "builds",
    permissions: [],
    outcome: FakeCluster.held
  })).type.toBe<Fake>()
  expect<Parameters<FakeCluster.Service["outage"]>[0]>().type.toBe<Duration.DurationInput>()
})

test("contract: outcomes", () => {
  const outcomes: ReadonlyArray<FakeCluster.Outcome> = [
    FakeCluster.succeeds({ after: "1 minute", digest: "sha256:…", log: [] }),
    FakeCluster.containerfileFails({ exitCode: 3, log: [] }),
    FakeCluster.pullFails,
    FakeCluster.pullFails({ transient: true }),
    FakeCluster.pushFails,
    FakeCluster.oomKilled,
    FakeCluster.evicted({ times: 2 }),
    FakeCluster.neverScheduled,
    FakeCluster.imagePullBackOff,
    FakeCluster.deletedOutside,
    FakeCluster.hangs,
    FakeCluster.held
  ]
  expect(outcomes).type.toBeAssignableTo<ReadonlyArray<FakeCluster.Outcome>>()
})
