/**
 * The compiler options of a strict program that uses the package: without skipLibCheck, in each way in which modules are resolved.
 */

const modules = { node16: "node16", nodenext: "nodenext", bundler: "esnext" } as const

export type ModuleResolution = keyof typeof modules

export const moduleResolutions: ReadonlyArray<ModuleResolution> = ["node16", "nodenext", "bundler"]

export const compilerOptions = (moduleResolution: ModuleResolution) => ({
  target: "es2022",
  module: modules[moduleResolution],
  moduleResolution,
  strict: true,
  // A program may be without it, so one of the forms is.
  exactOptionalPropertyTypes: moduleResolution !== "bundler",
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  outDir: "out"
})
