/**
 * Shows how the demo goes: in words, or as JSON.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { BuildEvent } from "../core/BuildEvent.js"
import type { BuildRef } from "../core/BuildRef.js"
import type * as BuildStatus from "../core/BuildStatus.js"
import type { Report } from "../selection/Report.js"
import type { Explanation } from "../selection/Selection.js"
import { paint, printable, style } from "./Ansi.js"
import * as Columns from "./Columns.js"
import * as JsonLine from "./JsonLine.js"
import { Output } from "./Output.js"
import * as Words from "./Render.js"

/**
 * What became of the build on one of the clusters.
 *
 * @since 0.1.0
 * @category models
 */
export interface Built {
  readonly cluster: string
  readonly backend: string
  readonly image: BuildStatus.BuiltImage
}

/**
 * @since 0.1.0
 * @category models
 */
export interface DemoViewer {
  readonly start: (containerfile: string) => Effect.Effect<void>
  readonly cluster: (
    name: string,
    report: Report,
    explanations: ReadonlyArray<Explanation>
  ) => Effect.Effect<void>
  readonly event: (ref: BuildRef, event: BuildEvent) => Effect.Effect<void>
  readonly result: (ref: BuildRef, image: BuildStatus.BuiltImage) => Effect.Effect<void>
  readonly end: (built: ReadonlyArray<Built>) => Effect.Effect<void>
}

const json: Effect.Effect<DemoViewer, never, Output> = Effect.map(Output, ({ write }) => {
  const print = (...lines: ReadonlyArray<JsonLine.JsonLine>) =>
    write(lines.map((line) => `${JsonLine.encode(line)}\n`).join(""))
  return {
    start: () => Effect.void,
    cluster: (name, report) => print({ type: "cluster", name }, ...JsonLine.probes(report)),
    event: (ref, event) => print(JsonLine.event(ref, event)),
    result: (ref, image) => print({ type: "result", ref, image }),
    end: () => Effect.void
  }
})

const introduction = "The same Containerfile, built on three clusters. They are in the memory of this process: " +
  "no image is made, and the digests are made up."

const farewell = [
  "On a cluster of your own: os-builder probe            what it offers",
  "                          os-builder rbac             what it has to allow",
  "                          os-builder build --help     how to build there"
]

const inWords: Effect.Effect<DemoViewer, never, Output> = Effect.gen(function*() {
  const { color, columns, live, write } = yield* Output
  const print = (...lines: ReadonlyArray<string>) => write(lines.map((line) => `${line}\n`).join(""))
  const painted = (text: string, ...styles: ReadonlyArray<number>) =>
    styles.reduce((text, style) => paint(color, style, text), text)
  const width = Effect.map(columns, (columns) => live ? columns : Number.POSITIVE_INFINITY)
  const told = (status: BuildStatus.BuildStatus) =>
    `${status._tag === "Succeeded" ? painted("✓", style.green) : painted("·", style.cyan)} ${Words.status(status)}`

  return {
    start: (containerfile) =>
      Effect.flatMap(width, (width) =>
        print(
          ...Columns.wrap(introduction, width),
          "",
          ...containerfile.trimEnd().split("\n").map((line) => `    ${painted(line, style.dim)}`)
        )),
    cluster: (name, report, explanations) =>
      Effect.flatMap(width, (width) => {
        const [heading = "", ...rows] = Words.probes(report, width)
        return print(
          "",
          painted(`── ${name} ──`, style.bold),
          "",
          painted(heading, style.dim),
          ...rows.map((row) => row.startsWith("→") ? painted(row, style.green) : row),
          "",
          ...explanations.flatMap(({ backend, decision, issues }) =>
            decision === "Chosen"
              ? [`The ${backend} backend is the first of these that can build it.`]
              : issues.map((issue) => `The ${backend} backend cannot: ${issue}`)
          ),
          ""
        )
      }),
    event: (_, event) => {
      switch (event._tag) {
        case "Submitted":
          return print(`${painted("·", style.cyan)} ${event.ref}`)
        case "StatusChanged":
          return print(told(event.status))
        case "LogLine":
          return print(painted(`  │ ${printable(event.line)}`, style.dim))
        default:
          return Effect.void
      }
    },
    result: (_, image) => print(`  ${painted(image.pullspec, style.bold)}`),
    end: (built) =>
      print(
        "",
        ...Columns.align([
          ["CLUSTER", "BACKEND", "DIGEST"],
          ...built.map(({ backend, cluster, image }) => [
            cluster,
            backend,
            `${image.digest.slice(0, "sha256:".length + 12)}…`
          ])
        ]).map((line, index) => index === 0 ? painted(line, style.dim) : line),
        "",
        ...farewell
      )
  }
})

/**
 * @since 0.1.0
 * @category constructors
 */
export const make = (options: { readonly json: boolean }): Effect.Effect<DemoViewer, never, Output> =>
  options.json ? json : inWords
