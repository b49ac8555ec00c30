/**
 * Metrics for Prometheus and spans for an OpenTelemetry collector, by `@effect/opentelemetry`.
 *
 * The library records both through Effect; this layer is all that a program adds.
 */
import * as NodeSdk from "@effect/opentelemetry/NodeSdk"
import { PrometheusExporter } from "@opentelemetry/exporter-prometheus"
import type { MetricReader } from "@opentelemetry/sdk-metrics"
import { SimpleSpanProcessor, type SpanExporter } from "@opentelemetry/sdk-trace-base"

/** Exports spans to the exporter and metrics to the reader. */
export const layerOf = (options: { readonly spans: SpanExporter; readonly metrics: MetricReader }) =>
  NodeSdk.layer(() => ({
    resource: { serviceName: "image-builder" },
    spanProcessor: new SimpleSpanProcessor(options.spans),
    metricReader: options.metrics
  }))

/** Serves the metrics at http://localhost:9464/metrics, the default of OpenTelemetry's exporter. */
export const prometheus = () => new PrometheusExporter({ port: 9464 })
