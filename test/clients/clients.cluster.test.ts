import { layer } from "@effect/vitest"
import { Effect } from "effect"
import { readFileSync } from "node:fs"
import { ControlPlane, layer as controlPlane } from "../control-plane/ControlPlane.js"
import * as Node from "../control-plane/Node.js"
import { target } from "./ClientCase.js"
import * as ClientNode from "./ClientNode.js"
import { programs } from "./Programs.js"

const node = Effect.gen(function*() {
  const { admin } = yield* ControlPlane
  yield* Node.run({ kubeconfigPath: admin.kubeconfigPath, node: { name: "node-1" }, programs })
  return readFileSync(admin.kubeconfigPath, "utf8")
})

layer(controlPlane, { excludeTestServices: true, timeout: "90 seconds" })("a real API server", (it) => {
  for (const [number, { run, title }] of ClientNode.cases.entries()) {
    it.scoped(`client-node: ${title}`, () =>
      Effect.flatMap(node, (kubeconfig) => Effect.promise(async () => run(await target(kubeconfig, number)))))
  }
})
