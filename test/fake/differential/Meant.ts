/** Differences between the fake and a real API server that are meant, and answers without them. */
import { Predicate } from "effect"
import { withoutManagers } from "../../support/ApiProgram.js"

/** A decoding error of Go: the fake has its kind and the field, not each of its words. */
const decoding =
  /(patch: Invalid value|cannot be handled as a \w+|error decoding patch|failed to create typed patch object|unable to decode|cannot unmarshal|cannot restore struct)/

const rules: ReadonlyArray<
  { readonly because: string; readonly change: (answer: Readonly<Record<string, unknown>>) => unknown }
> = [
  {
    because: "managed fields begin with the first server-side apply: the manager of what was before has another name",
    change: (answer) =>
      answer["code"] === 409 && String(answer["message"]).startsWith("Apply failed")
        ? { code: 409, reason: answer["reason"] }
        : answer
  },
  {
    because: "the words of Go's decoders",
    change: (answer) =>
      Predicate.isNumber(answer["code"]) && decoding.test(String(answer["message"])) ? { code: answer["code"] } : answer
  },
  {
    because: "the numbers of resource versions",
    change: (answer) =>
      Predicate.isRecord(answer["metadata"]) && Array.isArray(answer["items"])
        ? {
          ...answer,
          metadata: {},
          // The certificate of the real cluster.
          items: answer["items"].filter((item) => !JSON.stringify(item).includes("kube-root-ca.crt"))
        }
        : answer
  }
]

/** The answer for the comparison. */
export const compared = (answer: unknown): unknown =>
  rules.reduce(
    (so, { change }) => Predicate.isRecord(so) && !Array.isArray(so) ? change(so) : so,
    withoutManagers(answer)
  )
