/** Random programs of about twenty requests, valid and invalid, from a seed. */
import type { Action } from "./Action.js"
import * as Objects from "./Objects.js"
import { random } from "./Random.js"
import { scenario } from "./Scenarios.js"
import { subjects } from "./Subjects.js"

/** A program: requests for one or two kinds, or about half as many and a scenario with controllers. */
export const program = (seed: number): ReadonlyArray<Action> => {
  const source = random(seed)
  const [first, other] = [source.pick(subjects), source.pick(subjects)]
  // The managers of an Event in one of its groups are not known in the other on the fake.
  const chosen = [first, other.kind === first.kind ? first : other] as const
  const story = source.chance(0.35) ? scenario(source) : []
  const count = Math.max(20 - story.length, 6)
  const requests = Array.from({ length: count }, () => Objects.action(source, source.pick(chosen)))
  return [...requests, ...story]
}
