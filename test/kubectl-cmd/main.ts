/**
 * kubectl's own tests, `test/cmd` of the module k8s.io/kubernetes, run by a real kubectl against a real API server and against
 * `os-builder fake`; by hand, with all groups below or with those named:
 *
 *     npm run control-plane   # once; it downloads the module, too
 *     npm run test:kubectl-cmd [-- GROUP…]
 */
import { Effect, Redacted } from "effect"
import { execFileSync, spawn } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { homedir, tmpdir } from "node:os"
import * as path from "node:path"
import { setTimeout } from "node:timers/promises"
import { ControlPlane, layerWith } from "../control-plane/ControlPlane.js"

const root = path.resolve(import.meta.dirname, "../..")

const groups = [
  "run_kubectl_version_tests",
  "run_clusterroles_tests",
  "run_role_tests",
  "run_assert_short_name_tests",
  "run_assert_singular_name_tests",
  "run_pod_tests",
  "run_kubectl_create_error_tests",
  "run_kubectl_create_filter_tests",
  "run_kubectl_create_validate_tests",
  "run_kubectl_apply_tests",
  "run_kubectl_server_side_apply_tests",
  "run_kubectl_diff_tests",
  "run_kubectl_get_tests",
  "run_kubectl_request_timeout_tests",
  "run_namespace_tests",
  "run_secrets_test",
  "run_configmap_tests",
  "run_service_accounts_tests",
  "run_service_tests",
  "run_job_tests",
  "run_deployment_tests",
  "run_rc_tests",
  "run_rs_tests",
  "run_stateful_set_tests",
  "run_daemonset_tests",
  "run_storage_class_tests",
  "run_kubectl_auth_whoami_tests",
  "run_kubectl_explain_tests",
  "run_wait_tests"
]

const chosen = process.argv.length > 2 ? process.argv.slice(2) : groups

const module = path.join(
  execFileSync("go", ["env", "GOMODCACHE"], { encoding: "utf8" }).trim(),
  "k8s.io/kubernetes@v1.37.1"
)

const cache = process.env["XDG_CACHE_HOME"] ?? path.join(homedir(), ".cache")
const programs = path.join(
  cache,
  "effect-os-builder/control-plane",
  `v1.37.1-${process.platform}-${process.arch}`
)

/** The result of each group. */
const run = (name: string, port: string, token: string): Promise<ReadonlyMap<string, string>> =>
  new Promise((resolve) => {
    const arguments_ = [path.join(import.meta.dirname, "run.sh"), module, programs, port, token, ...chosen]
    const child = spawn("bash", arguments_, { stdio: ["ignore", "pipe", "inherit"] })
    const results = new Map<string, string>()
    child.stdout.on("data", (part) => {
      for (const line of String(part).split("\n").filter((line) => line !== "")) {
        process.stdout.write(`${name}: ${line}\n`)
        const [result = "", group = ""] = line.split(/[ :]/)
        results.set(group, result)
      }
    })
    child.on("close", () => resolve(results))
  })

const role = JSON.stringify({
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRole",
  metadata: { name: "tester" },
  rules: [
    { apiGroups: ["*"], resources: ["*"], verbs: ["*"] },
    { nonResourceURLs: ["*"], verbs: ["*"] }
  ]
})

const fake = async (): Promise<ReadonlyMap<string, string>> => {
  const folder = mkdtempSync(path.join(tmpdir(), "kubectl-cmd-"))
  const kubeconfig = path.join(folder, "kubeconfig")
  const child = spawn(process.execPath, ["dist/os-builder.js", "fake", "--kubeconfig", kubeconfig], {
    cwd: root,
    stdio: "ignore"
  })
  const kubectl = (input: string | undefined, ...words: ReadonlyArray<string>): string =>
    execFileSync(path.join(programs, "kubectl"), ["--kubeconfig", kubeconfig, ...words], { encoding: "utf8", input })
  try {
    for (let tries = 0; tries < 600 && !existsSync(kubeconfig); tries++) await setTimeout(100)
    // The real API server has no nodes, so that its pods stay pending.
    kubectl(undefined, "cordon", ...kubectl(undefined, "get", "nodes", "-o", "name").trim().split("\n"))
    // It has the Service of itself, whose address in the scripts is in no range of either server.
    kubectl(undefined, "create", "service", "clusterip", "kubernetes", "--tcp=443:443", "-n", "default")
    kubectl(undefined, "create", "serviceaccount", "tester", "-n", "kube-system")
    kubectl(role, "create", "--validate=false", "-f", "-")
    kubectl(
      undefined,
      ...["create", "clusterrolebinding", "tester", "--clusterrole=tester", "--serviceaccount=kube-system:tester"]
    )
    const token = kubectl(undefined, "create", "token", "tester", "-n", "kube-system").trim()
    const port = /https:\/\/127\.0\.0\.1:([0-9]+)/.exec(readFileSync(kubeconfig, "utf8"))?.[1] ?? ""
    return await run("fake", port, token)
  } finally {
    child.kill("SIGTERM")
    rmSync(folder, { recursive: true, force: true })
  }
}

const real = Effect.gen(function*() {
  const { admin, server } = yield* ControlPlane
  return yield* Effect.promise(() => run("real", new URL(server).port, Redacted.value(admin.token)))
}).pipe(Effect.provide(layerWith({ controllers: ["daemonset-controller", "statefulset-controller"] })), Effect.scoped)

const [ofReal, ofFake] = await Promise.all([Effect.runPromise(real), fake()])
const rows = chosen.map((group) => `| ${group} | ${ofReal.get(group) ?? "-"} | ${ofFake.get(group) ?? "-"} |`)
process.stdout.write(["", "| Group | Real | Fake |", "|---|---|---|", ...rows, ""].join("\n"))
