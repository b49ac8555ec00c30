import type { ClientCase } from "./ClientCase.js"
import * as ClientNodeObjects from "./ClientNodeObjects.js"
import * as ClientNodePods from "./ClientNodePods.js"
import * as ClientNodeWatching from "./ClientNodeWatching.js"

export const cases: ReadonlyArray<ClientCase> = [
  ...ClientNodeObjects.cases,
  ...ClientNodeWatching.cases,
  ...ClientNodePods.cases
]
