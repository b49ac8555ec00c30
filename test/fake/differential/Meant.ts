/** Differences between the fake and a real API server that are meant, and answers without them. */
import { Predicate } from "effect"
import { withoutManagers } from "../../support/ApiProgram.js"

/** A decoding error of Go: the fake has its kind and the field, not each of its words. */
const decoding =
  /(patch: Invalid value|cannot be handled as a \w+|error decoding patch|error decoding from json|continue key is not valid: invalid character|failed to create typed patch object|unable to decode|cannot unmarshal|cannot restore struct)/

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
    because:
      "the real server panics when a strategic merge patch names an item by an object, and closes the connection",
    change: (answer) => Object.values(answer).every((value) => value === undefined) ? { code: 422 } : answer
  },
  {
    because: "the words of Go's decoders",
    change: (answer) =>
      Predicate.isNumber(answer["code"]) && decoding.test(String(answer["message"])) ? { code: answer["code"] } : answer
  },
  {
    because: "the certificate of the real cluster",
    change: (answer) =>
      Object.fromEntries(
        Object.entries(answer).map(([key, value]) => [
          key,
          (key === "items" || key === "events") && Array.isArray(value)
            ? value.filter((item) => !JSON.stringify(item).includes("kube-root-ca.crt\""))
            : value
        ])
      )
  },
  {
    because: "the reason of an access review is that of the authorizer",
    change: (answer) =>
      answer["kind"] === "SelfSubjectAccessReview" && Predicate.isRecord(answer["status"])
        ? { ...answer, status: { ...answer["status"], reason: "" } }
        : answer
  },
  {
    because: "Go writes the zero values of the kind in a bookmark",
    change: (answer) =>
      Array.isArray(answer["events"])
        ? {
          ...answer,
          events: answer["events"].map((event) =>
            event["type"] === "BOOKMARK"
              ? { type: "BOOKMARK", ends: JSON.stringify(event).includes("k8s.io/initial-events-end") }
              : event
          )
        }
        : answer
  }
]

/** Numbers of resource versions, and the random parts of generated names. */
const numbers = (text: string): string =>
  text
    .replaceAll(/(resource version: )\d+/g, "$1NUMBER")
    .replaceAll(/\((\d+)\)/g, "(NUMBER)")
    // A list that is empty is not kept.
    .replaceAll(/Invalid value: \[\]/g, "Invalid value: null")
    // The server adds the difference of its internal types.
    .replaceAll(/(if it was previously negative\))[^]*/g, "$1")
    .replaceAll(/(current: )\d+/g, "$1NUMBER")
    .replaceAll(/(kube-api-access)-[a-z0-9]{5}\b/g, "$1-RANDOM")

const eachText = (json: unknown, change: (text: string) => string): unknown =>
  typeof json === "string"
    ? change(json)
    : Array.isArray(json)
    ? json.map((item) => eachText(item, change))
    : Predicate.isRecord(json)
    ? Object.fromEntries(Object.entries(json).map(([key, inner]) => [key, eachText(inner, change)]))
    : json

/** The answer for the comparison. */
export const compared = (answer: unknown): unknown =>
  rules.reduce(
    (so, { change }) => Predicate.isRecord(so) && !Array.isArray(so) ? change(so) : so,
    eachText(withoutManagers(answer), numbers)
  )

/** A generated name or the hash of a template, whose letters are those of k8s.io/apimachinery pkg/util/rand. */
const generated = (text: string): string =>
  text
    .replaceAll(/\b(story)-[bcdfghjklmnpqrstvwxz2456789]{6,10}\b/g, "$1-HASH")
    .replaceAll(/\b(story(-HASH)?)-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, "$1-RANDOM")
    .replaceAll(/^[bcdfghjklmnpqrstvwxz2456789]{6,10}$/g, "HASH")
    .replaceAll(/uid-\d+/g, "UID")

const sorted = (list: ReadonlyArray<unknown>): ReadonlyArray<unknown> =>
  list.toSorted((a, b) => JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)

/** Lists whose order is that of random names, and conditions in the order in which controllers came to them. */
const unordered = (json: unknown): unknown =>
  Array.isArray(json)
    ? json.map(unordered)
    : Predicate.isRecord(json)
    ? Object.fromEntries(
      Object.entries(json).map(([key, inner]) => [
        key,
        (key === "items" || key === "conditions") && Array.isArray(inner)
          ? sorted(inner.map(unordered))
          : unordered(inner)
      ])
    )
    : json

/** A compared answer after controllers have finished. */
export const settled = (answer: unknown): unknown => unordered(eachText(answer, generated))

/** Whether the real server no longer has the changes of a watch: it keeps fewer than the fake. */
export const isForgotten = (answer: unknown): boolean => (JSON.stringify(answer) ?? "").includes("\"code\":410,")
