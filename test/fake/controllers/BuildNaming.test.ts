import { assert, describe, it } from "@effect/vitest"
import * as BuildNaming from "../../../src/fake/controllers/BuildNaming.js"
import * as BuildPod from "../../../src/fake/controllers/BuildPod.js"
import * as Json from "../../../src/fake/Json.js"

const long = "os-build-abcdefghijklmnopqrstuvwxyz-1-00000000-context-1"

describe("BuildNaming", () => {
  it("BuildNaming: joins base and suffix if they fit", () => {
    assert.strictEqual(BuildNaming.object("a", "build"), "a-build")
    assert.strictEqual(BuildNaming.volume("a.b", "push"), "a-b-push")
  })

  it("BuildNaming: truncates long names and adds their FNV-1a hash", () => {
    // The hashes are those that Go's hash/fnv New32a gives.
    assert.strictEqual(BuildNaming.volume("a".repeat(70), "push"), `${"a".repeat(49)}-5904740b-push`)
    assert.strictEqual(BuildNaming.volume("a", "s".repeat(63)), "a-6ac58832")
    assert.strictEqual(BuildNaming.volume(long, "user-build-volume").length, 63)
    assert.notStrictEqual(BuildNaming.volume(`${long}12345`, "push"), BuildNaming.volume(`${long}12346`, "push"))
  })

  it("BuildNaming: may give two objects the same volume name, as OpenShift does", () => {
    const volume = (kind: "secret" | "configMap", name: string) => ({
      name: "v",
      source: kind === "secret" ? { secret: { secretName: name } } : { configMap: { name } },
      mounts: []
    })
    const pod = BuildPod.make({
      metadata: { name: "b", uid: "u" },
      spec: { strategy: { dockerStrategy: { volumes: [volume("secret", "x.y"), volume("configMap", "x-y")] } } }
    })
    const names = Json.objects(pod, "spec", "volumes").map((one) => Json.text(one, "name"))
    assert.strictEqual(new Set(names).size, names.length)
    const [shared] = Json.objects(pod, "spec", "volumes")
    assert.strictEqual(Json.text(shared, "secret", "secretName"), "x.y")
  })
})
