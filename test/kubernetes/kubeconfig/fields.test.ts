import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { fields } from "../../../src/kubernetes/kubeconfig/FieldTable.js"
import * as KubeconfigFile from "../../../src/kubernetes/kubeconfig/KubeconfigFile.js"

/** The fields of the schemas, by the name of client-go's struct. */
const schemas = {
  Cluster: KubeconfigFile.Cluster,
  AuthInfo: KubeconfigFile.User,
  Context: KubeconfigFile.Context,
  Config: KubeconfigFile.Kubeconfig,
  ExecConfig: KubeconfigFile.ExecConfig,
  AuthProviderConfig: KubeconfigFile.AuthProviderConfig
}

describe("FieldTable", () => {
  for (const [name, schema] of Object.entries(schemas)) {
    it(`FieldTable: the schema of ${name} reads every field of the table`, () => {
      const [table] = Object.entries(fields).filter(([struct]) => struct === name).map(([, table]) =>
        Object.keys(table)
      )
      assert.deepStrictEqual(Object.keys(schema.fields).toSorted(), table?.toSorted())
    })
  }

  it("FieldTable: an empty object is a valid entry of every kind", () => {
    assert.doesNotThrow(() => {
      Schema.decodeUnknownSync(KubeconfigFile.Cluster)({})
      Schema.decodeUnknownSync(KubeconfigFile.User)({})
      Schema.decodeUnknownSync(KubeconfigFile.Context)({})
    })
  })
})
