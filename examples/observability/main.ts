/**
 * Builds on a fake OpenShift cluster for one minute, some of them badly, and serves the metrics at
 * http://localhost:9464/metrics. Add the address to a Prometheus and import docs/grafana/builds.json into Grafana.
 */
import { NodeRuntime } from "@effect/platform-node"
import { InMemorySpanExporter } from "@opentelemetry/sdk-trace-base"
import { Console, Effect, Layer, Schedule } from "effect"
import { BackendSelection } from "effect-os-builder"
import * as FakeCluster from "effect-os-builder/FakeCluster"
import * as Telemetry from "./Telemetry.js"
import { everyOutcome } from "./workload.js"

const spans = new InMemorySpanExporter()

const program = everyOutcome.pipe(
  Effect.repeat(Schedule.spaced("5 seconds")),
  Effect.timeoutOption("1 minute"),
  Effect.zipRight(
    Effect.suspend(() => Console.log(spans.getFinishedSpans().slice(-20).map(({ name }) => name).join("\n")))
  )
)

const layer = Layer.mergeAll(
  Layer.provideMerge(BackendSelection.layer, FakeCluster.openShift),
  Telemetry.layerOf({ spans, metrics: Telemetry.prometheus() })
)

NodeRuntime.runMain(Effect.provide(program, layer))
