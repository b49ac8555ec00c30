/** The pods of the cases. The name of a pod selects its program. */
import { Effect, Stream } from "effect"
import * as Lines from "../../src/effect/Lines.js"
import * as Json from "../../src/fake/Json.js"
import * as PodProgram from "../../src/fake/kubelet/Program.js"

const pause = Stream.drain(Stream.fromEffect(Effect.sleep("50 millis")))

/** Writes three lines and succeeds. */
const talker: PodProgram.PodProgram = () => ({
  steps: PodProgram.log("one", "two").pipe(Stream.concat(pause), Stream.concat(PodProgram.log("three")))
})

/** Writes each line that it reads. */
const parrot: PodProgram.PodProgram = (_, { stdin }) => ({
  steps: stdin.pipe(
    Stream.decodeText(),
    Lines.split,
    Stream.map((line): PodProgram.Step => ({ _tag: "Log", line }))
  )
})

/** Runs until it is stopped; has the commands `echo`, `cat`, `wc` and `tar`, and returns what it receives on port 7. */
const server = (): PodProgram.PodProgram => {
  const sizes = new Map<string, number>()
  return () => ({
    steps: Stream.concat(PodProgram.log("ready"), Stream.never),
    exec: ({ command: [program = "", ...args], stdin }) => {
      if (program === "echo") return PodProgram.stdout(args.join(" "))
      if (program === "cat") return Stream.map(stdin, (bytes) => ({ _tag: "Stdout" as const, bytes }))
      if (program === "wc") return PodProgram.stdout(String(sizes.get(args[0] ?? "")))
      if (program === "tar") {
        const size = Stream.runFold(stdin, 0, (size, bytes) => size + bytes.length)
        return Stream.drain(
          Stream.fromEffect(Effect.map(size, (size) => void sizes.set(args[args.length - 1] ?? "", size)))
        )
      }
      return Stream.concat(PodProgram.stderr(`${program}: not found`), PodProgram.exit(127))
    },
    ports: (port, received) => port === 7 ? received : undefined
  })
}

export const programs: PodProgram.Programs = (pod) =>
  Effect.sync(() => {
    const name = Json.text(pod, "metadata", "name")
    if (name === "talker") return talker
    return name === "parrot" ? parrot : server()
  })
