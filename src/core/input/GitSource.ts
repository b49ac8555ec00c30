/**
 * A Git repository as the context of a build: `{ git: { url, ref?, commit?, subPath?, secretName? } }`.
 *
 * @since 0.1.0
 */
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { described } from "../../effect/Described.js"
import { contextPath } from "./ContextPath.js"
import { Subdomain } from "./KubernetesName.js"
import { atMostBytes, first, lacks, matches, notEmpty, oneLine, textBy, type TextRule } from "./TextRule.js"
import { optional, validated } from "./Validation.js"

/**
 * A context that is a Git repository, or a directory of one.
 *
 * @since 0.1.0
 * @category models
 */
export interface GitSource {
  /** `https://host/path`, `ssh://user@host/path` or `user@host:path`, without a password. */
  readonly url: string
  /** A branch, a tag or a full commit; by default the branch that the repository's HEAD names. */
  readonly ref?: string | undefined
  /** The full commit that is built. A backend fills it in from `ref` before it records a build. */
  readonly commit?: string | undefined
  /** The directory of the repository that is the context; by default its root. */
  readonly subPath?: string | undefined
  /** A secret of the type `kubernetes.io/basic-auth` for https, or `kubernetes.io/ssh-auth` with `known_hosts` for ssh. */
  readonly secretName?: string | undefined
}

/** Whether a repository is reached over https or ssh; undefined for a URL that is refused. */
export const transport = (url: string): "https" | "ssh" | undefined =>
  /^https:\/\//i.test(url) ? "https" : /^ssh:\/\//i.test(url) || scpForm.test(url) ? "ssh" : undefined

// As git reads it: no slash before the first colon. A leading dash would be an option of ssh.
const scpForm = /^(?:[A-Za-z0-9_][-A-Za-z0-9_.]*@)?[A-Za-z0-9][-A-Za-z0-9.]*:(?!\/\/)[^\s:]/

/** The host of a repository, without user and port. */
export const hostOf = (url: string): string => /^(?:[a-z]+:\/\/)?(?:[^@/]*@)?(\[[^\]]*\]|[^:/]+)/i.exec(url)?.[1] ?? url

const authority =
  /^[a-z]+:\/\/(?:[A-Za-z0-9_][-A-Za-z0-9_.]*@)?(?:[A-Za-z0-9][-A-Za-z0-9.]*|\[[0-9A-Fa-f:]+\])(?::[0-9]{1,5})?\/[^\s]/i

const refused: TextRule = (url) => {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase()
  return transport(url) !== undefined
    ? undefined
    : scheme === "http" || scheme === "git"
    ? `must not use ${scheme}, over which anyone on the way can change what is built; use https or ssh`
    : scheme === "file"
    ? "must not be of a file, which the machine that builds does not have; use https or ssh"
    : "must be https://host/path, ssh://user@host/path or user@host:path"
}

/**
 * The URL of a repository: https or ssh, without a password, and with nothing in it that git or ssh take for an option.
 *
 * @since 0.1.0
 * @category rules
 */
export const gitUrl: TextRule = first(
  notEmpty,
  oneLine,
  atMostBytes(2048),
  lacks(/\s/, "must not contain spaces"),
  refused,
  lacks(
    /^https:\/\/[^/?#]*@|^ssh:\/\/[^/?#]*:[^/?#]*@/i,
    "must not contain a user name or password, because it is readable in logs and objects; use secretName"
  ),
  lacks(/[?#]/, "must not have a query or fragment; the branch, tag or commit is ref, and the directory subPath"),
  (url) =>
    scpForm.test(url) || (authority.test(url) && URL.canParse(url))
      ? undefined
      : "must be https://host/path, ssh://user@host/path or user@host:path",
  lacks(/\/\.\.(?:\/|$)/, "must not contain a \"..\" segment")
)

const fullCommit = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/

/** Whether a ref is a full commit, SHA-1 or SHA-256, which needs no look-up. */
export const isCommit = (ref: string): boolean => fullCommit.test(ref)

/**
 * The name of a branch or tag, short or full, or a commit: what `git check-ref-format --allow-onelevel` accepts.
 *
 * @since 0.1.0
 * @category rules
 */
export const gitRef: TextRule = first(
  notEmpty,
  oneLine,
  atMostBytes(255),
  lacks(/^-/, "must not begin with a dash"),
  lacks(
    /[ ~^:?*[\\]|\.\.|@\{|\/\/|^\/|\/$|\.$|^@$|(?:^|\/)\.|\.lock(?:\/|$)/,
    "must be the name of a branch or tag, or a full commit"
  ),
  lacks(/^(?=.*[A-F])(?:[0-9A-Fa-f]{40}|[0-9A-Fa-f]{64})$/, "must be written in lower case if it is a commit")
)

const needsSecret = (git: unknown): boolean =>
  Predicate.hasProperty(git, "url") && Predicate.isString(git.url) && transport(git.url) === "ssh" &&
  !(Predicate.hasProperty(git, "secretName") && git.secretName !== undefined)

/**
 * @since 0.1.0
 * @category schemas
 */
export const GitSource = validated(
  Schema.Struct({
    url: described(
      "`https://host/path`, `ssh://user@host/path` or `user@host:path`, without a password.",
      textBy(
        gitUrl,
        (fc) => fc.constantFrom("https://git.example.com/acme/os.git", "git@git.example.com:acme/os.git")
      ),
      { examples: ["https://git.example.com/acme/os.git"] }
    ),
    ref: described(
      "A branch, a tag or a full commit; by default the branch that the repository's HEAD names.",
      optional(textBy(gitRef, (fc) => fc.constantFrom("main", "v1.2", "refs/heads/topic/a"))),
      { examples: ["main"] }
    ),
    commit: described(
      "The full commit that is built. A backend fills it in from `ref` before it records a build.",
      optional(textBy(
        matches(fullCommit, "must be a full commit: 40 or 64 lower-case hexadecimal digits"),
        (fc) => fc.constantFrom("1f".repeat(20), "a0".repeat(32))
      ))
    ),
    subPath: described(
      "The directory of the repository that is the context; by default its root.",
      optional(textBy(contextPath, (fc) => fc.constantFrom("images/os", "a"))),
      { examples: ["images/os"] }
    ),
    secretName: described(
      "A secret of the type `kubernetes.io/basic-auth` for https, or `kubernetes.io/ssh-auth` with `known_hosts` for ssh.",
      optional(Subdomain)
    )
  }),
  (git) => [
    ...needsSecret(git) ?
      [{
        path: ["secretName"] as const,
        message: "is required for ssh: a secret with ssh-privatekey and known_hosts"
      }] :
      [],
    ...Predicate.hasProperty(git, "ref") && Predicate.hasProperty(git, "commit") && Predicate.isString(git.ref) &&
        Predicate.isString(git.commit) && isCommit(git.ref) && isCommit(git.commit) && git.ref !== git.commit
      ? [{ path: ["commit"] as const, message: "is not the commit that ref is" }]
      : []
  ]
)

/**
 * The commit that is built, if that is known without asking the repository.
 *
 * @since 0.1.0
 * @category getters
 */
export const commitOf = ({ commit, ref }: GitSource): string | undefined =>
  commit ?? (ref !== undefined && isCommit(ref) ? ref : undefined)
