/**
 * Which build an equal input gets instead of a new one.
 */
import * as BuildStatus from "./BuildStatus.js"

/** Not one that was stopped, or met an error that was not its fault. */
export const isAdoptable = (status: BuildStatus.BuildStatus): boolean =>
  status._tag !== "Errored" && status._tag !== "Cancelled"

/** An older one, too, while it goes on: nobody builds the same twice at once without having asked for that. */
export const isAdopted = (status: BuildStatus.BuildStatus, isNewest: boolean): boolean =>
  isNewest ? isAdoptable(status) : !BuildStatus.isTerminal(status)
