/**
 * A process that uses a backend: its own connection, its own views, its own death.
 */
import { Duration, Effect, Exit, Fiber, Random, Scope, Stream } from "effect"
import { type BuildBackend, Cluster, ClusterError } from "effect-os-builder"
import * as Access from "../../src/fake/apiserver/Access.js"
import * as FakeDriver from "../../src/fake/apiserver/FakeDriver.js"
import type { ApiRequest } from "../../src/kubernetes/client/ApiRequest.js"
import type { Driver } from "../../src/kubernetes/client/Driver.js"
import type { Platform } from "./Platform.js"
import { namespace, type World } from "./World.js"

/** How long a client waits for an answer, as `KubernetesCluster` does. */
const patience = Duration.seconds(30)

const user: Access.User = { name: "client", rules: [Access.everything] }

export interface Client {
  readonly name: string
  readonly backend: BuildBackend.Service
  readonly fork: (effect: Effect.Effect<void>) => Effect.Effect<Fiber.RuntimeFiber<void>>
  /** Interrupts what has been forked last and still runs. */
  readonly interrupt: Effect.Effect<void>
  /** From now on nothing that it does has any effect, and what it has asked for may be carried out or not. */
  readonly die: Effect.Effect<void>
  /** Waits until what was forked has ended; then it goes in peace. */
  readonly close: Effect.Effect<void>
  readonly isAlive: () => boolean
}

/** Some milliseconds, now and then many more. */
const delay = (longest: number) =>
  Effect.flatMap(
    Random.next,
    (chance) =>
      Effect.flatMap(
        Random.nextRange(1, chance < 0.9 ? 20 : longest),
        (millis) => Effect.sleep(Duration.millis(millis))
      )
  )

const travel = delay(400)

/** How far a watch is behind: the server tells it when it has time to. */
const lag = delay(5_000)

interface Connection {
  alive: boolean
  readonly watches: Map<string, number>
}

/**
 * A request that is on its way arrives, whatever becomes of who sent it; answers come to the living. A client that is dead
 * sends nothing.
 */
const over = (driver: Driver, connection: Connection, violate: (what: string) => void): Driver => {
  const whileAlive = <A, E>(effect: Effect.Effect<A, E>) =>
    Effect.suspend(() => connection.alive ? effect : Effect.never)
  const watched = (request: ApiRequest, change: 1 | -1) =>
    Effect.sync(() => {
      const what = `${request.path}?${request.query["labelSelector"] ?? ""} as ${request.accept ?? "JSON"}`
      const open = (connection.watches.get(what) ?? 0) + change
      connection.watches.set(what, open)
      if (open > 1) violate(`${what} is watched ${open} times by one client`)
    })
  return {
    defaultNamespace: driver.defaultNamespace,
    request: (request, subject) =>
      whileAlive(Effect.gen(function*() {
        const sent = yield* Effect.forkDaemon(Effect.zipRight(travel, driver.request(request, subject)))
        const answer = yield* Effect.timeoutFail(Fiber.await(sent), {
          duration: patience,
          onTimeout: () =>
            new ClusterError.ClusterError({
              ...subject,
              reason: "Timeout",
              detail: "no answer",
              ambiguous: request.method === "GET" ? undefined : true
            })
        })
        yield* travel
        return yield* whileAlive(answer)
      })),
    watch: (request, subject, project) =>
      Stream.unwrapScoped(
        Effect.as(
          Effect.acquireRelease(watched(request, 1), () => watched(request, -1)),
          Stream.unwrap(whileAlive(Effect.as(travel, driver.watch(request, subject, project)))).pipe(
            Stream.mapChunksEffect((lines) => Effect.as(lag, lines))
          )
        )
      ),
    lines: (request, subject) => Stream.unwrap(whileAlive(Effect.as(travel, driver.lines(request, subject)))),
    attach: (request, subject, stdin) =>
      Stream.unwrap(whileAlive(Effect.as(travel, driver.attach(request, subject, stdin))))
  }
}

/** What is put between a client and what it uses, to see whether that is found out. */
export interface Mutation {
  readonly driver?: (driver: Driver) => Driver
  readonly cluster?: (cluster: Cluster.Service) => Cluster.Service
  readonly backend?: (backend: BuildBackend.Service, cluster: Cluster.Service) => BuildBackend.Service
  readonly make?: Platform["make"]
}

export const make = (
  name: string,
  world: World,
  platform: Platform,
  mutation: Mutation = {}
): Effect.Effect<Client> =>
  Effect.gen(function*() {
    const scope = yield* Scope.make()
    const connection: Connection = { alive: true, watches: new Map() }
    const server = FakeDriver.make((request) => world.plane.gateway.handle(request, user), namespace)
    const driver = over(server, connection, (what) => world.truth.violate(`${name}: ${what}`))
    const plain = yield* Scope.extend(Cluster.make(mutation.driver?.(driver) ?? driver), scope)
    const cluster = mutation.cluster?.(plain) ?? plain
    const made = yield* Effect.provideService(mutation.make ?? platform.make, Cluster.Cluster, cluster)
    const running = new Set<Fiber.RuntimeFiber<void>>()
    const open = () => [...connection.watches].filter(([, count]) => count > 0).map(([what]) => what)
    const close = Effect.zipRight(
      Scope.close(scope, Exit.void),
      Effect.sync(() => open().forEach((what) => world.truth.violate(`${name} is gone, and watches ${what}`)))
    )
    return {
      name,
      backend: mutation.backend?.(made, cluster) ?? made,
      fork: (effect) =>
        Effect.gen(function*() {
          const fiber = yield* Effect.forkIn(effect, scope)
          running.add(fiber)
          fiber.addObserver(() => running.delete(fiber))
          return fiber
        }),
      interrupt: Effect.suspend(() => {
        const last = [...running].at(-1)
        return last === undefined ? Effect.void : Fiber.interruptFork(last)
      }),
      die: Effect.suspend(() => {
        connection.alive = false
        return Effect.asVoid(Effect.forkDaemon(close))
      }),
      close: Effect.suspend(() => Effect.zipRight(Fiber.awaitAll([...running]), close)),
      isAlive: () => connection.alive
    }
  })
