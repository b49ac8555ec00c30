/**
 * Conformance suite for the API server behaviour that this project relies on. It runs on the fake, on the fake behind HTTPS,
 * and on a real API server; where they differ, the fake is wrong.
 */
import { layer } from "@effect/vitest"
import { Context, Duration, Effect, type Layer, TestClock } from "effect"
import { Cluster } from "effect-os-builder"
import type { Driver } from "../src/kubernetes/client/Driver.js"
import * as Resources from "../src/kubernetes/Resources.js"
import { access } from "./kubernetes/suite/Access.js"
import { collections } from "./kubernetes/suite/Collections.js"
import { cronJobs } from "./kubernetes/suite/CronJobs.js"
import { customResources } from "./kubernetes/suite/CustomResources.js"
import { daemonSets } from "./kubernetes/suite/DaemonSets.js"
import { deployments } from "./kubernetes/suite/Deployments.js"
import { identity } from "./kubernetes/suite/Identity.js"
import { indexedJobs } from "./kubernetes/suite/IndexedJobs.js"
import { jobs } from "./kubernetes/suite/Jobs.js"
import { objects } from "./kubernetes/suite/Objects.js"
import { pods } from "./kubernetes/suite/Pods.js"
import { protocol } from "./kubernetes/suite/Protocol.js"
import { recordings } from "./kubernetes/suite/Recorded.js"
import { statefulSets } from "./kubernetes/suite/StatefulSets.js"
import { watches } from "./kubernetes/suite/Watches.js"
import type { Case } from "./support/ClusterCase.js"

/** The same cluster for a user without permissions. */
export class Unprivileged extends Context.Tag("test/ClusterSuite/Unprivileged")<Unprivileged, Cluster.Service>() {}

/** The driver of the same cluster, for raw requests; its server has no watch history from before the suite. */
export class Wire extends Context.Tag("test/ClusterSuite/Wire")<Wire, Driver>() {}

export interface World<E> {
  readonly name: string
  readonly layer: Layer.Layer<Cluster.Cluster | Unprivileged | Wire, E>
  /** Whether the clock is real; otherwise it is the TestClock. */
  readonly live: boolean
  /** Limit of one case, in real time. */
  readonly timeout: Duration.DurationInput
}

type Groups = Readonly<Record<string, Readonly<Record<string, Case>>>>

/** The cases of a server without controllers of StatefulSets and DaemonSets: some expect that these stay as they are. */
export const suite = <E>(world: World<E>): void =>
  run(`ClusterSuite: ${world.name}`, world, {
    objects,
    collections,
    watches,
    protocol,
    jobs,
    indexedJobs,
    pods,
    access,
    identity,
    recordings,
    customResources,
    deployments
  })

/** The cases of a server with these controllers. */
export const controllerSuite = <E>(world: World<E>): void =>
  run(`ClusterSuite, controllers: ${world.name}`, world, { statefulSets, daemonSets, cronJobs })

const run = <E>(title: string, world: World<E>, groups: Groups): void => {
  const pass = world.live ? Effect.sleep : TestClock.adjust
  layer(world.layer, { excludeTestServices: world.live, timeout: world.timeout })(
    title,
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
