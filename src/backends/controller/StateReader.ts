/**
 * Reads the states of builds from the server, with as few requests as the question takes.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { BackendError, BuildNotFound } from "../../core/BuildError.js"
import type { BuildRef } from "../../core/BuildRef.js"
import type * as Cluster from "../../kubernetes/Cluster.js"
import type * as Resource from "../../kubernetes/Resource.js"
import * as Resources from "../../kubernetes/Resources.js"
import * as BuildNames from "../record/BuildNames.js"
import * as RecordMetadata from "../record/RecordMetadata.js"
import type { RecordSummary } from "../record/RecordSummary.js"
import { type BuildState, latest, latestAttempt, ownedBy } from "./BuildState.js"
import type { Definition } from "./Definition.js"
import { backendError } from "./ErrorMapping.js"

export interface StateReader<Child> {
  /** Everything about a build, in one round trip. */
  readonly state: (ref: BuildRef) => Effect.Effect<BuildState<Child>, BuildNotFound | BackendError>
  /** The same for a build whose record was just read. A build that has ended needs no pods, unless a child was created late. */
  readonly stateOf: (record: RecordSummary) => Effect.Effect<BuildState<Child>, BackendError>
  /** The same for several builds of a namespace, with one list of the children and one of the pods. */
  readonly statesOf: (
    namespace: string,
    records: ReadonlyArray<RecordSummary>
  ) => Effect.Effect<ReadonlyArray<BuildState<Child>>, BackendError>
  /** The state of an unfinished build, unless one list shows that it runs. */
  readonly unlessRunning: (record: RecordSummary) => Effect.Effect<Option.Option<BuildState<Child>>, BackendError>
  /** The state that stopping a build needs: only its child, or one of its pods, if that shows that the build runs. */
  readonly toStop: (record: RecordSummary) => Effect.Effect<BuildState<Child> | RunningChild, BackendError>
}

/** The child of a pod that runs: it has decided nothing, whatever else it shows. */
export interface RunningChild {
  readonly name: string
  readonly uid: string
}

/** Above this number of records, whose names make a selector of two kilobytes, all objects of the backend are listed. */
const maxNames = 50

/** Narrows a selector to the objects of records. */
const among = (records: ReadonlyArray<string>): string =>
  records.length > maxNames ? "" : `,${RecordMetadata.label.record} in (${records.join()})`

export const make = <Child extends Resource.Metadata>(
  definition: Definition<Child>,
  cluster: Cluster.Service,
  summary: (ref: BuildRef) => Effect.Effect<RecordSummary, BuildNotFound | BackendError>
): StateReader<Child> => {
  const { child: resource, labelsPods = false, name: backend, podSelector, recordOf, runs } = definition

  const list = <A extends Resource.Metadata>(
    of: Resource.Resource<A>,
    namespace: string,
    labelSelector: string,
    records: ReadonlyArray<BuildRef>
  ) =>
    cluster.list(of, { namespace, labelSelector }).pipe(
      Effect.mapError(backendError(
        backend,
        `read ${of.plural} of ${records.length === 1 ? String(records[0]) : `the builds of ${namespace}`}`
      )),
      Effect.map(({ items }) => items)
    )

  const childrenOf = (namespace: string, records: ReadonlyArray<BuildRef>) =>
    list(resource, namespace, RecordMetadata.selector(backend) + among(records.map(({ name }) => name)), records)

  const podsOf = (namespace: string, records: ReadonlyArray<BuildRef>) =>
    list(
      Resources.Pod,
      namespace,
      podSelector + (labelsPods ? among(records.map(({ name }) => name)) : ""),
      records
    )

  const children = (ref: BuildRef) =>
    Effect.map(childrenOf(ref.namespace, [ref]), (found) => found.filter((child) => ownedBy(child, ref.uid)))

  const pods = (ref: BuildRef) => podsOf(ref.namespace, [ref])

  const assembled = (
    record: RecordSummary,
    children: ReadonlyArray<Child>,
    pods: ReadonlyArray<Resources.Pod>
  ): BuildState<Child> => {
    const own = children.filter((child) => ownedBy(child, record.ref.uid))
    return {
      record,
      children: own,
      pods: pods.filter((pod) => recordOf(pod) === record.ref.name),
      attemptSeen: latestAttempt(own),
      lostPods: [],
      events: []
    }
  }

  /** Both lists at once. */
  const whole = (record: RecordSummary) =>
    Effect.zipWith(
      children(record.ref),
      pods(record.ref),
      (children, pods) => assembled(record, children, pods),
      { concurrent: true }
    )

  /** Reads the pods after the children, unless the children suffice. */
  const childrenFirst = (record: RecordSummary, suffice: (children: ReadonlyArray<Child>) => boolean) =>
    Effect.flatMap(children(record.ref), (found) =>
      Effect.map(
        suffice(found) ? Effect.succeed([]) : pods(record.ref),
        (pods) => assembled(record, found, pods)
      ))

  /** Undefined for a pod of another record: its owner distinguishes it from a pod of an earlier record with this name. */
  const childOf = ({ ref }: RecordSummary, pod: Resources.Pod): RunningChild | undefined => {
    if (recordOf(pod) !== ref.name) return undefined
    const owner = pod.metadata.ownerReferences?.find(({ name }) => name.startsWith(BuildNames.child(ref)))
    return owner === undefined ? undefined : { name: owner.name, uid: owner.uid }
  }

  /** The child of the first pod of this record that shows that it runs. */
  const runningChild = (record: RecordSummary, pods: ReadonlyArray<Resources.Pod>): RunningChild | undefined =>
    runs?.by === "pod"
      ? pods.filter(runs.test).map((pod) => childOf(record, pod)).find((child) => child !== undefined)
      : undefined

  const childRuns = (children: ReadonlyArray<Child>): boolean => {
    const child = latest(children)
    return runs?.by === "child" && child !== undefined && runs.test(child)
  }

  return {
    state: (ref) =>
      Effect.map(
        Effect.all([summary(ref), children(ref), pods(ref)], { concurrency: "unbounded" }),
        (found) => assembled(...found)
      ),
    stateOf: (record) =>
      Option.isSome(record.outcome) ? childrenFirst(record, ({ length }) => length === 0) : whole(record),
    statesOf: (namespace, records) =>
      Effect.suspend(() => {
        if (records.length === 0) return Effect.succeed([])
        const refs = records.map(({ ref }) => ref)
        return Effect.zipWith(
          childrenOf(namespace, refs),
          podsOf(namespace, refs),
          (children, pods) => records.map((record) => assembled(record, children, pods)),
          { concurrent: true }
        )
      }),
    unlessRunning: (record) => {
      switch (runs?.by) {
        case undefined:
          return Effect.asSome(whole(record))
        case "child":
          return Effect.map(
            childrenFirst(record, childRuns),
            (state) => childRuns(state.children) ? Option.none() : Option.some(state)
          )
        case "pod":
          return Effect.flatMap(
            pods(record.ref),
            (found) =>
              runningChild(record, found) !== undefined
                ? Effect.succeedNone
                : Effect.map(children(record.ref), (children) => Option.some(assembled(record, children, found)))
          )
      }
    },
    toStop: (record) => {
      switch (runs?.by) {
        case undefined:
          return whole(record)
        case "child":
          return childrenFirst(record, childRuns)
        case "pod":
          return Effect.gen(function*() {
            const found = yield* pods(record.ref)
            const running = runningChild(record, found)
            if (running !== undefined) return running
            const all = yield* children(record.ref)
            // The pods were read earlier, so they are out of date if the child has ended since.
            return all.some(runs.ended) ? yield* whole(record) : assembled(record, all, found)
          })
      }
    }
  }
}
