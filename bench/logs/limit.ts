import * as Plain from "../Plain.js"
import * as Pods from "../server/Pods.js"
import * as Tally from "./Tally.js"

const tally = Tally.start()
await Plain.lines(`/api/v1/namespaces/bench/pods/${Pods.nameOf(0)}/log?follow=true`, tally.line)
tally.finish()
