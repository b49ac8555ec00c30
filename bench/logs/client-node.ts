import { KubeConfig, Log } from "@kubernetes/client-node"
import { PassThrough } from "node:stream"
import * as Lines from "../Lines.js"
import * as Pods from "../server/Pods.js"
import * as Target from "../Target.js"
import * as Tally from "./Tally.js"

const config = new KubeConfig()
config.loadFromFile(Target.kubeconfig)

const tally = Tally.start()

// It gives a flow of bytes; to cut it at its newlines is left to us.
const log = new PassThrough()
log.on("data", Lines.cut(tally.line))
log.on("end", tally.finish)

await new Log(config).log("bench", Pods.nameOf(0), "push", log, { follow: true })
