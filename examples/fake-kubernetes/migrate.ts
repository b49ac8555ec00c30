// Not about builds either: runs a Job to its end, and fails with the output of its pod.
// Its test decides what the pod does and how long it takes.
import { Data, Effect, Option, Stream } from "effect"
import { Cluster, type ClusterError, type Resource, Resources } from "effect-os-builder"

export class MigrationFailed extends Data.TaggedError("MigrationFailed")<{ readonly log: ReadonlyArray<string> }> {}

const endOf = (job: Resource.Of<typeof Resources.Job>) =>
  Option.fromNullable(
    job.status?.conditions?.find(({ status, type }) => status === "True" && (type === "Complete" || type === "Failed"))
  )

const logOf = (job: string) =>
  Effect.gen(function*() {
    const { items } = yield* Cluster.list(Resources.Pod, { labelSelector: `job-name=${job}` })
    const logs = Stream.flatMap(
      Stream.fromIterable(items),
      ({ metadata }) => Cluster.logs(Resources.Pod, metadata.name)
    )
    return Array.from(yield* Stream.runCollect(logs))
  })

export const migrate = (
  name: string,
  image: string
): Effect.Effect<void, MigrationFailed | ClusterError.ClusterError, Cluster.Cluster> =>
  Effect.scoped(Effect.gen(function*() {
    yield* Cluster.create(Resources.Job, {
      metadata: { name },
      spec: {
        backoffLimit: 0,
        template: { spec: { restartPolicy: "Never", containers: [{ name: "migrate", image }] } }
      }
    })
    const jobs = yield* Cluster.reflect(Resources.Job, { fieldSelector: `metadata.name=${name}` })
    const end = yield* jobs.changes(() => true).pipe(
      Stream.flatMap(({ object }) => Stream.fromIterable(Option.toArray(endOf(object)))),
      Stream.runHead
    )
    if (Option.isSome(end) && end.value.type === "Failed") {
      return yield* new MigrationFailed({ log: yield* logOf(name) })
    }
  }))
