/** kubernetes-fluent-client on the served fake and on a real API server, where `npm run bench:peers` has installed it. */
import { layer } from "@effect/vitest"
import { Effect } from "effect"
import * as FakeCluster from "effect-os-builder/FakeCluster"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, it } from "vitest"
import * as Peers from "../../bench/Peers.js"
import { ControlPlane, layer as controlPlane } from "../control-plane/ControlPlane.js"
import * as Node from "../control-plane/Node.js"
import { target } from "./ClientCase.js"
import * as FluentClient from "./FluentClient.js"
import { programs } from "./Programs.js"

const use = (kubeconfigPath: string) => {
  process.env["KUBECONFIG"] = kubeconfigPath
  return readFileSync(kubeconfigPath, "utf8")
}

describe.skipIf(!Peers.areBuilt())("the fake", () => {
  let folder: string
  let kubeconfigPath: string
  let fake: FakeCluster.Handle

  beforeAll(async () => {
    fake = await FakeCluster.start({ programs })
    folder = mkdtempSync(join(tmpdir(), "fluent-client-"))
    kubeconfigPath = join(folder, "kubeconfig")
    writeFileSync(kubeconfigPath, fake.kubeconfig, { mode: 0o600 })
  })
  afterAll(async () => {
    await fake.stop()
    rmSync(folder, { recursive: true })
  })

  for (const [number, { run, title }] of FluentClient.cases.entries()) {
    it(`kubernetes-fluent-client: ${title}`, async () => run(await target(use(kubeconfigPath), number)))
  }
})

const node = Effect.gen(function*() {
  const { admin } = yield* ControlPlane
  const kubeconfig = use(admin.kubeconfigPath)
  yield* Node.run({ kubeconfigPath: admin.kubeconfigPath, node: { name: "node-1" }, programs })
  return kubeconfig
})

layer(controlPlane, { excludeTestServices: true, timeout: "90 seconds" })("a real API server", (it) => {
  for (const [number, { run, title }] of FluentClient.cases.entries()) {
    const test = Peers.areBuilt() ? it.scoped : it.scoped.skip
    test(`kubernetes-fluent-client: ${title}`, () =>
      Effect.flatMap(node, (kubeconfig) => Effect.promise(async () => run(await target(kubeconfig, number)))))
  }
})
