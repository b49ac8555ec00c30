import { assert, describe, it } from "@effect/vitest"
import { Predicate } from "effect"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import * as Source from "../../../scripts/protobuf-messages.mjs"
import { table } from "../../../src/fake/apiserver/ProtobufMessage.js"
import * as BuiltInFields from "../../../src/kubernetes/protobuf/BuiltInFields.js"
import type { Resource } from "../../../src/kubernetes/Resource.js"
import * as Resources from "../../../src/kubernetes/Resources.js"

/** Where Go keeps the module, if somebody has built the control plane here. */
const modules = process.env["GOMODCACHE"] ?? path.join(os.homedir(), "go/pkg/mod")
const isDownloaded = fs.existsSync(path.join(modules, `k8s.io/api@${Source.version}`))

describe("BuiltInFields", () => {
  it("messages: have the numbers, types and zero values of k8s.io/api", () => {
    const whole = table()
    for (const [name, fields] of BuiltInFields.messages()) {
      for (const field of fields) {
        assert.deepStrictEqual(whole.get(name)?.find((one) => one.name === field.name), field, `${name}.${field.name}`)
      }
    }
  })

  it("messages: are those of the control plane's version", () => {
    const pinned = /k8s\.io\/api (\S+)/.exec(fs.readFileSync("test/control-plane/go.mod", "utf8"))?.[1]
    assert.strictEqual(Source.version, pinned)
  })

  it.skipIf(!isDownloaded)("messages: the table of the fake is what the source of k8s.io/api has", () => {
    for (const [file, content] of Object.entries(Source.files(modules))) {
      assert.strictEqual(fs.readFileSync(file, "utf8"), content, `${file}: run scripts/protobuf-messages.mjs`)
    }
  })

  it("messageOf: every built-in kind of Resources is read from protobuf, and no other", () => {
    const all: ReadonlyArray<unknown> = Object.values(Resources)
    const resources = all.filter((one): one is Resource<unknown> => Predicate.hasProperty(one, "protobuf"))
    const read = resources.filter((resource) => resource.protobuf()).map(({ kind }) => kind)
    assert.deepStrictEqual(read.toSorted(), [
      "ConfigMap",
      "Event",
      "Job",
      "Namespace",
      "Node",
      "PersistentVolumeClaim",
      "Pod",
      "Secret",
      "ServiceAccount"
    ])
    assert.deepStrictEqual(
      resources.filter((resource) => !resource.protobuf()).map(({ group }) => group.split(".").slice(-2).join("."))
        .filter((group) => group !== "openshift.io"),
      []
    )
  })
})
