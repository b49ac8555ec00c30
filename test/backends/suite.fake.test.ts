/**
 * What every backend has to do, done by the cluster backends on the fake cluster: in memory and by a clock that tests turn,
 * and behind HTTPS through the live client.
 */
import { TestClock } from "effect"
import { suite } from "../BackendSuite.js"
import { backends, behindHttps, inMemory, worldOf } from "../support/Worlds.js"

for (const backend of backends) {
  suite({
    ...worldOf(backend),
    name: `${backend.name} on the fake`,
    layer: inMemory(backend),
    live: false,
    timeout: "1 minute",
    advance: TestClock.adjust("1 second")
  })
}

for (const backend of backends) {
  suite({ ...worldOf(backend), name: `${backend.name} on the fake behind HTTPS`, layer: behindHttps(backend) })
}
