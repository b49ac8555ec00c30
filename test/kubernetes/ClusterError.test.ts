import { assert, describe, it } from "@effect/vitest"
import { Duration } from "effect"
import * as ClusterError from "../../src/kubernetes/ClusterError.js"

const subject = { verb: "get", resource: "pods", object: "n/a" }
const status = (reason: string, code: number, more?: object) => ({
  kind: "Status",
  apiVersion: "v1",
  metadata: {},
  status: "Failure",
  message: "in the server's words",
  reason,
  code,
  ...more
})

describe("ClusterError", () => {
  it("fromStatus: prefers the Status reason over the HTTP status", () => {
    const cases: ReadonlyArray<readonly [number, unknown, ClusterError.Reason]> = [
      [404, status("NotFound", 404), "NotFound"],
      [409, status("AlreadyExists", 409), "AlreadyExists"],
      [409, status("Conflict", 409), "Conflict"],
      [500, status("ServerTimeout", 500), "Timeout"],
      [410, status("Expired", 410), "Expired"],
      [410, status("Gone", 410), "Expired"],
      [400, status("BadRequest", 400), "Invalid"],
      [422, status("Invalid", 422), "Invalid"],
      [429, status("TooManyRequests", 429), "Throttled"],
      [503, status("ServiceUnavailable", 503), "Unreachable"],
      [401, "Unauthorized", "Unauthorized"],
      [404, "404 page not found", "NotFound"],
      [502, "<html>", "Unreachable"],
      [504, undefined, "Timeout"],
      [500, status("InternalError", 500), "Unexpected"],
      [418, null, "Unexpected"]
    ]
    for (const [code, body, reason] of cases) {
      assert.strictEqual(
        ClusterError.fromStatus({ subject, code, body }).reason,
        reason,
        `${code} ${JSON.stringify(body)}`
      )
    }
  })

  it("message: has verb, resource, object and the server's message", () => {
    const error = ClusterError.fromStatus({ subject, code: 404, body: status("NotFound", 404) })
    assert.strictEqual(error.message, "Cannot get pods n/a: NotFound: in the server's words")
    // What a real API server sends with 401.
    const unauthorized = status("Unauthorized", 401, { message: "Unauthorized" })
    assert.strictEqual(
      ClusterError.fromStatus({ subject, code: 401, body: unauthorized }).message,
      "Cannot get pods n/a: Unauthorized: log in again, or renew the token"
    )
    const listed = { verb: "list", resource: "pods", object: "build" }
    assert.strictEqual(
      ClusterError.fromStatus({ subject: listed, code: 404, body: status("NotFound", 404) }).message,
      "Cannot list pods in build: NotFound: in the server's words"
    )
    const bare = ClusterError.fromStatus({ subject: { verb: "list", resource: "nodes" }, code: 503, body: "<html>" })
    assert.strictEqual(
      bare.message,
      "Cannot list nodes: Unreachable: the server responded with 503: check that the API server is running and reachable from this machine"
    )
  })

  it("retryAfter: prefers the header over the Status details", () => {
    const retryAfter = (header: string | undefined, details?: object) =>
      ClusterError.fromStatus({
        subject,
        code: 429,
        body: status("TooManyRequests", 429, { details }),
        retryAfter: header
      })
        .retryAfter
    assert.deepStrictEqual(retryAfter("3", { retryAfterSeconds: 9 }), Duration.seconds(3))
    assert.deepStrictEqual(retryAfter(undefined, { retryAfterSeconds: 9 }), Duration.seconds(9))
    assert.deepStrictEqual(retryAfter("Wed, 21 Oct 2015 07:28:00 GMT"), undefined)
  })

  it("hasCause: finds a cause by its reason", () => {
    const error = ClusterError.fromStatus({
      subject,
      code: 422,
      body: status("Invalid", 422, {
        details: { name: "a", kind: "Pod", causes: [{ reason: "FieldValueInvalid", message: "no", field: "spec.x" }] }
      })
    })
    assert.isTrue(error.hasCause("FieldValueInvalid"))
    assert.isFalse(error.hasCause("FieldValueRequired"))
    assert.strictEqual(error.status?.details?.causes?.[0]?.field, "spec.x")
  })

  it("ambiguous: true for writes after 500, 502 and 504", () => {
    const ambiguous = (verb: string) => (code: number) =>
      ClusterError.fromStatus({ subject: { ...subject, verb }, code, body: undefined }).ambiguous === true
    const codes = [429, 503, 500, 502, 504, 409]
    assert.deepStrictEqual(codes.map(ambiguous("create")), [false, false, true, true, true, false])
    assert.isFalse(codes.some(ambiguous("get")))
  })
})
