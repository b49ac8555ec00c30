/**
 * What the machine gives to every backend.
 *
 * @since 0.1.0
 */
import type * as CommandExecutor from "@effect/platform/CommandExecutor"
import type * as FileSystem from "@effect/platform/FileSystem"
import type * as Path from "@effect/platform/Path"
import type { ClusterAccess } from "./ClusterAccess.js"

/**
 * @since 0.1.0
 * @category models
 */
export type NodeServices = ClusterAccess | CommandExecutor.CommandExecutor | FileSystem.FileSystem | Path.Path
