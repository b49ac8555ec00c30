/**
 * The server's side of what it and its contestant say to each other, a line at a time: `prepare`, answered by `prepared`; `go`, which
 * begins to move the pods; and `times`, answered by the times of all moves and `end`. Nothing is written while the pods move, so
 * that neither side reads or writes what is not measured.
 */
import * as readline from "node:readline"
import * as Workload from "./Workload.js"

/** A change of the pod of a build. */
export interface Move {
  readonly record: string
  readonly step: Workload.Step
}

/** The lines that the contestant writes, one after another. */
export const lines = (): () => Promise<string> => {
  const iterator = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]()
  return async () => String((await iterator.next()).value)
}

/** When something was due and when it was sent, in the order in which it was. */
export class Times {
  private readonly moves: ReadonlyArray<Move>
  private readonly changesASecond: number
  private readonly sent: Float64Array
  private began = 0

  constructor(moves: ReadonlyArray<Move>, changesASecond: number) {
    this.moves = moves
    this.changesASecond = changesASecond
    this.sent = new Float64Array(moves.length)
  }

  begin(): void {
    this.began = Workload.now()
  }

  due(index: number): number {
    return this.began + index * 1_000 / this.changesASecond
  }

  /** Is called right before it is sent. */
  send(index: number): void {
    this.sent[index] = Workload.now()
  }

  print(): void {
    const lines = this.moves.map(({ record, step }, index) =>
      `${record} ${step} ${this.due(index)} ${this.sent[index]}\n`
    )
    process.stdout.write(`${lines.join("")}end\n`)
  }
}
