/**
 * Images made on this machine of a folder, without a registry: archives as `docker save` writes them, of one layer.
 */
import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"

export interface Image {
  /** Its name with its tag. */
  readonly name: string
  /** The folder of its files. */
  readonly root: string
  /** What to leave out, as tar's `--exclude`. */
  readonly without?: ReadonlyArray<string>
  readonly config: {
    readonly Cmd?: ReadonlyArray<string>
    readonly Env?: ReadonlyArray<string>
    readonly User?: string
  }
}

/** Writes the archive of an image; `work` is a folder to work in. */
export const write = (image: Image, file: string, work: string): void => {
  const folder = fs.mkdtempSync(path.join(work, "image-"))
  const layer = path.join(folder, "layer.tar")
  execFileSync("tar", [
    "--create",
    "--file",
    layer,
    "--directory",
    image.root,
    "--format=pax",
    // The capabilities of newuidmap and newgidmap.
    "--xattrs",
    "--xattrs-include=security.capability",
    "--numeric-owner",
    "--sort=name",
    ...(image.without ?? []).map((pattern) => `--exclude=${pattern}`),
    "."
  ], { stdio: "inherit" })
  const hash = execFileSync("sha256sum", [layer], { encoding: "utf8" }).slice(0, 64)
  const config = JSON.stringify({
    architecture: process.arch === "arm64" ? "arm64" : "amd64",
    os: "linux",
    config: image.config,
    rootfs: { type: "layers", diff_ids: [`sha256:${hash}`] }
  })
  const configFile = `${createHash("sha256").update(config).digest("hex")}.json`
  fs.writeFileSync(path.join(folder, configFile), config)
  fs.writeFileSync(
    path.join(folder, "manifest.json"),
    JSON.stringify([{ Config: configFile, RepoTags: [image.name], Layers: ["layer.tar"] }])
  )
  execFileSync("tar", ["--create", "--file", file, "--directory", folder, "manifest.json", configFile, "layer.tar"])
  fs.rmSync(folder, { recursive: true })
}
