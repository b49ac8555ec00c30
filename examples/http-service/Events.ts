// A build as Server-Sent Events that resume. Each event has an id of two parts, `LINES.STATUS`: how many lines of the log the
// client has, and a hash of the last status. A client that comes back with its last id gets the lines after those, and the
// current status unless it has it. A number alone, as a person writes it for curl, is the number of lines.
import { Effect, Hash, Option, Ref, Schema, Stream } from "effect"
import { BuildBackend, BuildEvent, type BuildRef, BuildStatus } from "effect-os-builder"

interface Position {
  readonly lines: number
  readonly status: string
}

const start: Position = { lines: 0, status: "" }

/** Where a client is, by its Last-Event-ID; at the start without one, or with one that this service did not write. */
export const positionOf = (lastEventId: string | undefined): Position => {
  const [, lines, status = ""] = /^(\d{1,15})(?:\.([0-9a-z-]*))?$/.exec(lastEventId ?? "") ?? []
  return lines === undefined ? start : { lines: Number(lines), status }
}

const encode = Schema.encodeSync(Schema.parseJson(BuildEvent.BuildEvent))
const hashOf = (status: BuildStatus.BuildStatus) =>
  Hash.string(encode(new BuildEvent.StatusChanged({ status }))).toString(36)

const write = (position: Position, name: string, data: string) =>
  `id: ${position.lines}.${position.status}\nevent: ${name}\ndata: ${data}\n\n`

type Texts = ReadonlyArray<string>

const none: Texts = []

/**
 * The events after a position. The last status comes after the last line, so that a client that has it has everything; then
 * the stream ends.
 */
export const eventsAfter = (ref: BuildRef.BuildRef, after: Position) =>
  Stream.unwrap(Effect.gen(function*() {
    const position = yield* Ref.make(after)
    const last = yield* Ref.make(Option.none<BuildStatus.Terminal>())
    const status = (status: BuildStatus.BuildStatus) =>
      Ref.modify(position, (at): readonly [Texts, Position] => {
        const next = { lines: at.lines, status: hashOf(status) }
        return at.status === next.status
          ? [none, at]
          : [[write(next, "status", encode(new BuildEvent.StatusChanged({ status })))], next]
      })
    const event = (event: BuildEvent.BuildEvent): Effect.Effect<Texts> => {
      switch (event._tag) {
        case "LogLine":
          return Ref.modify(position, (at): readonly [Texts, Position] => {
            const next = { lines: event.number, status: at.status }
            return [[write(next, "line", encode(event))], next]
          })
        case "StatusChanged":
          return BuildStatus.isTerminal(event.status)
            ? Effect.as(Ref.set(last, Option.some(event.status)), none)
            : status(event.status)
        // A line says which step begins (BuildEvent.stepOf), and a step of its own would have no place to resume at.
        case "Step":
        case "Submitted":
          return Effect.succeed(none)
        case "LogLost":
          return Effect.map(Ref.get(position), (at) => [write(at, "log-lost", encode(event))])
      }
    }
    const ending = Effect.flatMap(Ref.get(last), Option.match({ onNone: () => Effect.succeed(none), onSome: status }))
    const events = BuildBackend.eventsOf(ref, { fromLine: after.lines + 1 }).pipe(
      Stream.mapEffect(event),
      Stream.concat(Stream.fromEffect(ending)),
      Stream.flatMap(Stream.fromIterable)
    )
    // Proxies close connections that are silent.
    const beats = Stream.as(Stream.tick("15 seconds"), ": still here\n\n")
    return Stream.merge(events, Stream.drop(beats, 1), { haltStrategy: "left" })
  })).pipe(Stream.encodeText)
