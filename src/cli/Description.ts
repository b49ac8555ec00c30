/**
 * The output of `describe`: everything that is known about one build.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { BuildSummary } from "../core/BuildBackend.js"
import type { BuildRef } from "../core/BuildRef.js"
import type { BuildStatus } from "../core/BuildStatus.js"
import * as Columns from "./Columns.js"
import * as Render from "./Render.js"

const text = Schema.optional(Schema.String)

const Child = Schema.Struct({
  kind: Schema.String,
  name: Schema.String,
  attempt: Schema.Number,
  createdAt: text,
  state: Schema.String
})

const Container = Schema.Struct({ name: Schema.String, state: Schema.String })

const Pod = Schema.Struct({
  name: Schema.String,
  createdAt: text,
  phase: Schema.String,
  conditions: Schema.Array(Schema.String),
  containers: Schema.Array(Container)
})

const Event = Schema.Struct({
  lastSeen: text,
  type: Schema.String,
  reason: Schema.String,
  object: Schema.String,
  message: Schema.String,
  count: Schema.Number
})

/**
 * The objects of a build on a cluster, in plain words: the child of each attempt, its pods, and their events.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Objects = Schema.Struct({
  children: Schema.Array(Child),
  pods: Schema.Array(Pod),
  events: Schema.Array(Event)
})

/**
 * The Job or Build of an attempt.
 *
 * @since 0.1.0
 * @category models
 */
export type Child = typeof Child.Type

/**
 * A container of a pod.
 *
 * @since 0.1.0
 * @category models
 */
export type Container = typeof Container.Type

/**
 * An event about a child or a pod.
 *
 * @since 0.1.0
 * @category models
 */
export type Event = typeof Event.Type

/**
 * The objects of a build.
 *
 * @since 0.1.0
 * @category models
 */
export type Objects = typeof Objects.Type

/**
 * The objects of a build that has none.
 *
 * @since 0.1.0
 * @category constructors
 */
export const noObjects: Objects = { children: [], pods: [], events: [] }

/**
 * Everything about a build. The summary is none if the build was removed in the meantime.
 *
 * @since 0.1.0
 * @category models
 */
export interface Description {
  readonly ref: BuildRef
  readonly status: BuildStatus
  readonly summary: Option.Option<BuildSummary>
  readonly objects: Objects
}

/**
 * The description as lines.
 *
 * @since 0.1.0
 * @category conversions
 */
export const format = ({ objects, ref, status, summary }: Description, columns: number): ReadonlyArray<string> => [
  ...Columns.alignWithin([
    ["Build:", String(ref)],
    ...Option.match(summary, {
      onNone: () => [],
      onSome: ({ createdAt, finalImage, finishedAt, fingerprint, metadata }) => [
        ["Image:", finalImage],
        ["Fingerprint:", fingerprint],
        ["Created:", time(createdAt)],
        ...(finishedAt === undefined ? [] : [["Finished:", time(finishedAt)]]),
        ...(Object.keys(metadata).length === 0 ? [] : [["Metadata:", metadataLines(metadata)]])
      ]
    }),
    ["Status:", Render.statusInFull(status).join("\n")]
  ], columns),
  ...section("Attempts:", ["ATTEMPT", "OBJECT", "CREATED", "STATE"], columns, objects.children, (child) => [
    String(child.attempt),
    `${child.kind}/${child.name}`,
    child.createdAt ?? "",
    child.state
  ]),
  ...section("Pods:", ["POD", "CREATED", "STATE"], columns, objects.pods, (pod) => [
    pod.name,
    pod.createdAt ?? "",
    [pod.phase, ...pod.conditions, ...pod.containers.map(({ name, state }) => `${name}: ${state}`)].join("\n")
  ]),
  ...section("Events:", ["LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"], columns, objects.events, (event) => [
    event.lastSeen ?? "",
    event.type,
    event.reason,
    event.object,
    event.count === 1 ? event.message : `${event.message} (${event.count} times)`
  ])
]

const metadataLines = (metadata: BuildSummary["metadata"]): string =>
  Object.entries(metadata).map(([key, value]) => `${key}=${value}`).join("\n")

const time = (at: DateTime.Utc): string => DateTime.formatIso(at).replace(/\.\d+/, "")

const section = <A>(
  title: string,
  heading: ReadonlyArray<string>,
  columns: number,
  items: ReadonlyArray<A>,
  row: (item: A) => ReadonlyArray<string>
): ReadonlyArray<string> =>
  items.length === 0 ? [] : [
    "",
    title,
    ...Columns.alignWithin([heading, ...items.map(row)], columns - 2).map((line) => `  ${line}`)
  ]
