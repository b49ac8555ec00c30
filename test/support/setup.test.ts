import { assert, describe, it } from "vitest"

describe.sequential("setup", () => {
  const heard = { immediate: false }

  it("setup: a test may leave work for the event loop", () => {
    setImmediate(() => {
      heard.immediate = true
    })
  })

  it("setup: the event loop turns between two tests, so that a busy worker hears vitest", () => {
    assert.isTrue(heard.immediate)
  })
})
