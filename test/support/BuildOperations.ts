/**
 * The calls of a backend whose requests are counted, by a short name.
 */
export const operations = {
  selection: "selecting a backend",
  first: "submitting a new build, first of the process",
  new: "submitting a new build",
  again: "submitting another build of the same input",
  running: "submitting an input whose build runs",
  selected: "the same, through the selection",
  ended: "submitting an input whose build has succeeded",
  status: "status of a build that runs",
  outcome: "status of a build that has ended",
  list: "listing ten builds that run",
  cancel: "cancelling a build that runs",
  remove: "removing a build that runs",
  prune: "pruning ten builds that have ended",
  run: "selecting a backend, and running a build to its end"
} as const

export type Operation = keyof typeof operations

/** In the order of the table. */
export const operationNames: ReadonlyArray<Operation> = [
  "selection",
  "first",
  "new",
  "again",
  "running",
  "selected",
  "ended",
  "status",
  "outcome",
  "list",
  "cancel",
  "remove",
  "prune",
  "run"
]
