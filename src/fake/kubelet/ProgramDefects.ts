/**
 * Programs of pods whose defects end their container, as a kubelet survives what it runs. Without this the pod would never end, and the
 * node would run no other pod.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { ContainerProgram, Exit, PodProgram, Programs, Waiting } from "./ContainerProgram.js"

const messageOf = (defect: unknown): string => `the program of the pod failed: ${String(defect)}`

const logged = (defect: unknown) => Effect.logError(messageOf(defect))

/** As of a container that containerd could not start. */
const exit = (defect: unknown): Exit => ({
  _tag: "Exit",
  exitCode: 128,
  reason: "StartError",
  message: messageOf(defect)
})

/** A stream with another in place of its defect; interruption stays one. */
const caught = <A, B>(
  make: () => Stream.Stream<A>,
  last: (defect: unknown) => Stream.Stream<B>
): Stream.Stream<A | B> =>
  Stream.catchAllCause(
    Stream.suspend(make),
    (cause) =>
      Cause.isInterruptedOnly(cause) ? Stream.failCause(cause) : Stream.unwrap(
        Effect.as(logged(Cause.squash(cause)), last(Cause.squash(cause)))
      )
  )

const exits = (defect: unknown): Stream.Stream<Exit> => Stream.make(exit(defect))

const waits = (defect: unknown): Stream.Stream<Waiting> =>
  Stream.concat(Stream.make({ reason: "CreateContainerError", message: messageOf(defect) }), Stream.never)

const ofContainer = (program: ContainerProgram): ContainerProgram => {
  const { exec, probe, stopped, waiting } = program
  const steps = stopped?.steps
  return {
    ...program,
    steps: caught(() => program.steps, exits),
    ...(waiting === undefined ? {} : { waiting: caught(() => waiting, waits) }),
    ...(stopped === undefined || steps === undefined
      ? {}
      : { stopped: { ...stopped, steps: caught(() => steps, exits) } }),
    ...(exec === undefined ? {} : { exec: (call) => caught(() => exec(call), exits) }),
    ...(probe === undefined ? {} : {
      probe: (call) =>
        Effect.catchAllDefect(Effect.suspend(() => probe(call)), (defect) => Effect.as(logged(defect), false))
    })
  }
}

const broken = (defect: unknown): ContainerProgram => ({
  steps: Stream.unwrap(Effect.as(logged(defect), exits(defect)))
})

/** @since 0.1.0 @category combinators */
export const contain = (programs: Programs): Programs => (pod) =>
  Effect.suspend(() => programs(pod)).pipe(
    Effect.map((program): PodProgram => (container, streams) => {
      try {
        return ofContainer(program(container, streams))
      } catch (defect) {
        return broken(defect)
      }
    }),
    Effect.catchAllDefect((defect) => Effect.succeed<PodProgram>(() => broken(defect)))
  )
