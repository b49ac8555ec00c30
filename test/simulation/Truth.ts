/**
 * What really happens in the cluster, seen at every write by one who sees all, and what must hold of it.
 */
import { Option, Schema } from "effect"
import { BuildRef, BuildStatus } from "effect-os-builder"
import * as RecordMetadata from "../../src/backends/record/RecordMetadata.js"
import * as Json from "../../src/fake/Json.js"
import * as Kind from "../../src/fake/kinds/Kind.js"
import type { ApiStore } from "../../src/fake/store/ApiStore.js"
import * as Metadata from "../../src/fake/store/Metadata.js"
import type { JsonObject } from "../../src/kubernetes/client/ApiRequest.js"
import type { Platform } from "./Platform.js"
import type * as Schedule from "./Schedule.js"

type Reason = BuildStatus.ErroredReason

export interface PodTruth {
  readonly uid: string
  readonly name: string
  /** How its containers ended by themselves. */
  readonly exits: Array<number>
  /** The image was pushed. */
  pushed: boolean
  began: boolean
  struck: boolean
  runs: boolean
  last: JsonObject
  gone: boolean
}

export interface ChildTruth {
  readonly uid: string
  readonly name: string
  readonly attempt: number
  readonly createdAt: number
  /** It was on its way when the build was stopped, and came after that: the client that finds it deletes it. */
  readonly late: boolean
  readonly pods: Map<string, PodTruth>
  last: JsonObject
  end: "complete" | "failed" | undefined
  gone: "no" | "yes" | "by hand"
}

export interface RecordTruth {
  readonly ref: BuildRef.BuildRef
  readonly number: number
  readonly fingerprint: string
  readonly input: Schedule.Input
  readonly createdAt: number
  readonly children: Array<ChildTruth>
  /** The errors that may be told of it, since something was done to it. */
  readonly injuries: Set<Reason>
  mark: string | undefined
  outcome: BuildStatus.Terminal | undefined
  outcomeText: string | undefined
  gone: "no" | "yes" | "by hand"
  /** Somebody may have asked for another build of the same. */
  readonly isAgain: boolean
  /** Somebody has asked for its end. */
  stopAsked: boolean
}

/** What an input's script may end in, but for injuries. */
const scripted: Readonly<Record<Schedule.Script, ReadonlyArray<Reason>>> = {
  "succeeds": [],
  "fails": [],
  "cannot pull": ["ImagePullDenied"],
  "cannot pull for a moment": ["ImagePullFailed"],
  "cannot push": ["PushDenied"],
  "cannot push for a moment": ["PushFailed"],
  "runs out of memory": ["OutOfMemory"],
  "is evicted once": ["Evicted"],
  "is evicted always": ["Evicted"],
  "fits on no node": [],
  "has no builder image": [],
  "is deleted while it runs": ["Deleted"],
  "hangs": []
}

const decodeOutcome = Schema.decodeUnknownOption(Schema.parseJson(RecordMetadata.Outcome))

/** Times of objects have no fractions of a second. */
const roughly = 1_000

/** A request may be carried out after its client has given up or died. */
const lateness = 60_000

export class Truth {
  readonly records = new Map<string, RecordTruth>()
  readonly violations: Array<string> = []
  private readonly pods = new Map<string, PodTruth>()
  private readonly children = new Map<string, readonly [RecordTruth, ChildTruth]>()
  private readonly again = new Map<string, number>()
  private readonly interrupted = new Map<string, number>()
  private readonly store: ApiStore
  private readonly platform: Platform
  private readonly now: () => number
  private readonly inputs: ReadonlyMap<string, Schedule.Input>

  constructor(
    store: ApiStore,
    platform: Platform,
    inputs: ReadonlyMap<string, Schedule.Input>,
    now: () => number
  ) {
    this.store = store
    this.platform = platform
    this.inputs = inputs
    this.now = now
    store.onWrite((resource, object) => this.written(resource, object))
  }

  violate(what: string): void {
    if (this.violations.length < 20) this.violations.push(`${this.now()} ${what}`)
  }

  // --- what is told to it ---

  /** `build` with `again` is asked for: until then there may be more than one of this input. */
  mayAgain(fingerprint: string, until: "now" | "open"): void {
    this.again.set(fingerprint, until === "open" ? Number.POSITIVE_INFINITY : this.now() + lateness)
  }

  /** Who was about to build this is interrupted, and stops what it has begun. */
  interrupt(fingerprint: string): void {
    this.interrupted.set(fingerprint, this.now() + lateness)
  }

  record(ref: BuildRef.BuildRef): RecordTruth | undefined {
    return this.records.get(ref.uid)
  }

  /** Whom a pod or a child belongs to. */
  ownerOf(uid: string): RecordTruth | undefined {
    return this.children.get(uid)?.[0] ??
      [...this.children.values()].find(([, child]) => child.pods.has(uid))?.[0]
  }

  byHand(uid: string): void {
    const record = this.records.get(uid)
    if (record !== undefined) {
      record.gone = "by hand"
      record.injuries.add("Deleted")
      return
    }
    const [owner, child] = this.children.get(uid) ?? []
    if (owner !== undefined && child !== undefined) {
      child.gone = "by hand"
      owner.injuries.add("Deleted")
    }
  }

  began(pod: JsonObject): void {
    const known = this.pods.get(Metadata.uid(pod))
    if (known !== undefined) known.began = true
  }

  exited(pod: JsonObject, container: string, exitCode: number): void {
    const known = this.pods.get(Metadata.uid(pod))
    if (known === undefined) return
    known.exits.push(exitCode)
    const isLast = Json.objects(pod, "spec", "containers").some((one) => Json.text(one, "name") === container)
    known.pushed ||= exitCode === 0 && isLast
  }

  struck(uid: string, ...reasons: ReadonlyArray<Reason>): void {
    const pod = this.pods.get(uid)
    const owner = this.ownerOf(uid)
    if (pod !== undefined) pod.struck = true
    reasons.forEach((reason) => owner?.injuries.add(reason))
  }

  // --- what it sees ---

  private written(resource: string, object: JsonObject): void {
    const labels = Metadata.labels(object)
    const there = this.store.get({ resource, namespace: Metadata.namespace(object), name: Metadata.name(object) })
    const isGone = there === undefined || Metadata.uid(there) !== Metadata.uid(object)
    if (resource === "configmaps" && labels[RecordMetadata.label.backend] !== undefined) {
      this.recordWritten(object, isGone)
    } else if (resource === Kind.resource(this.platform.child)) {
      this.childWritten(object, isGone)
    } else if (resource === "pods") {
      this.podWritten(object, isGone)
    }
  }

  private recordWritten(object: JsonObject, isGone: boolean): void {
    const uid = Metadata.uid(object)
    const known = this.records.get(uid)
    if (known === undefined) {
      this.recordCreated(object)
    } else if (isGone) {
      if (known.gone === "no") known.gone = "yes"
    } else {
      this.recordChanged(known, object)
    }
  }

  private recordCreated(object: JsonObject): void {
    const backend = Metadata.labels(object)[RecordMetadata.label.backend] ?? ""
    const fingerprint = Metadata.labels(object)[RecordMetadata.label.fingerprint] ?? ""
    const input = this.inputs.get(fingerprint)
    const ref = new BuildRef.BuildRef({
      backend,
      namespace: Metadata.namespace(object),
      name: Metadata.name(object),
      uid: Metadata.uid(object)
    })
    if (input === undefined) return this.violate(`${ref} is recorded, which nobody asked for`)
    const number = Number(/-(\d+)$/.exec(ref.name)?.[1])
    this.records.set(ref.uid, {
      ref,
      number,
      fingerprint,
      input,
      createdAt: this.now(),
      children: [],
      injuries: new Set(scripted[input.script]),
      mark: undefined,
      outcome: undefined,
      outcomeText: undefined,
      gone: "no",
      stopAsked: false,
      isAgain: (this.again.get(fingerprint) ?? 0) >= this.now()
    })
  }

  private recordChanged(record: RecordTruth, object: JsonObject): void {
    const mark = Json.text(object, "metadata", "annotations", RecordMetadata.annotation.stop)
    if (record.mark !== undefined && mark !== record.mark) {
      this.violate(`the stop mark of ${record.ref} changes from ${record.mark} to ${mark}`)
    }
    if (mark !== record.mark && record.outcome !== undefined) this.violate(`${record.ref} is stopped after its end`)
    record.mark = mark
    const outcome = Json.text(object, "metadata", "annotations", RecordMetadata.annotation.outcome)
    if (outcome === record.outcomeText) return
    if (record.outcomeText !== undefined) {
      this.violate(`the outcome of ${record.ref} changes from ${record.outcomeText} to ${outcome}`)
      return
    }
    record.outcomeText = outcome
    const status = Option.getOrUndefined(decodeOutcome(outcome))?.status
    if (status === undefined) return this.violate(`the outcome of ${record.ref} cannot be read: ${outcome}`)
    record.outcome = status
    const lie = this.lie(record, status)
    if (lie !== undefined) this.violate(`${record.ref} is kept as ${words(status)}: ${lie}`)
  }

  private childWritten(object: JsonObject, isGone: boolean): void {
    const uid = Metadata.uid(object)
    const owner = Metadata.owners(object).map((one) => this.records.get(Json.text(one, "uid") ?? "")).find((one) => one)
    const known = this.children.get(uid)
    if (known === undefined) {
      if (owner === undefined || isGone) return
      const attempt = Number(Metadata.labels(object)[RecordMetadata.label.attempt])
      const child: ChildTruth = {
        uid,
        name: Metadata.name(object),
        attempt,
        createdAt: this.now(),
        late: owner.mark !== undefined || owner.outcome !== undefined || owner.gone !== "no",
        pods: new Map(),
        last: object,
        end: undefined,
        gone: "no"
      }
      if (!child.late) this.attempted(owner, child)
      owner.children.push(child)
      this.children.set(uid, [owner, child])
      return
    }
    const [record, child] = known
    child.last = object
    child.end = this.platform.end(object) ?? child.end
    if (isGone) {
      if (child.gone === "no") child.gone = "yes"
      if (child.gone === "yes" && record.input.script === "is deleted while it runs" && record.mark === undefined) {
        child.gone = "by hand"
      }
      const may = child.gone === "by hand" || record.gone !== "no" || record.mark !== undefined ||
        record.outcome !== undefined
      if (!may) this.violate(`${child.name} is deleted, and ${record.ref} is not marked to stop`)
    }
  }

  /** Whether an attempt may be begun. */
  private attempted(record: RecordTruth, child: ChildTruth): void {
    if (record.children.length === 0 && !record.isAgain) this.isOnlyOne(record)
    if (record.children.some(({ attempt, gone }) => attempt === child.attempt && gone !== "by hand")) {
      this.violate(`attempt ${child.attempt} of ${record.ref} is made twice`)
    }
    if (child.attempt > record.input.retries + 1) this.violate(`${record.ref} is tried more often than asked`)
    for (const earlier of record.children) {
      if (earlier.attempt >= child.attempt) continue
      if (earlier.end !== "failed") this.violate(`${record.ref} is tried again, and ${earlier.name} has not failed`)
      if (isUsersFault(record, earlier)) this.violate(`${record.ref} is tried again, and has failed by its own fault`)
    }
  }

  /** Of builds of one input the newest counts, unless somebody asks for another. */
  private isOnlyOne(record: RecordTruth): void {
    const newest = [...this.records.values()]
      .filter((one) => one !== record && one.gone === "no" && one.fingerprint === record.fingerprint)
      .toSorted((a, b) => b.number - a.number)[0]
    // A client that requests another build need not wait until the earlier one has its child.
    if (newest === undefined || (newest.isAgain && newest.createdAt >= record.createdAt)) return
    const state = newest.outcome?._tag ?? "unfinished"
    const isBegun = newest.children.some(({ late }) => !late)
    if (state === "Succeeded" || state === "Failed" || (state === "unfinished" && isBegun)) {
      this.violate(`${record.ref} is begun, and ${newest.ref} of the same input is ${state}`)
    }
  }

  private podWritten(object: JsonObject, isGone: boolean): void {
    const uid = Metadata.uid(object)
    const known = this.pods.get(uid)
    if (known !== undefined) {
      known.gone = isGone
      known.last = object
      known.runs = !isGone && Json.text(object, "status", "phase") === "Running"
      const others = [...this.pods.values()].filter((one) => one !== known && one.runs)
      if (this.platform.exclusive && known.runs && others.length > 0) {
        this.violate(`${known.name} runs beside ${others.map(({ name }) => name).join()}`)
      }
      return
    }
    const [record, child] = this.children.get(Json.text(Metadata.controller(object), "uid") ?? "") ?? []
    if (record === undefined || child === undefined) return
    if (isUsersFault(record, child)) this.violate(`${record.ref} gets another pod, and has failed by its own fault`)
    const pod: PodTruth = {
      uid,
      name: Metadata.name(object),
      exits: [],
      pushed: false,
      began: false,
      struck: false,
      runs: false,
      last: object,
      gone: isGone
    }
    this.pods.set(uid, pod)
    child.pods.set(uid, pod)
    if (this.tries(record, "by hand") > record.input.retries + 1 && !child.late) {
      this.violate(`${record.ref} is tried more often than asked`)
    }
  }

  // --- what follows ---

  /** Why a status cannot be so; undefined if it can. */
  lie(record: RecordTruth, status: BuildStatus.BuildStatus): string | undefined {
    const last = record.children.filter(({ late }) => !late).toSorted((a, b) =>
      a.attempt - b.attempt || a.createdAt - b.createdAt
    ).at(-1)
    const pods = record.children.flatMap((child) => [...child.pods.values()])
    const pod = status.pod
    if (pod !== undefined && !pods.some(({ uid }) => uid === pod.uid)) return `it has no pod ${pod.name} ${pod.uid}`
    const complete = last !== undefined && last.end === "complete" && last.gone !== "by hand"
    const isGone = record.gone !== "no" && status._tag === "Errored" && status.reason === "Deleted"
    if (isGone) return undefined
    if (complete && status._tag !== "Succeeded" && BuildStatus.isTerminal(status)) return `${last.name} is complete`
    switch (status._tag) {
      case "Pending":
        return undefined
      case "Running":
        return status.attempt > 1
          ? record.children.some(({ attempt }) => attempt === status.attempt) ||
              pods.length >= status.attempt && this.platform.retriedBy === "platform"
            ? undefined
            : `there was no attempt ${status.attempt}`
          : pods.some(({ began }) => began)
          ? undefined
          : "no pod has begun"
      case "Succeeded":
        return !pods.some(({ pushed }) => pushed)
          ? "nothing was pushed"
          : ![...record.children, ...pods].some(({ last }) => JSON.stringify(last).includes(status.image.digest))
          ? `nobody told the digest ${status.image.digest}`
          : undefined
      case "Failed":
        return record.children.some((child) => isUsersFault(record, child)) ? undefined : "no instruction failed"
      case "Cancelled":
        return record.stopAsked || (this.interrupted.get(record.fingerprint) ?? 0) >= record.createdAt
          ? undefined
          : "nobody asked for it"
      case "Errored":
        return this.errorLie(record, last, status)
    }
  }

  /** How often it was begun: where the platform tries again, by another pod. A deleted one is started again. */
  private tries({ children }: RecordTruth, uncounted?: "by hand"): number {
    const intended = children.filter(({ gone, late }) => !late && gone !== uncounted)
    return this.platform.retriedBy === "client"
      ? new Set(intended.map(({ attempt }) => attempt)).size
      : intended.reduce((sum, { pods }) => sum + pods.size, 0)
  }

  private errorLie(
    record: RecordTruth,
    last: ChildTruth | undefined,
    status: BuildStatus.Errored
  ): string | undefined {
    const age = this.now() - (last?.createdAt ?? record.createdAt) + roughly
    const first = record.children[0]?.createdAt
    const tries = this.tries(record)
    if (last !== undefined && isUsersFault(record, last) && last.gone === "no") return "an instruction failed"
    if (status.retryable && tries < record.input.retries + 1) {
      return `it was tried ${tries} times, and was to be tried again ${record.input.retries} times`
    }
    switch (status.reason) {
      case "PendingTimeout":
        return age >= record.input.pendingTimeout * 1_000 ? undefined : `it waits for ${age} ms only`
      case "Timeout":
        return age >= record.input.timeout * 1_000 ? undefined : `it runs for ${age} ms only`
      case "Deleted":
        return record.injuries.has("Deleted") || record.gone !== "no" ||
            (first ?? this.now()) >= record.createdAt + record.input.pendingTimeout * 1_000 - lateness
          ? undefined
          : "nobody deleted it"
      // Of a Job whose pods are gone nothing is left but that it failed, and of a Build whose controller saw its pod fail before
      // it was gone.
      case "Unknown":
        return (this.platform.retriedBy === "platform" || status.upstreamReason === "GenericBuildFailed") &&
            [...last?.pods.values() ?? []].every(({ gone }) => gone)
          ? undefined
          : "it is known what happened"
      default:
        return record.injuries.has(status.reason)
          ? undefined
          : `nothing of it happened (${[...record.injuries].join()})`
    }
  }
}

/** A child whose last pod ended by itself as the script has it, by the fault of the Containerfile. */
const isUsersFault = (record: RecordTruth, child: ChildTruth): boolean =>
  record.input.script === "fails" && child.end !== "complete" &&
  [...child.pods.values()].some(({ exits, struck }) => !struck && exits.some((code) => code !== 0))

const words = (status: BuildStatus.BuildStatus): string =>
  JSON.stringify({ ...status, logTail: undefined, message: "message" in status ? status.message : undefined })
