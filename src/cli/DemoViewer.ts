/**
 * The output of the demo: text or JSON.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type { BuildEvent } from "../core/BuildEvent.js"
import type { BuildRef } from "../core/BuildRef.js"
import type * as BuildStatus from "../core/BuildStatus.js"
import type { Report } from "../selection/Report.js"
import type { Explanation } from "../selection/Selection.js"
import { type Format, printable, style } from "./Ansi.js"
import * as Columns from "./Columns.js"
import * as JsonLine from "./JsonLine.js"
import { Output } from "./Output.js"
import * as Render from "./Render.js"

/**
 * The build on one of the clusters.
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

const introduction = "The same Containerfile, built on three clusters in the memory of this process: " +
  "no image is made, and the digests are invented."

const farewell = [
  "On a cluster of your own: os-builder probe            its backends",
  "                          os-builder rbac             the permissions to grant",
  "                          os-builder build --help     the options of a build"
]

const inWords: Effect.Effect<DemoViewer, never, Output> = Effect.gen(function*() {
  const { color, columns, live, write } = yield* Output
  const print = (...lines: ReadonlyArray<string>) => write(lines.map((line) => `${line}\n`).join(""))
  const painted = (text: string, format: Format) => style(color, format, text)
  const width = Effect.map(columns, (columns) => live ? columns : Number.POSITIVE_INFINITY)
  const statusLine = (status: BuildStatus.BuildStatus) =>
    `${status._tag === "Succeeded" ? painted("✓", "green") : painted("·", "cyan")} ${Render.status(status)}`

  return {
    start: (containerfile) =>
      Effect.flatMap(width, (width) =>
        print(
          ...Columns.wrap(introduction, width),
          "",
          ...containerfile.trimEnd().split("\n").map((line) => `    ${painted(line, "dim")}`)
        )),
    cluster: (name, report, explanations) =>
      Effect.flatMap(width, (width) => {
        const [heading = "", ...rows] = Render.probes(report, width)
        return print(
          "",
          painted(`── ${name} ──`, "bold"),
          "",
          painted(heading, "dim"),
          ...rows.map((row) => row.startsWith("→") ? painted(row, "green") : row),
          "",
          ...explanations.flatMap(({ backend, decision, issues }) =>
            decision === "Chosen"
              ? [`Chosen: ${backend}, the first available backend that supports this input.`]
              : issues.map((issue) => `${backend} does not support this input: ${issue}`)
          ),
          ""
        )
      }),
    event: (_, event) => {
      switch (event._tag) {
        case "Submitted":
          return print(`${painted("·", "cyan")} ${event.ref}`)
        case "StatusChanged":
          return print(statusLine(event.status))
        case "LogLine":
          return print(painted(`  │ ${printable(event.line)}`, "dim"))
        default:
          return Effect.void
      }
    },
    result: (_, image) => print(`  ${painted(image.pullspec, "bold")}`),
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
        ]).map((line, index) => index === 0 ? painted(line, "dim") : line),
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
