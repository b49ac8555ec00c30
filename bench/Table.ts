/**
 * What came of a scenario, as Markdown.
 */
import { type Goal, type Metric, type Sample, type Scenario, units } from "./Scenario.js"

type Samples = ReadonlyMap<string, ReadonlyArray<Sample>>

const median = (numbers: ReadonlyArray<number>): number => {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

const show = (value: number): string =>
  Number.isNaN(value)
    ? ""
    : Number.isInteger(value)
    ? String(value)
    : value >= 100
    ? value.toFixed(0)
    : value >= 10
    ? value.toFixed(1)
    : value.toFixed(2)

const row = (cells: ReadonlyArray<string>): string => `| ${cells.join(" | ")} |`

const table = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string =>
  [row(head), row(head.map((_, index) => index === 0 ? "---" : "---:")), ...rows.map(row)].join("\n")

const numbers = (samples: Samples, contestant: string, metric: Metric): ReadonlyArray<number> =>
  (samples.get(contestant) ?? []).map((sample) => sample[metric] ?? Number.NaN)

/** What else the machine does can only make a stall longer: the shortest of the rounds is that of the contestant itself. */
const typical = (metric: Metric, values: ReadonlyArray<number>): number =>
  metric === "stallMs" ? Math.min(...values) : median(values)

/** The median of what each round gave: what else the machine did in a round, it did to both. */
const reached = (samples: Samples, { against, metric, of }: Goal): number => {
  const ours = numbers(samples, of, metric)
  const theirs = against === undefined ? [] : numbers(samples, against, metric)
  return typical(
    metric,
    ours.map((value, round) => against === undefined ? value : value / (theirs[round] ?? Number.NaN))
  )
}

const verdict = (samples: Samples, goal: Goal): ReadonlyArray<string> => {
  const value = reached(samples, goal)
  const met = goal.is === "at least" ? value >= goal.bound : value <= goal.bound
  return [
    `${goal.of}: ${units[goal.metric]}${goal.against === undefined ? "" : `, in terms of ${goal.against}`}`,
    `${goal.is} ${goal.bound}`,
    show(value),
    met ? "yes" : "**no**"
  ]
}

const measured = ({ columns, contestants, metricsAre, title }: Scenario, samples: Samples): string => {
  const cell = (contestant: string, metric: Metric) => show(typical(metric, numbers(samples, contestant, metric)))
  return metricsAre === "rows"
    ? table(
      [title, ...contestants],
      columns.map((metric) => [units[metric], ...contestants.map((contestant) => cell(contestant, metric))])
    )
    : table(
      [title, ...columns.map((metric) => units[metric])],
      contestants.map((contestant) => [contestant, ...columns.map((metric) => cell(contestant, metric))])
    )
}

export const render = (scenario: Scenario, samples: Samples): string =>
  [
    measured(scenario, samples),
    ...scenario.goals.length === 0
      ? []
      : [table(["goal", "bound", "measured", "reached"], scenario.goals.map((goal) => verdict(samples, goal)))]
  ].join("\n\n")
