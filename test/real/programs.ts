/** Fails with a list of what the real tests need and this machine lacks, and prints which buildah they run. */
import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import * as CurrentBuildah from "./CurrentBuildah.js"

const packages = {
  buildah: "buildah",
  "docker-registry": "docker-registry",
  skopeo: "skopeo",
  openssl: "openssl",
  kubectl: "kubernetes-client",
  "/bin/busybox": "busybox-static"
}

export default (): void => {
  const missing = Object.entries(packages).filter(([program]) => spawnSync(program, ["--help"]).error !== undefined)
  if (missing.length > 0) {
    throw new Error(
      `The real tests need ${missing.map(([program]) => program).join(", ")}. On Debian: ` +
        `apt-get install ${missing.map(([, name]) => name).join(" ")}`
    )
  }
  const buildah = CurrentBuildah.isChosen() ? path.join(CurrentBuildah.binFolder, "buildah") : "buildah"
  const { error, stdout } = spawnSync(buildah, ["--version"], { encoding: "utf8" })
  if (error !== undefined) throw new Error(`${buildah} is not installed: run "npm run buildah-current" first`)
  process.stdout.write(stdout)
  if (process.getuid?.() !== 0) {
    throw new Error("The real tests need root: they mount a small disk, and look at all processes.")
  }
  if (fs.readFileSync("/bin/busybox").includes("/lib64/ld-linux")) {
    throw new Error(
      "The real tests need a static busybox, of which they make a base image: apt-get install busybox-static"
    )
  }
}
