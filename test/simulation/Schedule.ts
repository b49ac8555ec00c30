/**
 * What happens in one simulation, as data: which client requests what and when, which faults occur, and how each build would go. It follows
 * from the seed alone, so it can be printed, and replayed.
 */
import { Dice } from "./Dice.js"

/** How a build of an input goes if nothing comes between. */
export type Script =
  | "succeeds"
  | "fails"
  | "cannot pull"
  | "cannot pull for a moment"
  | "cannot push"
  | "cannot push for a moment"
  | "runs out of memory"
  | "is evicted once"
  | "is evicted always"
  | "fits on no node"
  | "has no builder image"
  | "is deleted while it runs"
  | "hangs"

export interface Input {
  readonly script: Script
  /** How long each container runs before it ends, in seconds. */
  readonly takes: number
  readonly secret: "there" | "late" | "absent" | "none"
  readonly retries: number
  readonly pendingTimeout: number
  readonly timeout: number
}

export interface Fault {
  readonly verb: "create" | "delete" | "get" | "list" | "patch" | "watch" | undefined
  readonly resource: "records" | "children" | "pods" | "events" | "all"
  readonly kind:
    | "409"
    | "410"
    | "429"
    | "500"
    | "503"
    | "refused"
    | "cut"
    | "too slow"
    | "events late"
    | "events twice"
  readonly times: number
  /** Seconds: how long a 429 asks to wait, how late events come. */
  readonly seconds: number
}

/** `build` counts through the builds that there have been, from the newest backwards. */
export type Act =
  | {
    readonly _tag: "Build"
    readonly client: number
    readonly input: number
    readonly how: "build" | "run" | "run detached"
    readonly again: boolean
  }
  | {
    readonly _tag: "Watch" | "Status" | "Logs" | "Cancel" | "Remove"
    readonly client: number
    readonly build: number
  }
  | { readonly _tag: "List"; readonly client: number }
  | { readonly _tag: "Prune"; readonly client: number; readonly olderThan: number; readonly keep: number }
  | { readonly _tag: "Interrupt" | "Die"; readonly client: number }
  | { readonly _tag: "Break"; readonly fault: Fault }
  | { readonly _tag: "CutWatches" | "Compact" }
  | { readonly _tag: "Outage"; readonly seconds: number }
  | { readonly _tag: "Strike"; readonly pod: number; readonly how: "evict" | "lose its node" | "delete" }
  | { readonly _tag: "DeleteChild" | "DeleteRecord" | "CancelByHand"; readonly build: number }
  | { readonly _tag: "Secret"; readonly input: number; readonly how: "put" | "rotate" | "delete" }

/** `at` is in milliseconds from the beginning. */
export interface Step {
  readonly at: number
  readonly act: Act
}

export interface Schedule {
  readonly seed: number
  readonly clients: number
  readonly inputs: ReadonlyArray<Input>
  readonly steps: ReadonlyArray<Step>
}

const script = (dice: Dice): Script =>
  dice.weighted<Script>([
    [10, () => "succeeds"],
    [5, () => "fails"],
    [1, () => "cannot pull"],
    [2, () => "cannot pull for a moment"],
    [1, () => "cannot push"],
    [2, () => "cannot push for a moment"],
    [1, () => "runs out of memory"],
    [3, () => "is evicted once"],
    [2, () => "is evicted always"],
    [1, () => "fits on no node"],
    [1, () => "has no builder image"],
    [1, () => "is deleted while it runs"],
    [1, () => "hangs"]
  ])

const input = (dice: Dice): Input => ({
  script: script(dice),
  takes: dice.pick(0, 0, 1, 10, 60, 300),
  secret: dice.weighted<Input["secret"]>([
    [4, () => "there"],
    [2, () => "late"],
    [1, () => "absent"],
    [4, () => "none"]
  ]),
  retries: dice.pick(0, 1, 2, 3),
  pendingTimeout: dice.pick(60, 180, 600),
  timeout: dice.pick(120, 900)
})

type Kinds = ReadonlyArray<readonly [weight: number, make: () => Fault["kind"]]>

const anyKinds: Kinds = [
  [3, () => "429"],
  [3, () => "500"],
  [3, () => "503"],
  [3, () => "refused"],
  [5, () => "cut"],
  [2, () => "too slow"]
]

const writeKinds: Kinds = [...anyKinds, [4, () => "409"]]

const watchKinds: Kinds = [...anyKinds, [4, () => "410"], [5, () => "events late"], [5, () => "events twice"]]

const kindsOf = (verb: Fault["verb"]): Kinds =>
  verb === "watch" ? watchKinds : verb === "create" || verb === "delete" || verb === "patch" ? writeKinds : anyKinds

const fault = (dice: Dice): Fault => {
  const verb: Fault["verb"] = dice.pick("create", "delete", "get", "list", "patch", "watch", undefined)
  return {
    verb,
    resource: dice.pick("records", "children", "pods", "all"),
    kind: dice.weighted(kindsOf(verb)),
    times: dice.pick(1, 1, 2, 3, 8),
    seconds: dice.pick(1, 3, 10, 45)
  }
}

const act = (dice: Dice, size: { readonly clients: number; readonly inputs: number }): Act => {
  const client = dice.int(0, size.clients)
  const input = dice.int(0, size.inputs)
  const build = Math.floor(dice.real() ** 2 * 6)
  const pod = dice.int(0, 3)
  return dice.weighted<Act>([
    [
      12,
      () => ({
        _tag: "Build",
        client,
        input,
        how: dice.pick("build", "build", "run", "run detached"),
        again: dice.chance(0.15)
      })
    ],
    [10, () => ({ _tag: "Watch", client, build })],
    [4, () => ({ _tag: "Status", client, build })],
    [3, () => ({ _tag: "Logs", client, build })],
    [5, () => ({ _tag: "Cancel", client, build })],
    [2, () => ({ _tag: "Remove", client, build })],
    [2, () => ({ _tag: "List", client })],
    [2, () => ({ _tag: "Prune", client, olderThan: dice.pick(0, 60, 600), keep: dice.pick(0, 0, 1) })],
    [3, () => ({ _tag: "Interrupt", client })],
    [5, () => ({ _tag: "Die", client })],
    [16, () => ({ _tag: "Break", fault: fault(dice) })],
    [3, () => ({ _tag: "CutWatches" })],
    [2, () => ({ _tag: "Compact" })],
    [1, () => ({ _tag: "Outage", seconds: dice.pick(5, 60, 300) })],
    [5, () => ({ _tag: "Strike", pod, how: dice.pick("evict", "lose its node", "delete") })],
    [2, () => ({ _tag: "DeleteChild", build })],
    [1, () => ({ _tag: "DeleteRecord", build })],
    [1, () => ({ _tag: "CancelByHand", build })],
    [3, () => ({ _tag: "Secret", input, how: dice.pick("put", "put", "rotate", "delete") })]
  ])
}

/** Short waits make races; long ones let something end. */
const pause = (dice: Dice): number =>
  dice.weighted([
    [4, () => dice.int(0, 60)],
    [4, () => dice.int(0, 2_000)],
    [3, () => dice.int(0, 30_000)],
    [1, () => dice.int(0, 300_000)]
  ])

export const make = (seed: number): Schedule => {
  const dice = new Dice(seed)
  const size = { clients: dice.int(2, 5), inputs: dice.int(1, 5) }
  const inputs = Array.from({ length: size.inputs }, () => input(dice))
  const steps: Array<Step> = []
  let at = 0
  for (let left = dice.int(20, 70); left > 0; left--) {
    at += pause(dice)
    steps.push({ at, act: act(dice, size) })
  }
  return { seed, clients: size.clients, inputs, steps }
}

export const words = (act: object): string =>
  Object.entries(act)
    .map(([key, value]) =>
      key === "_tag" ? String(value) : `${key}=${typeof value === "object" ? `{ ${words(value ?? {})} }` : value}`
    )
    .join(" ")

/** One line each, to be read. */
export const show = ({ clients, inputs, seed, steps }: Schedule): ReadonlyArray<string> => [
  `seed ${seed}: ${clients} clients`,
  ...inputs.map((input, index) => `input ${index}: ${words(input)}`),
  ...steps.map(({ act, at }) => `${(at / 1000).toFixed(3).padStart(10)} s  ${words(act)}`)
]
