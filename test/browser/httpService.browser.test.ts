/** examples/http-service as somebody meets it: its page in a browser, and an EventSource that outlives the service. */
import * as FakeCluster from "effect-os-builder/FakeCluster"
import { once } from "node:events"
import * as fs from "node:fs"
import * as net from "node:net"
import { tmpdir } from "node:os"
import * as path from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import type { Browser, Page } from "playwright-core"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import * as Chromium from "./Chromium.js"
import { freePort, ServiceProcess } from "./ServiceProcess.js"

interface Received {
  readonly id: string
  readonly name: string
  readonly data: { readonly line?: string; readonly number?: number; readonly status?: { readonly _tag: string } }
}

interface Followed {
  readonly events: ReadonlyArray<Received>
  readonly opened: number
  readonly broken: number
  /** 0 connecting, 1 open, 2 closed for good */
  readonly state: number
}

const log = Array.from({ length: 300 }, (_, index) => `compiling ${index + 1} of 300`)

const input = (finalImage: string) =>
  JSON.stringify({
    dockerfile: "ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nRUN make\n",
    baseImage: { pullspec: "quay.io/fedora/fedora-bootc:43" },
    finalImage: { pullspec: finalImage }
  })

// What runs in the page is text, for the types of this project are those of Node.
const create = (finalImage: string) =>
  `fetch("/builds", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: ${JSON.stringify(input(finalImage))}
  }).then((response) => response.json()).then(({ ref }) => ref)`

const follow = (ref: string) =>
  `(() => {
    const followed = window.followed = { events: [], opened: 0, broken: 0, state: 0 }
    const source = new EventSource("/builds/" + encodeURIComponent(${JSON.stringify(ref)}) + "/events")
    for (const name of ["line", "status", "log-lost"]) {
      source.addEventListener(name, ({ data, lastEventId }) =>
        followed.events.push({ id: lastEventId, name, data: JSON.parse(data) }))
    }
    source.onopen = () => { followed.opened++; followed.state = source.readyState }
    source.onerror = () => { followed.broken++; followed.state = source.readyState }
  })()`

const followed = () => page.evaluate<Followed>("window.followed")

/** Asks now and then, and not in each frame of the page as waitForFunction does, which keeps a busy machine busy. */
const until = async (what: string, isSo: (followed: Followed) => boolean) => {
  const limit = performance.now() + 60_000
  while (!isSo(await followed())) {
    if (performance.now() > limit) throw new Error(`not within a minute: ${what}\n${JSON.stringify(await followed())}`)
    await sleep(200)
  }
}

const linesOf = ({ events }: Followed) => events.flatMap(({ data: { line } }) => line === undefined ? [] : [line])
const statusesOf = ({ events }: Followed) =>
  events.flatMap(({ data: { status } }) => status === undefined ? [] : [status])

let folder = ""
let fake: FakeCluster.Handle | undefined
let service: ServiceProcess
let browser: Browser | undefined
let page: Page
const elsewhere: Array<string> = []

const begun = performance.now()
const say = (what: string) =>
  process.stdout.write(`${((performance.now() - begun) / 1000).toFixed(1).padStart(5)} s  ${what}\n`)

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(tmpdir(), "os-builder-browser-"))
  // The cluster is this process's, and outlives the service as a real one does.
  fake = await FakeCluster.start({ outcome: FakeCluster.succeeds({ log, every: "100 millis" }) })
  const kubeconfig = path.join(folder, "kubeconfig")
  fs.writeFileSync(kubeconfig, fake.kubeconfig, { mode: 0o600 })
  service = new ServiceProcess({ port: await freePort(), kubeconfig, folder })
  await service.start()
  say(`the service answers on ${service.url}, process ${service.pid}`)
  browser = await Chromium.launch()
  say(`Chromium ${browser.version()}`)
  page = await browser.newPage()
  page.setDefaultTimeout(30_000)
  page.on("request", (request) => {
    const { hostname, protocol } = new URL(request.url())
    if (protocol.startsWith("http") && hostname !== "127.0.0.1") elsewhere.push(request.url())
  })
})

afterAll(async () => {
  await browser?.close()
  await service.end("SIGKILL")
  await fake?.stop()
  fs.rmSync(folder, { recursive: true, force: true })
})

/** What somebody does on the page: opens an operation, tries it out, and reads the answer. */
const tryOut = async (method: string, at: string, body?: string) => {
  const operation = page.locator(`.opblock-${method}`).filter({ has: page.locator(`[data-path="${at}"]`) })
  await operation.locator(".opblock-summary-control").click()
  await operation.locator(".try-out__btn").click()
  if (body !== undefined) await operation.locator(".body-param__text").fill(body)
  await operation.locator(".execute").click()
  const response = operation.locator(".live-responses-table .response").first()
  return {
    status: await response.locator(".response-col_status").innerText(),
    text: await response.locator(".highlight-code").first().innerText()
  }
}

describe("http-service in Chromium", () => {
  it("http-service: its page shows every operation, and they work there", async () => {
    await page.goto(`${service.url}/docs`)
    assert.strictEqual(
      await page.locator(".info .title").innerText().then((title) => title.split("\n")[0]),
      "OS images"
    )
    await page.locator(".opblock").nth(4).waitFor()
    const operations = await page.evaluate<ReadonlyArray<string>>(
      `[...document.querySelectorAll(".opblock-summary")].map((one) =>
        [".opblock-summary-method", ".opblock-summary-path", ".opblock-summary-description"]
          .map((part) => one.querySelector(part).textContent).join(" "))`
    )
    for (const operation of operations) say(`/docs: ${operation}`)
    assert.deepStrictEqual(operations.map((one) => one.split(" ").slice(0, 2).join(" ").replaceAll("\u200b", "")), [
      "POST /builds",
      "GET /builds",
      "GET /builds/{ref}",
      "POST /builds/{ref}/cancel",
      "GET /builds/{ref}/events"
    ])

    const rejected = await tryOut("post", "/builds", `{ "dockerfile": "FROM\\n", "colour": "blue" }`)
    say(`POST /builds of two mistakes: ${rejected.status}`)
    assert.match(rejected.status, /^422/)
    for (const mistake of ["colour", "dockerfile", "finalImage"]) assert.include(rejected.text, mistake)
    assert.match(await page.evaluate<string>(create("registry.example.com/acme/os:1")), /^custom\/default\//)
    const listed = await tryOut("get", "/builds")
    say(`GET /builds: ${listed.status} ${listed.text.replaceAll(/\s+/g, " ").slice(0, 120)}`)
    assert.match(listed.status, /^200/)
    assert.include(listed.text, "registry.example.com/acme/os:1")
    assert.deepStrictEqual(elsewhere, [], "a page that works without the internet")
  })

  it("http-service: it takes no connection before it can answer, for a browser waits for the answer without end", async () => {
    // An API server that takes its time: the service looks at the cluster before it has a backend.
    const asked: Array<net.Socket> = []
    const slow = net.createServer((socket) => void asked.push(socket.on("error", () => {}))).listen(0, "127.0.0.1")
    await once(slow, "listening")
    const address = slow.address()
    const server = `https://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`
    const kubeconfig = path.join(folder, "slow")
    fs.writeFileSync(kubeconfig, (fake?.kubeconfig ?? "").replace(/https:\/\/[^\s"',}]+/, server), { mode: 0o600 })
    const port = await freePort()
    const starting = new ServiceProcess({ port, kubeconfig, folder })
    try {
      starting.launch()
      while (asked.length === 0) await sleep(20)
      const connects = await new Promise<boolean>((resolve) => {
        const socket = net.connect(port, "127.0.0.1")
        socket.once("connect", () => resolve(true)).once("error", () => resolve(false))
      })
      assert.isFalse(connects)
    } finally {
      await starting.end("SIGKILL")
      for (const socket of asked) socket.destroy()
      slow.close()
    }
  })

  it(
    "http-service: an EventSource gets every line once, through kill -9 and SIGTERM",
    async () => {
      await page.goto(`${service.url}/openapi.json`)
      const ref = await page.evaluate<string>(create("registry.example.com/acme/os:2"))
      say(`POST /builds: ${ref}`)
      const answers: Array<number> = []
      page.on("response", (response) => {
        if (!response.url().endsWith("/events")) return
        answers.push(response.status())
        const told = response.request().allHeaders().then((headers) =>
          say(`GET …/events, Last-Event-ID ${headers["last-event-id"] ?? "none"}: ${response.status()}`)
        )
        told.catch(() => say("GET …/events: the service has gone"))
      })
      await page.evaluate(follow(ref))
      let count = 20
      let times = 0
      for (const signal of ["SIGKILL", "SIGTERM"] as const) {
        await until(`${count} lines`, (now) => linesOf(now).length >= count)
        const at = performance.now()
        const ended = await service.end(signal)
        const milliseconds = Math.round(performance.now() - at)
        await until("the page has noticed", ({ broken }) => broken > times)
        count = linesOf(await followed()).length
        say(`${signal} after line ${count} of ${log.length}: the process ended with ${ended} in ${milliseconds} ms`)
        assert.isBelow(count, log.length)
        assert.notStrictEqual(signal === "SIGTERM" && ended, "SIGKILL", "it stops though a stream is open")
        await service.start()
        say(`the service answers again, process ${service.pid}`)
        times = (await followed()).broken
        count += 1
      }
      await until("closed for good", ({ state }) => state === 2)
      const all = await followed()
      for (const { _tag } of statusesOf(all)) say(`status ${_tag}`)
      say(`${linesOf(all).length} lines; opened ${all.opened} times, broken ${all.broken} times; closed for good`)
      assert.deepStrictEqual(linesOf(all), log)
      assert.deepStrictEqual(
        all.events.flatMap(({ data }) => data.number === undefined ? [] : [data.number]),
        log.map((_, index) => index + 1)
      )
      assert.strictEqual(new Set(all.events.map(({ id }) => id)).size, all.events.length)
      assert.strictEqual(all.events.at(-1)?.data.status?._tag, "Succeeded")
      assert.notInclude(all.events.map(({ name }) => name), "log-lost")
      assert.isAtLeast(answers.length, 4)
      assert.strictEqual(answers.at(-1), 204)
    }
  )
})
