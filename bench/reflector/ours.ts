import { Schema } from "effect"
import { Resource } from "effect-os-builder"
import * as Follow from "./Follow.js"

const text = Schema.optional(Schema.String)

/** The fields of a pod that are needed to wait for its end. */
const Pod = Resource.make({
  version: "v1",
  plural: "pods",
  kind: "Pod",
  schema: Schema.Struct({
    metadata: Schema.Struct({
      name: Schema.String,
      uid: Schema.String,
      resourceVersion: Schema.String,
      deletionTimestamp: text
    }),
    status: Schema.Struct({ phase: text, reason: text, message: text })
  })
})

await Follow.run(Pod)
