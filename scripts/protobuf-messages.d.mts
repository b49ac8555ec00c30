/** The version of k8s.io/api. */
export const version: string
/** The content of the files, from Go's module cache. */
export const files: (modules: string) => Readonly<Record<string, string>>
