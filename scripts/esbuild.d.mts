import type { BuildOptions } from "esbuild"

export declare const commandOptions: BuildOptions
