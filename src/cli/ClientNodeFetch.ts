/**
 * Stands in the bundle for the `node-fetch` of `@kubernetes/client-node`, of which the command uses the reading of kubeconfigs
 * alone: the requests that would take it are never made, and Node has these names itself.
 *
 * @since 0.1.0
 */

/**
 * @since 0.1.0
 * @category constructors
 */
export const { Headers } = globalThis

/**
 * @since 0.1.0
 * @category constructors
 */
export default globalThis.fetch
