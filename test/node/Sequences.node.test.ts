/**
 * What a real kubelet reports of pods is what was recorded of it, which the fake kubelet is held to. `RECORD=1` records it.
 */
import { assert, layer } from "@effect/vitest"
import { Duration, Effect, type Layer } from "effect"
import * as fs from "node:fs"
import * as path from "node:path"
import { isDeepStrictEqual } from "node:util"
import type { ClusterError } from "../../src/kubernetes/ClusterError.js"
import * as FileSource from "../../src/kubernetes/kubeconfig/FileSource.js"
import * as KubeCredentials from "../../src/kubernetes/kubeconfig/KubeCredentials.js"
import * as HttpDriver from "../../src/kubernetes/transport/HttpDriver.js"
import { type Case, cases, sequence } from "../support/PodSequences.js"
import * as Images from "./Images.js"
import { type ApiServer, fake, layer as realNode, real, RealNode } from "./RealNode.js"

const file = path.join(import.meta.dirname, "../fake/kubelet/recorded.json")

const suite = (name: string, apiServer: Layer.Layer<ApiServer>, records: boolean) =>
  layer(realNode(apiServer), { excludeTestServices: true, timeout: "3 minutes" })(name, (it) => {
    it.scoped(`${name}: are those that were recorded`, () =>
      Effect.gen(function*() {
        const { kubeconfigPath } = yield* RealNode
        const credentials = yield* KubeCredentials.make(yield* FileSource.load({ kubeconfig: kubeconfigPath }))
        const driver = HttpDriver.make({ credentials, defaultNamespace: "default", timeout: Duration.seconds(30) })
        const recorded = records ? {} : JSON.parse(fs.readFileSync(file, "utf8"))
        /** A kubelet may remove a container before it reads its end, and then says ContainerStatusUnknown: such a run is repeated. */
        const seenOf = (name: string, of: Case, tries = 6): Effect.Effect<ReadonlyArray<unknown>, ClusterError> =>
          Effect.flatMap(
            sequence(driver, { name: `${name.replaceAll(" ", "-")}-${tries}`, image: Images.base, of }),
            (lines) =>
              records || tries === 1 || isDeepStrictEqual(lines, recorded[name])
                ? Effect.succeed(lines)
                : seenOf(name, of, tries - 1)
          )
        const seen = Object.fromEntries(
          yield* Effect.forEach(
            Object.entries(cases),
            ([name, of]) => Effect.map(seenOf(name, of), (lines) => [name, lines] as const)
          )
        )
        if (records) fs.writeFileSync(file, `${JSON.stringify(seen, null, 2)}\n`)
        assert.deepStrictEqual(seen, JSON.parse(fs.readFileSync(file, "utf8")))
      }), 300_000)
  })

suite("sequences of a real kubelet and a real API server", real, process.env["RECORD"] !== undefined)
suite("sequences of a real kubelet and the served fake", fake, false)
