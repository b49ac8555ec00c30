/**
 * How much of an end is kept, whatever a platform has to say of it: the annotations of an object have 256 KiB, and a letter
 * may take six bytes of JSON.
 */
import * as BuildStatus from "../../core/BuildStatus.js"

/** How many of the last lines of a log are kept. */
export const lines = 40

const lineLength = 400
const messageLength = 8_000
const wordLength = 256

/** In well-formed Unicode, as the API server gives it back; a copy, for a part of a text holds on to the whole. */
const beginning = (text: string, length: number): string => Buffer.from(text.slice(0, length)).toString()

export const line = (text: string): string => beginning(text, lineLength)

export const errored = (status: BuildStatus.Errored): BuildStatus.Errored =>
  new BuildStatus.Errored({
    ...status,
    ...words(status),
    ...(status.upstreamReason === undefined ? {} : { upstreamReason: beginning(status.upstreamReason, wordLength) })
  })

export const terminal = (status: BuildStatus.Terminal): BuildStatus.Terminal => {
  switch (status._tag) {
    case "Failed":
      return new BuildStatus.Failed({ ...status, ...words(status) })
    case "Errored":
      return errored(status)
    case "Succeeded":
    case "Cancelled":
      return status
  }
}

const words = ({ logTail, message }: BuildStatus.Failed | BuildStatus.Errored) => ({
  message: beginning(message, messageLength),
  logTail: logTail.slice(-lines).map(line)
})
