/**
 * The metrics and spans as exporters write them, and the dashboard of docs/grafana against the names that are really there.
 */
import { assert, describe, it } from "@effect/vitest"
import { SpanStatusCode } from "@opentelemetry/api"
import { PrometheusSerializer } from "@opentelemetry/exporter-prometheus"
import { AggregationTemporality, MetricReader } from "@opentelemetry/sdk-metrics"
import { InMemorySpanExporter, type ReadableSpan } from "@opentelemetry/sdk-trace-base"
import { Effect, Layer } from "effect"
import { BackendSelection, BuildMetrics } from "effect-os-builder"
import * as FakeCluster from "effect-os-builder/FakeCluster"
import * as Fs from "node:fs"
import * as Path from "node:path"
import * as Telemetry from "./Telemetry.js"
import { everyOutcome } from "./workload.js"

const root = Path.resolve(import.meta.dirname, "../..")

/** Keeps nothing: it is read on demand. */
class OnDemand extends MetricReader {
  constructor() {
    super({ aggregationTemporalitySelector: () => AggregationTemporality.CUMULATIVE })
  }
  protected override onForceFlush = () => Promise.resolve()
  protected override onShutdown = () => Promise.resolve()
}

interface Exported {
  readonly spans: ReadonlyArray<ReadableSpan>
  /** Each series of Prometheus with the names of its labels. */
  readonly series: ReadonlyMap<string, ReadonlySet<string>>
  readonly text: string
}

const run: Effect.Effect<Exported> = Effect.gen(function*() {
  const spans = new InMemorySpanExporter()
  const metrics = new OnDemand()
  const { finished, text } = yield* everyOutcome.pipe(
    Effect.zipRight(Effect.promise(() => metrics.collect())),
    // The exporter forgets its spans when it is shut down.
    Effect.map(({ resourceMetrics }) => ({
      finished: spans.getFinishedSpans().slice(),
      text: new PrometheusSerializer().serialize(resourceMetrics)
    })),
    Effect.provide(Layer.mergeAll(
      Layer.provideMerge(BackendSelection.layer, FakeCluster.openShift),
      Telemetry.layerOf({ spans, metrics })
    )),
    Effect.orDie
  )
  const series = new Map<string, Set<string>>()
  for (const [, name = "", labels = ""] of text.matchAll(/^(\w+)\{(.*)\} \S+$/gm)) {
    const known = series.get(name) ?? new Set()
    series.set(name, known)
    for (const [, label = ""] of labels.matchAll(/(\w+)="(?:[^"\\]|\\.)*"/g)) known.add(label)
  }
  return { spans: finished, series, text }
})

// Metrics belong to the process: one run for all tests, within this time on a busy machine.
const timeout = 120_000

const exported = Effect.runSync(Effect.cached(run))

interface Query {
  readonly where: string
  readonly expression: string
}

interface Dashboard {
  readonly schemaVersion: number
  readonly templating: { readonly list: ReadonlyArray<{ readonly name: string; readonly definition?: string }> }
  readonly panels: ReadonlyArray<{
    readonly id: number
    readonly title: string
    readonly type: string
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
    readonly targets: ReadonlyArray<{ readonly expr: string; readonly legendFormat: string }>
  }>
}

const dashboard: Dashboard = JSON.parse(Fs.readFileSync(Path.join(root, "docs/grafana/builds.json"), "utf8"))

const queries: ReadonlyArray<Query> = [
  ...dashboard.panels.flatMap(({ targets, title }) => targets.map(({ expr }) => ({ where: title, expression: expr }))),
  ...dashboard.templating.list.flatMap(({ definition, name }) =>
    definition === undefined ? [] : [{ where: `$${name}`, expression: definition }]
  )
]

/** The names of series in a query, and the labels that it selects, groups or prints by. */
const namesOf = (expression: string) => {
  const series = Array.from(expression.matchAll(/\b(effect_os_builder_\w+)/g), ([, name = ""]) => name)
  const matched = Array.from(expression.matchAll(/\{([^}]*)\}/g), ([, body = ""]) => body)
    .flatMap((body) => Array.from(body.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"/g), ([, label = ""]) => label))
  const grouped = Array.from(expression.matchAll(/\bby \(([^)]*)\)/g), ([, list = ""]) => list)
    .flatMap((list) => list.split(",").map((label) => label.trim()))
  const listed = Array.from(expression.matchAll(/label_values\(\w+, (\w+)\)/g), ([, label = ""]) => label)
  return { series, labels: [...matched, ...grouped, ...listed] }
}

const named = (spans: ReadonlyArray<ReadableSpan>, name: string) => spans.filter((span) => span.name === name)

describe("observability", () => {
  it.effect("dashboard: each name and label in a query is exported by a real run", () =>
    Effect.gen(function*() {
      const { series } = yield* exported
      assert.isAbove(queries.length, 15)
      const unknown = queries.flatMap(({ expression, where }) => {
        const { labels, series: names } = namesOf(expression)
        assert.isNotEmpty(names, `${where}: ${expression}`)
        return [
          ...names.filter((name) => !series.has(name)).map((name) => `${where}: no series ${name}`),
          ...names.flatMap((name) =>
            labels
              .filter((label) => series.has(name) && series.get(name)?.has(label) !== true)
              .map((label) => `${where}: ${name} has no label ${label}`)
          )
        ]
      })
      assert.deepStrictEqual(unknown, [])
    }), timeout)

  it("dashboard: legends name labels of their query, panels have their own ids and do not overlap", () => {
    for (const { targets, title } of dashboard.panels) {
      for (const { expr, legendFormat } of targets) {
        const { labels } = namesOf(expr)
        for (const [, label = ""] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) assert.include(labels, label, title)
      }
    }
    assert.lengthOf(new Set(dashboard.panels.map(({ id }) => id)), dashboard.panels.length)
    const taken = dashboard.panels.flatMap(({ gridPos: { h, w, x, y } }) =>
      Array.from({ length: w * h }, (_, i) => `${x + i % w},${y + Math.floor(i / w)}`)
    )
    assert.lengthOf(new Set(taken), taken.length)
    assert.isTrue(taken.every((cell) => Number(cell.split(",")[0]) < 24))
    assert.isAtLeast(dashboard.schemaVersion, 36)
  })

  it.effect(
    "metrics: Prometheus has the series of the table, with its labels and no other of ours",
    () =>
      Effect.gen(function*() {
        const { series, text } = yield* exported
        const ours = Array.from(series.keys()).filter((name) => name.startsWith("effect_os_builder_"))
        const known = BuildMetrics.table.flatMap(({ prometheus }) => prometheus)
        assert.deepStrictEqual(ours.filter((name) => !known.includes(name)), [])
        // These need a lost watch.
        const absent = known.filter((name) => !ours.includes(name))
        assert.deepStrictEqual(absent.filter((name) => !/_(reconnects|relists)_total$/.test(name)), [])
        for (const { prometheus, tags } of BuildMetrics.table) {
          for (const name of prometheus) {
            for (const tag of series.has(name) ? tags : []) assert.isTrue(series.get(name)?.has(tag), `${name}: ${tag}`)
          }
        }
        const value = (start: string) =>
          Number(text.split("\n").find((line) => line.startsWith(start))?.split(" ")[1] ?? Number.NaN)
        for (const outcome of ["Succeeded", "Failed", "Errored", "Cancelled"]) {
          assert.isAtLeast(
            value(`effect_os_builder_results_total{backend="openshift",outcome="${outcome}"`),
            1,
            outcome
          )
        }
        assert.strictEqual(value("effect_os_builder_active_builds{backend=\"openshift\",status=\"Running\""), 0)
        assert.notMatch(text, /os\/succeeds|os-build-/, "a label has the name of an image or a build")
      }),
    timeout
  )

  it.effect(
    "spans: a refusal and a user's failure are no errors, an error of the platform is one",
    () =>
      Effect.gen(function*() {
        const { spans } = yield* exported
        const runs = named(spans, "BuildBackend.run").map(({ attributes, status }) => [
          attributes["os_builder.outcome"],
          attributes["os_builder.reason"],
          status.code === SpanStatusCode.ERROR
        ])
        assert.deepStrictEqual(runs, [
          ["Succeeded", undefined, false],
          ["Failed", "InstructionFailed", false],
          ["Errored", "PushDenied", true]
        ])
        const [succeeded] = named(spans, "BuildBackend.run")
        assert.match(String(succeeded?.attributes["os_builder.ref"]), /^openshift\//)
        assert.match(String(succeeded?.attributes["os_builder.digest"]), /^sha256:/)
        const refused = named(spans, "BackendSelection.build").filter((span) =>
          span.attributes["os_builder.reason"] === "InvalidInput"
        )
        assert.deepStrictEqual(refused.map(({ events, status }) => [status.code, events.length]), [[
          SpanStatusCode.OK,
          0
        ]])
        const lists = named(spans, "BuildBackend.list").filter(({ status }) => status.code === SpanStatusCode.ERROR)
        assert.deepStrictEqual(lists.map(({ attributes }) => attributes["os_builder.reason"]), ["Forbidden"])
      }),
    timeout
  )
})
