/** What the examples of @kubernetes/client-node do with watches and informers. */
import * as client from "@kubernetes/client-node"
import { assert } from "vitest"
import { type ClientCase, eventually, type Target } from "./ClientCase.js"

const setup = ({ config, namespace }: Target) => {
  const core = config.makeApiClient(client.CoreV1Api)
  const path = `/api/v1/namespaces/${namespace}/secrets`
  return {
    core,
    path,
    create: (name: string, labels = {}) =>
      core.createNamespacedSecret({ namespace, body: { metadata: { name, labels } } }),
    label: (name: string, labels: unknown) =>
      core.patchNamespacedSecret(
        { namespace, name, body: { metadata: { labels } } },
        client.setHeaderOptions("Content-Type", client.PatchStrategy.MergePatch)
      ),
    remove: (name: string) => core.deleteNamespacedSecret({ namespace, name })
  }
}

/** Writes down the events of an informer. */
const record = (informer: client.Informer<client.V1Secret>) => {
  const events: Array<string> = []
  for (const event of ["add", "update", "delete"] as const) {
    informer.on(event, ({ metadata }) => events.push(`${event} ${metadata?.name}`))
  }
  return events
}

const seen = (events: ReadonlyArray<string>, expected: ReadonlyArray<string>) =>
  eventually(() => assert.deepStrictEqual(events, expected))

export const cases: ReadonlyArray<ClientCase> = [
  {
    title: "watch: has the events of a namespace until it is aborted",
    run: async (target) => {
      const { core, create, label, path, remove } = setup(target)
      const { metadata } = await core.listNamespacedSecret({ namespace: target.namespace })
      const events: Array<string> = []
      let done = false
      const controller = await new client.Watch(target.config).watch(
        path,
        { resourceVersion: metadata?.resourceVersion, allowWatchBookmarks: true },
        (phase, object: client.V1Secret) => {
          if (phase !== "BOOKMARK") events.push(`${phase} ${object.metadata?.name}`)
        },
        () => {
          done = true
        }
      )
      await create("one")
      await label("one", { a: "b" })
      await remove("one")
      await seen(events, ["ADDED one", "MODIFIED one", "DELETED one"])
      assert.isFalse(done)
      controller.abort()
      await eventually(() => assert.isTrue(done))
    }
  },
  {
    title: "watch: ends without an error after its timeoutSeconds",
    run: async (target) => {
      const { create, path } = setup(target)
      await create("one")
      const events: Array<string> = []
      const error = await new Promise((resolve, reject) => {
        new client.Watch(target.config).watch(
          path,
          { timeoutSeconds: 1 },
          (phase, object: client.V1Secret) => events.push(`${phase} ${object.metadata?.name}`),
          resolve
        ).catch(reject)
      })
      assert.isNull(error)
      assert.deepStrictEqual(events, ["ADDED one"])
    }
  },
  {
    title: "informer: has the events, and catches up when it is started again",
    run: async (target) => {
      const { core, create, label, path, remove } = setup(target)
      await create("one")
      const list = () => core.listNamespacedSecret({ namespace: target.namespace })
      const informer = client.makeInformer(target.config, path, list)
      const events = record(informer)
      await informer.start()
      await seen(events, ["add one"])
      await create("two")
      await seen(events, ["add one", "add two"])
      await informer.stop()
      events.length = 0
      await remove("one")
      await create("three")
      await informer.start()
      await eventually(() => assert.includeMembers(events, ["delete one", "add three"]))
      events.length = 0
      await label("three", { a: "b" })
      await seen(events, ["update three"])
      await informer.stop()
    }
  },
  {
    title: "informer with a label selector: an object leaves it with its label",
    run: async (target) => {
      const { core, create, label, path } = setup(target)
      const labelSelector = "app=web"
      const list = () => core.listNamespacedSecret({ namespace: target.namespace, labelSelector })
      const informer = client.makeInformer(target.config, path, list, labelSelector)
      const events = record(informer)
      await informer.start()
      await create("other")
      await create("one", { app: "web" })
      await seen(events, ["add one"])
      await label("one", { app: null })
      await seen(events, ["add one", "delete one"])
      await informer.stop()
    }
  },
  {
    title: "cache: lists and gets what is in the namespace",
    run: async (target) => {
      const { core, create, path } = setup(target)
      const { config, namespace } = target
      await create("one")
      const cache = new client.ListWatch(
        path,
        new client.Watch(config),
        () => core.listNamespacedSecret({ namespace }),
        false
      )
      await cache.start()
      await create("two")
      await eventually(() => assert.isDefined(cache.get("two", namespace)))
      assert.sameMembers(cache.list(namespace).map(({ metadata }) => metadata?.name), ["one", "two"])
      assert.isEmpty(cache.list("elsewhere"))
      await cache.stop()
    }
  }
]
