import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Undecodable from "../../../src/fake/apiserver/Undecodable.js"
import { bare } from "../../support/FakeApi.js"

describe("bodies that are not JSON", () => {
  it.effect("bodies that are not JSON: the status names the kind and shows the beginning of the body", () =>
    Effect.gen(function*() {
      const { catalog } = yield* bare()
      const message = (method: "POST" | "PATCH", path: string, text: string) =>
        Undecodable.status(catalog, { method, path, query: {} }, Buffer.from(text))?.message
      assert.strictEqual(
        message("POST", "/api/v1/namespaces", "apiVersion: v1\nkind: Pod\nmetadata: {}\n"),
        "the object provided is unrecognized (must be of type Namespace): couldn't get version/kind; json parse error: "
          + "invalid character 'a' looking for beginning of value "
          + `(${Buffer.from("apiVersion: v1\nkind: Pod\nmetadata: {}\n").subarray(0, 30).toString("hex")} ...)`
      )
      assert.isUndefined(message("PATCH", "/api/v1/namespaces/a", "x"))
      assert.isUndefined(message("POST", "/api/v1/namespaces", "{"))
    }))
})
