/** Differences between the fake and a real API server that are meant, and answers without them. */
import { Predicate } from "effect"
import { withoutManagers } from "../../support/ApiProgram.js"

/** A decoding error of Go: the fake has its kind and the field, not each of its words. */
const decoding =
  /(patch: Invalid value|cannot be handled as a \w+|error decoding patch|error decoding from json|continue key is not valid: invalid character|failed to create typed patch object|unable to decode|list element types are not identical|cannot unmarshal|cannot restore struct|to proper version: .*(illegal base64 data|parsing time))/

const sorted = (list: ReadonlyArray<unknown>): ReadonlyArray<unknown> =>
  list.toSorted((a, b) => JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)

const nameOf = (object: unknown): unknown =>
  Predicate.isRecord(object) && Predicate.isRecord(object["metadata"]) ? object["metadata"]["name"] : undefined

const rules: ReadonlyArray<
  { readonly because: string; readonly change: (answer: Readonly<Record<string, unknown>>) => unknown }
> = [
  {
    because: "the managers of conflicts come in the order of a map of Go, which is any",
    change: (answer) =>
      String(answer["message"]).startsWith("Apply failed") && Predicate.isRecord(answer["details"])
        && Array.isArray(answer["details"]["causes"])
        ? { ...answer, details: { ...answer["details"], causes: sorted(answer["details"]["causes"]) } }
        : answer
  },
  {
    because:
      "the real server closes the connection without an answer to some malformed patches, which the fake refuses",
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
            ? value.filter((item) => nameOf(key === "items" ? item : item["object"]) !== "kube-root-ca.crt")
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
    because:
      "Go writes the zero values of the kind in a bookmark, and those of a long watch come at times of the server's own",
    change: (answer) =>
      Array.isArray(answer["events"])
        ? {
          ...answer,
          events: answer["events"].flatMap((event) =>
            event["type"] !== "BOOKMARK"
              ? [event]
              : JSON.stringify(event).includes("k8s.io/initial-events-end")
              ? [{ type: "BOOKMARK" }]
              : []
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
    // A list or a map that is empty is not kept.
    .replaceAll(/Invalid value: (\[\]|\{\})/g, "Invalid value: null")
    // The server adds the difference of its internal types.
    .replaceAll(/(existing ephemeral containers "[^"]*" may not be changed\n)[^]*/g, "$1")
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
    .replaceAll(/\b(story(-HASH|-\d+)?)-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, "$1-RANDOM")
    .replaceAll(/^[bcdfghjklmnpqrstvwxz2456789]{6,10}$/g, "HASH")
    .replaceAll(/uid-\d+/g, "UID")

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

/**
 * Whether a Deployment has progressed since its new ReplicaSet depends on whether its controller saw the set before the pods of
 * the set.
 */
const begun = (json: unknown): unknown =>
  Array.isArray(json)
    ? json.map(begun)
    : Predicate.isRecord(json)
    ? json["type"] === "Progressing" && ["NewReplicaSetCreated", "ReplicaSetUpdated"].includes(String(json["reason"]))
      ? { type: "Progressing", status: json["status"] }
      : Object.fromEntries(Object.entries(json).map(([key, inner]) => [key, begun(inner)]))
    : json

/** A compared answer after controllers have finished. */
export const settled = (answer: unknown): unknown => unordered(begun(eachText(answer, generated)))

/** Whether the real server no longer has the changes of a watch: it keeps fewer than the fake. */
export const isForgotten = (answer: unknown): boolean => (JSON.stringify(answer) ?? "").includes("\"code\":410,")
