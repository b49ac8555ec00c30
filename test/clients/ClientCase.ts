/**
 * What the examples and tests of clients of other projects do, as cases of our own that run on the served fake and on a real API
 * server.
 */
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node"
import { vi } from "vitest"

/** A cluster, and a namespace of it that only one case uses. */
export interface Target {
  readonly config: KubeConfig
  readonly namespace: string
}

export interface ClientCase {
  readonly title: string
  readonly run: (target: Target) => Promise<void>
}

/** A target with a new namespace, once pods are admitted to it. */
export const target = async (kubeconfig: string, number: number): Promise<Target> => {
  const config = new KubeConfig()
  config.loadFromString(kubeconfig)
  const namespace = `client-${number}`
  const core = config.makeApiClient(CoreV1Api)
  await core.createNamespace({ body: { metadata: { name: namespace } } })
  await eventually(() => core.readNamespacedServiceAccount({ name: "default", namespace }))
  return { config, namespace }
}

/** Repeats a check until it does not fail. */
export const eventually = <A>(check: () => A | Promise<A>): Promise<A> =>
  vi.waitFor(check, { interval: 20, timeout: 20_000 })

/** The status of the response that a request is refused with. */
export const refused = async (request: Promise<unknown>): Promise<unknown> => {
  const error: unknown = await request.then(
    () => new Error("The request was not refused"),
    (error: unknown) => error
  )
  if (typeof error === "object" && error !== null) {
    if ("code" in error) return error.code
    if ("status" in error) return error.status
  }
  throw error
}
