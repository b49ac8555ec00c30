/**
 * The version that `os-builder --version` prints: that of package.json, which a test holds it to.
 *
 * @since 0.1.0
 */

/**
 * @since 0.1.0
 * @category constants
 */
export const version = "0.1.0"
