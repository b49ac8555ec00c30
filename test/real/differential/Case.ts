/** A Containerfile with its inputs, to be built twice. */

/** A file, a symbolic link, or a directory that is empty or has a mode of its own. */
export type ContextFile =
  | { readonly content: Buffer; readonly mode: number }
  | { readonly link: string }
  | { readonly directory: true; readonly mode: number }

export interface Case {
  readonly name: string
  readonly containerfile: string
  readonly context: Readonly<Record<string, ContextFile>>
  readonly buildArgs: Readonly<Record<string, string>>
  readonly labels: Readonly<Record<string, string>>
}
