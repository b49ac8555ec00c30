#!/usr/bin/env node
/**
 * The entry point of the bundle: has Node keep the code that it compiles, and loads the command. The import of the command is dynamic,
 * since Node compiles static imports before it runs the module that has them, and so before the cache is on.
 *
 * Node has such a cache from 22.1 on. It is a folder of the user's alone, since it holds code that is run. `NODE_COMPILE_CACHE` names
 * another, and `NODE_DISABLE_COMPILE_CACHE=1` turns it off.
 *
 * @since 0.1.0
 */
import * as module from "node:module"
import { env } from "node:process"

const { HOME, XDG_CACHE_HOME } = env

// Where programs keep what can be made again: the XDG Base Directory Specification, which ignores a relative path.
const caches = XDG_CACHE_HOME?.startsWith("/") ? XDG_CACHE_HOME : HOME && `${HOME}/.cache`

// Node goes without the cache if the folder cannot be written.
if (caches && "enableCompileCache" in module && typeof module.enableCompileCache === "function") {
  Reflect.apply(module.enableCompileCache, module, [`${caches}/effect-os-builder/compiled`])
}

await import("./Main.js")
