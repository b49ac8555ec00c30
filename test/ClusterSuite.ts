/**
 * What a Kubernetes API server does, as far as this project relies on it: the same cases on the fake, on the fake behind
 * HTTPS, and on a real API server. Where they disagree, the fake is wrong.
 */
import { layer } from "@effect/vitest"
import { Context, Duration, Effect, type Layer, TestClock } from "effect"
import { Cluster } from "effect-os-builder"
import type { Driver } from "../src/kubernetes/client/Driver.js"
import * as Resources from "../src/kubernetes/Resources.js"
import { access } from "./kubernetes/suite/Access.js"
import { collections } from "./kubernetes/suite/Collections.js"
import { jobs } from "./kubernetes/suite/Jobs.js"
import { objects } from "./kubernetes/suite/Objects.js"
import { protocol } from "./kubernetes/suite/Protocol.js"
import { watches } from "./kubernetes/suite/Watches.js"
import type { Case } from "./support/ClusterCase.js"

/** The same cluster by the eyes of a user who may do nothing. */
export class Unprivileged extends Context.Tag("test/ClusterSuite/Unprivileged")<Unprivileged, Cluster.Service>() {}

/** The same cluster below its operations; its server remembers nothing from before the suite. */
export class Wire extends Context.Tag("test/ClusterSuite/Wire")<Wire, Driver>() {}

export interface World<E> {
  readonly name: string
  readonly layer: Layer.Layer<Cluster.Cluster | Unprivileged | Wire, E>
  /** Whether time is real; otherwise it is the TestClock's. */
  readonly live: boolean
  /** How long one case may take, in real time. */
  readonly timeout: Duration.DurationInput
}

export const suite = <E>(world: World<E>): void => {
  const pass = world.live ? Effect.sleep : TestClock.adjust
  const groups: Readonly<Record<string, Readonly<Record<string, Case>>>> = {
    objects,
    collections,
    watches,
    protocol,
    jobs,
    access
  }
  layer(world.layer, { excludeTestServices: world.live, timeout: world.timeout })(
    `ClusterSuite: ${world.name}`,
    (it) => {
      for (const [group, cases] of Object.entries(groups)) {
        for (const [name, test] of Object.entries(cases)) {
          it.scoped(`${group}: ${name}`, () =>
            Effect.gen(function*() {
              const cluster = yield* Cluster.Cluster
              const unprivileged = yield* Unprivileged
              const driver = yield* Wire
              const made = yield* cluster.create(Resources.Namespace, { metadata: { generateName: "suite-" } })
              const namespace = made.metadata.name
              yield* Effect.addFinalizer(() => Effect.ignore(cluster.delete(Resources.Namespace, namespace)))
              yield* test({ cluster, unprivileged, driver, namespace, pass })
            }), Duration.toMillis(world.timeout))
        }
      }
    }
  )
}
