/**
 * What reaches the pods of a real node through the API server, and with which permissions.
 */
import { assert, type Vitest } from "@effect/vitest"
import { Effect } from "effect"
import type { Cluster } from "effect-os-builder"
import * as fs from "node:fs"
import * as path from "node:path"
import { containerfile, exec, fileOf } from "../real/Workplace.js"
import * as Images from "./Images.js"
import { RealNode } from "./RealNode.js"
import { kubectl } from "./Steps.js"

/** The command of this checkout. */
const osBuilder = ["npx", "--no-install", "tsx", "src/cli/Start.ts"]

/** A kubeconfig of a service account alone. */
const kubeconfigOf = (namespace: string, account: string) =>
  Effect.gen(function*() {
    const { folder, kubeconfigPath } = yield* RealNode
    const file = path.join(folder, `${namespace}.kubeconfig`)
    const token = (yield* kubectl("create", "token", account, "--namespace", namespace)).trim()
    fs.writeFileSync(file, fs.readFileSync(kubeconfigPath), { mode: 0o600 })
    const config = (...args: ReadonlyArray<string>) => exec("kubectl", "--kubeconfig", file, "config", ...args)
    yield* config("set-credentials", account, `--token=${token}`)
    yield* config("set-context", "--current", `--user=${account}`, `--namespace=${namespace}`)
    return file
  })

export const access = (it: Vitest.MethodsNonLive<Cluster.Cluster | RealNode, true>): void => {
  it.effect("a real node: kubectl has the log of a pod, runs a command in it and forwards its port", () =>
    Effect.gen(function*() {
      yield* kubectl(
        "run",
        "web",
        `--image=${Images.base}`,
        "--restart=Never",
        "--",
        "sh",
        "-c",
        "echo up; mkdir /www; echo page > /www/index.html; httpd -f -p 8080 -h /www"
      )
      yield* kubectl("wait", "--for=condition=Ready", "pod/web", "--timeout=60s")
      assert.strictEqual(yield* kubectl("logs", "web"), "up\n")
      assert.strictEqual(yield* kubectl("exec", "web", "--", "cat", "/www/index.html"), "page\n")
      const curl = ["--silent", "--show-error", "--retry", "40", "--retry-connrefused", "--retry-delay", "1"]
      // Nothing else is in this network.
      const page = yield* exec("curl", ...curl, "http://127.0.0.1:18080/index.html").pipe(
        Effect.raceFirst(kubectl("port-forward", "web", "18080:8080"))
      )
      assert.strictEqual(page, "page\n")
      yield* kubectl("delete", "pod", "web", "--grace-period=1")
    }))

  it.effect("a real node: the command builds as a service account with what its rbac prints, and with no more", () =>
    Effect.gen(function*() {
      const { folder, kubeconfigPath, open } = yield* RealNode
      yield* kubectl("create", "namespace", "granted")
      const manifests = path.join(folder, "rbac.yaml")
      const [command = "", ...more] = osBuilder
      fs.writeFileSync(manifests, yield* exec(command, ...more, "rbac", "--backend", "custom", "-n", "granted"))
      yield* kubectl("apply", "-f", manifests)
      const kubeconfig = yield* kubeconfigOf("granted", "os-builder")

      const file = path.join(folder, "Containerfile")
      fs.writeFileSync(file, containerfile("RUN echo granted > /motd"))
      const build = [...osBuilder, "build", "--backend", "custom", "--kubeconfig", kubeconfig, "--quiet"]
      const image = yield* exec(
        "env",
        `OS_BUILDER_BUILDER_IMAGE=${Images.builder}`,
        ...[...build, "--insecure-registry", open, "--file", file],
        ...["--base", `${open}/base:1`, "--final", `${open}/granted:1`],
        ...["--cpu", "10m", "--memory", "64Mi", "--ephemeral-storage", "2Gi", "--retries", "0"]
      )
      assert.strictEqual((yield* fileOf(image.trim(), "motd"))?.content, "granted\n")

      const canI = (...args: ReadonlyArray<string>) =>
        exec("sh", "-c", "kubectl \"$@\" || true", "sh", "--kubeconfig", kubeconfig, "auth", "can-i", ...args)
      assert.strictEqual(yield* canI("create", "jobs.batch"), "yes\n")
      for (const refused of [["get", "secrets"], ["create", "pods"], ["create", "pods/exec"]]) {
        assert.strictEqual(yield* canI(...refused), "no\n")
      }
      assert.strictEqual(yield* canI("create", "jobs.batch", "--namespace", "default"), "no\n")
      const probed = yield* exec(command, ...more, "probe", "--kubeconfig", kubeconfigPath, "--json")
      assert.match(probed, /"backend":"custom"[^\n]*"Available"/)
    }))
}
