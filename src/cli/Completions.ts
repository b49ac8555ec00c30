/**
 * Completion scripts of shells: commands first, then the options of the command that was typed.
 *
 * @since 0.1.0
 */
import type { Doc } from "./Flag.js"

/**
 * The flags of each command.
 *
 * @since 0.1.0
 * @category models
 */
export type Words = Readonly<Record<string, ReadonlyArray<Doc>>>

const options = (flags: ReadonlyArray<Doc>): ReadonlyArray<string> =>
  flags.filter(({ positional }) => !positional)
    .flatMap((doc) => [doc.label, ...(doc.short === undefined ? [] : [`-${doc.short}`])])

// COMP_WORDS, COMP_CWORD, COMPREPLY and compgen: bash, Programmable Completion. zsh runs the same by its bashcompinit.
const bash = (commands: Words): string =>
  `_os_builder() {
  local word=\${COMP_WORDS[COMP_CWORD]} known
  case "\${COMP_WORDS[1]}" in
${Object.entries(commands).map(([name, flags]) => `    ${name}) known="${options(flags).join(" ")}" ;;`).join("\n")}
  esac
  [ "$COMP_CWORD" -gt 1 ] || known="${Object.keys(commands).join(" ")}"
  case "$word" in
    -*) COMPREPLY=($(compgen -W "$known" -- "$word")) ;;
    *) [ "$COMP_CWORD" -gt 1 ] || COMPREPLY=($(compgen -W "$known" -- "$word")) ;;
  esac
}
complete -o default -F _os_builder os-builder
`

const fish = (commands: Words): string => {
  const quoted = (text: string) => `'${text.replace(/['\\]/g, "\\$&")}'`
  return [
    `complete -c os-builder -n __fish_use_subcommand -f -a ${quoted(Object.keys(commands).join(" "))}`,
    ...Object.entries(commands).flatMap(([command, flags]) =>
      flags.filter(({ positional }) => !positional).map((doc) =>
        [
          `complete -c os-builder -n '__fish_seen_subcommand_from ${command}' -l ${doc.name}`,
          ...(doc.short === undefined ? [] : [`-s ${doc.short}`]),
          ...(doc.value === undefined ? [] : ["-r"]),
          `-d ${quoted(doc.description.split(/[.;:]/, 1).join(""))}`
        ].join(" ")
      )
    ),
    ""
  ].join("\n")
}

/**
 * The script of a shell, to be evaluated by it: `eval "$(os-builder --completions bash)"`.
 *
 * @since 0.1.0
 * @category conversions
 */
export const script = (shell: "bash" | "zsh" | "fish", commands: Words): string =>
  shell === "fish"
    ? fish(commands)
    : shell === "zsh"
    ? `autoload -U +X bashcompinit && bashcompinit\n${bash(commands)}`
    : bash(commands)
