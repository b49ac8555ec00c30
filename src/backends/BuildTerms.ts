/**
 * What of an input is needed to say how its build stands: a small part, which a record shows in its metadata, so that
 * thousands of builds are watched without reading what each of them builds.
 *
 * @since 0.1.0
 */
import type * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Struct from "effect/Struct"
import { BuildInput } from "../build/BuildInput.js"

const names = ["architecture", "queueName", "timeout", "pendingTimeout", "retries"] as const

const Terms = Schema.Struct(Struct.pick(BuildInput.fields, ...names))

/** @since 0.1.0 @category models */
export interface BuildTerms extends Schema.Schema.Type<typeof Terms> {}

const Text = Schema.parseJson(Terms)

/** @since 0.1.0 @category constructors */
export const of = (input: BuildInput): BuildTerms => Struct.pick(input, ...names)

/** @since 0.1.0 @category getters */
export const text = (input: BuildInput): string => Schema.encodeSync(Text)(of(input))

/** None if it is not the text of terms. @since 0.1.0 @category constructors */
export const parse: (text: string | undefined) => Option.Option<BuildTerms> = Schema.decodeUnknownOption(Text)
