import { CoreV1Api, KubeConfig } from "@kubernetes/client-node"
import * as FakeCluster from "effect-os-builder/FakeCluster"
import { expect, test } from "vitest"
import { rollOut } from "./rollOut.js"

const labels = { app: "web" }

const web = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "default" },
  spec: {
    replicas: 3,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: { containers: [{ name: "web", image: "registry.example.com/web:1" }] }
    }
  }
}

const target = { name: "web", namespace: "default", image: "registry.example.com/web:2" }

/** Runs a test with a cluster of its own. */
const withCluster = async (run: (config: KubeConfig, fake: FakeCluster.Handle) => Promise<void>) => {
  const fake = await FakeCluster.start()
  try {
    const config = new KubeConfig()
    config.loadFromString(fake.kubeconfig)
    await fake.seed(web)
    await run(config, fake)
  } finally {
    await fake.stop()
  }
}

test("rollOut: all pods have the new image", () =>
  withCluster(async (config) => {
    await rollOut(config, target)
    const { items } = await config.makeApiClient(CoreV1Api).listNamespacedPod({ namespace: "default" })
    const kept = items.filter(({ metadata }) => metadata?.deletionTimestamp === undefined)
    expect(kept.map(({ spec }) => spec?.containers[0]?.image)).toEqual([target.image, target.image, target.image])
  }))

test("rollOut: rejects when the server is not available", () =>
  withCluster(async (config, fake) => {
    await fake.fail({ verb: "update", resource: "deployments.apps" }, FakeCluster.unavailable())
    await expect(rollOut(config, target)).rejects.toMatchObject({ code: 503 })
  }))
