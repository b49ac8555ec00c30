/**
 * The subresources of a server that are actions on an object, such as `serviceaccounts/token`.
 *
 * @since 0.1.0
 */
import type { Registry } from "../store/Registry.js"
import type { Action } from "./Action.js"
import * as Eviction from "./Eviction.js"
import type { ServiceAccountTokens } from "./ServiceAccountTokens.js"
import * as TokenRequests from "./TokenRequests.js"

/**
 * Each action by its resource and subresource.
 *
 * @since 0.1.0
 * @category models
 */
export type Actions = ReadonlyMap<string, Action>

/** @since 0.1.0 @category constructors */
export const make = (registry: Registry, tokens: ServiceAccountTokens): Actions =>
  new Map([
    ["pods/eviction", Eviction.create(registry)],
    ["serviceaccounts/token", TokenRequests.create(registry, tokens)]
  ])
