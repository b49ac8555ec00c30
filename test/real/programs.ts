/** Says plainly what the real tests need and this machine has not. */
import { spawnSync } from "node:child_process"
import * as fs from "node:fs"

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
  if (process.getuid?.() !== 0) {
    throw new Error("The real tests need root: they mount a small disk, and look at all processes.")
  }
  if (fs.readFileSync("/bin/busybox").includes("/lib64/ld-linux")) {
    throw new Error(
      "The real tests need a static busybox, of which they make a base image: apt-get install busybox-static"
    )
  }
}
