/**
 * What is wrong with an answer, in words that stay short whatever the answer is.
 */
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"

const longest = 500

const formatted = Option.liftThrowable((error: ParseResult.ParseError): string =>
  ParseResult.ArrayFormatter.formatErrorSync(error)
    .map((issue) => `${issue.path.join(".") || "the object"}: ${issue.message}`)
    .join("; ")
)

/** The formatter shows the value that is wrong, and descends into it for that, as deep as the stack is. */
export const of = (error: ParseResult.ParseError): string => {
  const text = Option.getOrElse(formatted(error), () => "a value is nested too deep to be shown")
  return text.length > longest ? `${text.slice(0, longest)}…` : text
}
