import { BuildStatus } from "effect-os-builder"
import { expect, test } from "tstyche"

test("BuildStatus: isTerminal narrows", () => {
  const status = new BuildStatus.Pending({}) as BuildStatus.BuildStatus
  if (BuildStatus.isTerminal(status)) {
    expect(status).type.toBe<BuildStatus.Terminal>()
  }
})

test("BuildStatus: match asks for every state", () => {
  expect(BuildStatus.match).type.not.toBeCallableWith({ Pending: () => 1 })
})
