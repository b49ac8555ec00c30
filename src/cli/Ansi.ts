/**
 * Colours of a terminal.
 *
 * @since 0.1.0
 */

/**
 * ECMA-48, Select Graphic Rendition.
 *
 * @since 0.1.0
 * @category constants
 */
export const style = { bold: 1, dim: 2, red: 31, green: 32, cyan: 36 } as const

/**
 * A text in a style, where colours are welcome.
 *
 * @since 0.1.0
 * @category combinators
 */
export const paint = (color: boolean, style: number, text: string): string =>
  color ? `\u001b[${style}m${text}\u001b[0m` : text

// Sequences that steer a terminal, and then every other control character.
const steering = /\u001b\[[0-?]*[ -/]*[@-~]/g

/**
 * A text of somebody else's as one line that does nothing to a terminal.
 *
 * @since 0.1.0
 * @category combinators
 */
export const printable = (text: string): string => text.replace(steering, "").replace(/\p{Cc}+/gu, " ")
