import * as FakeCluster from "effect-os-builder/FakeCluster"
import { afterAll, beforeAll, describe, it } from "vitest"
import { target } from "./ClientCase.js"
import * as ClientNode from "./ClientNode.js"
import { programs } from "./Programs.js"

let fake: FakeCluster.Handle

beforeAll(async () => {
  fake = await FakeCluster.start({ programs })
})
afterAll(() => fake.stop())

describe("the fake", () => {
  for (const [number, { run, title }] of ClientNode.cases.entries()) {
    it(`client-node: ${title}`, async () => run(await target(fake.kubeconfig, number)))
  }
})
