/**
 * A Git repository on loopback, over https with a password and over ssh with a key, served by git and sshd themselves.
 */
import { Effect, type Scope } from "effect"
import { execFileSync, spawn } from "node:child_process"
import * as fs from "node:fs"
import * as https from "node:https"
import * as net from "node:net"
import * as path from "node:path"

export const user = "gitter"
export const password = "p4ss-of-the-repository"

const git = (cwd: string, ...args: ReadonlyArray<string>): string =>
  execFileSync(
    "git",
    ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main", ...args],
    {
      cwd,
      encoding: "utf8",
      env: { PATH: process.env["PATH"] },
      stdio: ["ignore", "pipe", "pipe"]
    }
  ).trim()

export interface Repository {
  /** With a password. */
  readonly https: string
  /** The certificate of that server. */
  readonly certificate: string
  readonly ssh: string
  /** The keys of the secret for ssh. */
  readonly key: string
  readonly knownHosts: string
  /** Commits files on a branch, and gives the commit. */
  readonly commit: (branch: string, files: Readonly<Record<string, string>>) => string
  /** Runs git in the working tree. */
  readonly git: (...args: ReadonlyArray<string>) => string
  readonly tree: string
}

const listening = (server: net.Server): Effect.Effect<number> =>
  Effect.async((resume) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      resume(Effect.succeed(typeof address === "object" && address !== null ? address.port : 0))
    })
  })

/** git-http-backend(1) as a CGI program behind a server that wants a password. */
const overHttps = (folder: string, root: string) =>
  Effect.gen(function*() {
    const [key, certificate] = [path.join(folder, "tls.key"), path.join(folder, "tls.crt")]
    execFileSync("openssl", [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"],
      ...["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate]
    ], { stdio: "ignore" })
    const backend = path.join(git(folder, "--exec-path"), "git-http-backend")
    const wanted = `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`
    const server = https.createServer(
      { key: fs.readFileSync(key), cert: fs.readFileSync(certificate) },
      (request, response) => {
        if (request.headers.authorization !== wanted) {
          response.writeHead(401, { "www-authenticate": "Basic realm=\"git\"" }).end()
          return
        }
        const { pathname, search } = new URL(request.url ?? "/", "https://127.0.0.1")
        const child = spawn(backend, {
          env: {
            PATH: process.env["PATH"],
            GIT_PROJECT_ROOT: root,
            GIT_HTTP_EXPORT_ALL: "1",
            PATH_INFO: pathname,
            QUERY_STRING: search.slice(1),
            REQUEST_METHOD: request.method,
            CONTENT_TYPE: request.headers["content-type"] ?? "",
            HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
            GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
            REMOTE_USER: user
          },
          stdio: ["pipe", "pipe", "ignore"]
        })
        request.pipe(child.stdin)
        const output: Array<Buffer> = []
        child.stdout.on("data", (chunk: Buffer) => output.push(chunk))
        child.on("close", () => {
          const all = Buffer.concat(output)
          const end = all.indexOf("\r\n\r\n")
          for (const line of all.subarray(0, end).toString().split("\r\n")) {
            const [name = "", value = ""] = line.split(": ")
            if (name === "Status") response.statusCode = Number(value.slice(0, 3))
            else response.setHeader(name, value)
          }
          response.end(all.subarray(end + 4))
        })
      }
    )
    const port = yield* Effect.acquireRelease(listening(server), () =>
      Effect.sync(() => {
        server.closeAllConnections()
        server.close()
      }))
    return { url: `https://127.0.0.1:${port}`, certificate: fs.readFileSync(certificate, "utf8") }
  })

const overSsh = (folder: string) =>
  Effect.gen(function*() {
    for (const name of ["host", "client"]) {
      execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", path.join(folder, name)])
    }
    const free = net.createServer()
    const port = yield* listening(free)
    free.close()
    fs.mkdirSync("/run/sshd", { recursive: true })
    fs.writeFileSync(
      path.join(folder, "sshd_config"),
      `Port ${port}\nListenAddress 127.0.0.1\nHostKey ${folder}/host\nPidFile none\nUsePAM no\nStrictModes no\n` +
        `AuthorizedKeysFile ${folder}/client.pub\nPasswordAuthentication no\nPermitRootLogin prohibit-password\n`
    )
    yield* Effect.acquireRelease(
      Effect.sync(() =>
        spawn("/usr/sbin/sshd", ["-D", "-e", "-f", path.join(folder, "sshd_config")], { stdio: "ignore" })
      ),
      (child) => Effect.sync(() => child.kill("SIGKILL"))
    )
    const connects = Effect.async<boolean>((resume) => {
      const socket = net.connect(port, "127.0.0.1")
      socket.once("connect", () => resume(Effect.succeed(true))).once("error", () => resume(Effect.succeed(false)))
      return Effect.sync(() => socket.destroy())
    })
    yield* Effect.repeat(Effect.delay(connects, "20 millis"), { until: (yes) => yes }).pipe(
      Effect.timeoutFail({ duration: "20 seconds", onTimeout: () => new Error("sshd does not start") }),
      Effect.orDie
    )
    return {
      url: `ssh://root@127.0.0.1:${port}`,
      key: fs.readFileSync(path.join(folder, "client"), "utf8"),
      knownHosts: `[127.0.0.1]:${port} ${fs.readFileSync(path.join(folder, "host.pub"), "utf8")}`
    }
  })

/** A repository with an empty commit on `main`. */
export const make = (folder: string): Effect.Effect<Repository, never, Scope.Scope> =>
  Effect.gen(function*() {
    const [root, tree] = [path.join(folder, "root"), path.join(folder, "tree")]
    for (const directory of [root, tree]) fs.mkdirSync(directory, { recursive: true })
    git(root, "init", "--quiet", "--bare", "os.git")
    git(tree, "init", "--quiet")
    git(tree, "remote", "add", "origin", path.join(root, "os.git"))
    const web = yield* overHttps(folder, root)
    const shell = yield* overSsh(folder)
    return {
      https: `${web.url}/os.git`,
      certificate: web.certificate,
      ssh: `${shell.url}${root}/os.git`,
      key: shell.key,
      knownHosts: shell.knownHosts,
      tree,
      git: (...args) => git(tree, ...args),
      commit: (branch, files) => {
        git(tree, "checkout", "--quiet", "-B", branch)
        for (const [name, content] of Object.entries(files)) {
          fs.mkdirSync(path.dirname(path.join(tree, name)), { recursive: true })
          fs.writeFileSync(path.join(tree, name), content)
        }
        git(tree, "add", "--all")
        git(tree, "commit", "--quiet", "--message", "files")
        git(tree, "push", "--quiet", "--force", "origin", `+HEAD:refs/heads/${branch}`)
        return git(tree, "rev-parse", "HEAD")
      }
    }
  })
