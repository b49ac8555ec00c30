/**
 * Styled and harmless text for terminals.
 *
 * @since 0.1.0
 */
import { stripVTControlCharacters, styleText } from "node:util"

/**
 * The formats of `node:util.styleText` that the command uses.
 *
 * @since 0.1.0
 * @category models
 */
export type Format = "bold" | "cyan" | "dim" | "green" | "red"

/**
 * A text in a format, if the terminal shows colours.
 *
 * @since 0.1.0
 * @category combinators
 */
export const style = (color: boolean, format: Format, text: string): string =>
  // Output decides about colours; by default styleText would look at this process' stdout as well.
  color ? styleText(format, text, { validateStream: false }) : text

/**
 * One line of text from elsewhere, without the characters that control a terminal.
 *
 * @since 0.1.0
 * @category combinators
 */
export const printable = (text: string): string => stripVTControlCharacters(text).replace(/\p{Cc}+/gu, " ")
