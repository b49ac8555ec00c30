/**
 * The options for the source of the files for COPY and ADD, one entry each.
 *
 * @since 0.1.0
 */
import * as Flag from "./Flag.js"

const inputs = { group: "Input" }

/**
 * The context of a build; part of the input as well.
 *
 * @since 0.1.0
 * @category options
 */
export const context = {
  contextDirectory: Flag.text(
    "--context DIR",
    "The directory of files and links for COPY and ADD, without those that its .containerignore or .dockerignore " +
      "excludes, or FILE.dockerignore or FILE.containerignore beside the Containerfile. More than 8 MiB or 4096 files are uploaded to the build's pod, which needs `rbac --upload`; a local build reads " +
      "them where they are.",
    inputs
  ),
  git: Flag.text(
    "--git URL[#REF[:DIR]]",
    "A Git repository (https or ssh) as the context instead of --context: a branch, a tag or a full commit, and a directory of it.",
    inputs
  ),
  gitSecret: Flag.text(
    "--git-secret NAME",
    "The secret of the repository: username and password for https, ssh-privatekey and known_hosts for ssh.",
    inputs
  ),
  contextImage: Flag.text(
    "--context-image IMAGE",
    "An image whose files are the context instead of --context, by its digest.",
    inputs
  ),
  contextSecret: Flag.text(
    "--context-secret NAME",
    "The secret of the registry of --context-image; by default that of the other pulls.",
    inputs
  ),
  dockerfilePath: Flag.text(
    "--dockerfile-path PATH",
    "The Containerfile in the context of --git or --context-image, instead of --file.",
    inputs
  )
}
