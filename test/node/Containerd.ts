/**
 * containerd of Debian's packages, with images imported from archives and a network of one bridge.
 */
import { Effect } from "effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Program from "../control-plane/Program.js"
import { exec } from "../real/Workplace.js"
import * as Images from "./Images.js"
import * as Network from "./Network.js"

/** Where the other programs of the system are. */
const systemPath = process.env["PATH"] ?? ""

/** Without systemd, and without CAP_SYS_RESOURCE, as in containers and on small virtual machines. */
const config = (programs: string, folder: string): string => `
version = 3
root = "${folder}/root"
state = "${folder}/state"
disabled_plugins = ["io.containerd.internal.v1.opt"]
[grpc]
  address = "${folder}/containerd.sock"
[plugins."io.containerd.cri.v1.images".pinned_images]
  sandbox = "${Images.pause}"
[plugins."io.containerd.cri.v1.runtime"]
  restrict_oom_score_adj = true
  [plugins."io.containerd.cri.v1.runtime".cni]
    bin_dirs = ["${programs}/cni"]
    conf_dir = "${folder}/cni"
  [plugins."io.containerd.cri.v1.runtime".containerd]
    default_runtime_name = "runc"
    [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
        BinaryName = "${programs}/bin/runc"
        SystemdCgroup = false
`

/** Runs containerd with these images until the scope closes; gives its socket. */
export const start = (options: {
  readonly programs: string
  readonly folder: string
  readonly images: ReadonlyArray<string>
}) =>
  Effect.gen(function*() {
    const { folder, images, programs } = options
    fs.mkdirSync(path.join(folder, "cni"), { recursive: true })
    fs.writeFileSync(path.join(folder, "cni/10-os-builder.conflist"), Network.configuration(folder))
    fs.writeFileSync(path.join(folder, "config.toml"), config(programs, folder))
    const socket = path.join(folder, "containerd.sock")
    const program = yield* Program.start({
      name: "containerd",
      executable: "env",
      // It finds its shim there.
      flags: [
        `PATH=${path.join(programs, "bin")}:${systemPath}`,
        "containerd",
        "--config",
        path.join(folder, "config.toml")
      ],
      log: path.join(folder, "containerd.log")
    })
    const ctr = (...args: ReadonlyArray<string>) =>
      exec(path.join(programs, "bin/ctr"), "--address", socket, "--namespace", "k8s.io", ...args)
    yield* Effect.sync(() => fs.existsSync(socket)).pipe(
      Effect.filterOrFail((exists) => exists, () => new Error("no socket")),
      Effect.retry({ while: () => Effect.as(Effect.sleep("20 millis"), true) }),
      Effect.timeoutFail({ duration: "30 seconds", onTimeout: () => new Error("containerd has no socket") }),
      Effect.raceFirst(program.ended),
      Effect.orDie
    )
    for (const image of images) {
      yield* ctr("images", "import", path.join(programs, "images", Images.archive(image)))
    }
    return { socket, ctr }
  })
