/**
 * A real kubelet, which joins the cluster of a kubeconfig.
 */
import { Effect } from "effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Program from "../control-plane/Program.js"
import * as Network from "./Network.js"

export const nodeName = "real"

/** What a kubelet sets for its machine, which here is not its own: it sees files in their place. */
const kernelSettings = [
  "vm/overcommit_memory",
  "vm/panic_on_oom",
  "kernel/panic",
  "kernel/panic_on_oops",
  "kernel/keys/root_maxkeys",
  "kernel/keys/root_maxbytes"
]

/**
 * Runs `"$@"` where files in the folder `$0` hide the settings. In a mount namespace of its own, which shares all but /proc: Linux lets
 * a pod in a user namespace mount no /proc where nothing but one with something hidden is to be seen.
 */
const hidden = [
  "set -e; mount --make-rprivate /proc",
  ...kernelSettings.map((name) =>
    `cat /proc/sys/${name} > "$0/${path.basename(name)}"; mount --bind "$0/${path.basename(name)}" /proc/sys/${name}`
  ),
  "exec \"$@\""
].join("\n")

/** Its own cgroup below which all pods are, on both versions of cgroups. */
export const makeCgroup = (name: string) =>
  Effect.sync(() => {
    const root = "/sys/fs/cgroup"
    const isUnified = fs.existsSync(path.join(root, "cgroup.controllers"))
    const hierarchies = isUnified ? [root] : fs.readdirSync(root).map((one) => path.join(root, one))
    for (const hierarchy of hierarchies) {
      const own = path.join(hierarchy, name)
      if (!fs.lstatSync(hierarchy).isSymbolicLink()) fs.mkdirSync(own, { recursive: true })
      for (const file of isUnified ? [] : ["cpuset.cpus", "cpuset.mems"]) {
        if (fs.existsSync(path.join(own, file))) {
          fs.writeFileSync(path.join(own, file), fs.readFileSync(path.join(hierarchy, file)))
        }
      }
    }
  })

export interface Options {
  readonly programs: string
  readonly folder: string
  readonly socket: string
  readonly kubeconfigPath: string
  readonly cgroup: string
  /** Further fields of its configuration. */
  readonly configuration?: object | undefined
}

const configuration = ({ cgroup, folder, socket, configuration }: Options): string =>
  JSON.stringify({
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    failCgroupV1: false,
    failSwapOn: false,
    cgroupDriver: "cgroupfs",
    cgroupRoot: `/${cgroup}`,
    enforceNodeAllocatable: ["pods"],
    containerRuntimeEndpoint: `unix://${socket}`,
    // In JSON all that it sends can be read.
    contentType: "application/json",
    makeIPTablesUtilChains: false,
    address: Network.nodeAddress,
    healthzPort: 0,
    authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
    authorization: { mode: "AlwaysAllow" },
    resolvConf: "",
    podLogsDir: path.join(folder, "logs"),
    volumePluginDir: path.join(folder, "plugins"),
    nodeStatusUpdateFrequency: "5s",
    nodeLeaseDurationSeconds: 4,
    volumeStatsAggPeriod: "2s",
    // The machine's disk and memory are not the tests'.
    evictionHard: { "memory.available": "0%", "nodefs.available": "0%", "imagefs.available": "0%" },
    imageGCHighThresholdPercent: 100,
    ...configuration
  })

/** Runs a kubelet until it is killed, or the scope closes. */
export const start = (options: Options) => {
  const { folder, kubeconfigPath, programs } = options
  fs.mkdirSync(folder, { recursive: true })
  fs.writeFileSync(path.join(folder, "config.json"), configuration(options))
  return Program.start({
    name: "kubelet",
    executable: "unshare",
    flags: [
      ...["--mount", "--propagation", "unchanged", "sh", "-c", hidden, folder],
      path.join(programs, "kubelet"),
      `--config=${path.join(folder, "config.json")}`,
      `--kubeconfig=${kubeconfigPath}`,
      `--root-dir=${path.join(folder, "root")}`,
      `--cert-dir=${path.join(folder, "certificates")}`,
      `--hostname-override=${nodeName}`,
      `--node-ip=${Network.nodeAddress}`,
      "--v=2"
    ],
    log: path.join(folder, "kubelet.log")
  })
}
