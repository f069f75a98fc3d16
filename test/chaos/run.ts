/**
 * The same story as in the simulation, over real sockets: processes of the product are killed with SIGKILL at every
 * point that they come to, and anywhere else, while files keep coming; the warehouse restarts in the middle. In the
 * end, every row is there exactly once. `SEED=n` makes the same plan again; what the machine makes of it may differ.
 * `KILLS=n` is how many, `LOG=file` keeps every line that the product logged.
 */
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { QUEUES } from '../../environments/local/names'
import { messageOf } from '../../lambda/errors'
import type { Role } from './assignment'
import { bundleWorker } from './bundle'
import type { FastClock } from './clock'
import { makeDice } from './dice'
import { type PutFile, putFile } from './files'
import { makeHavoc } from './havoc'
import { endLeasesOf } from './leases'
import { tellKills, tellLine, tellStories } from './report'
import { redrive, type Stage, setStage } from './stage'
import { judge, recordsOf } from './verdict'
import { startWorkers, type Workers } from './workers'

/** Three that load, so that some always compete for the target that gets half of the files. */
const ROLES: readonly Role[] = ['intake', 'intake', 'load', 'load', 'load', 'tick']
const KILLS = Number(process.env['KILLS'] ?? 240)
/** A machine that is too busy for all of them may do with this part. */
const ENOUGH = 5 / 6
/** After how many of the kills the warehouse restarts. */
const RESTARTS_AT = [0.2, 0.5, 0.8]
/** Whatever has happened until then must do. */
const LONGEST_KILLING_MS = 210_000
const LONGEST_DRAIN_MS = 120_000
/** The longest that a target is held up is 15 minutes: 22 s on the wall. */
const SPEED = 40

const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000)

async function chaos(stops: (() => Promise<unknown> | unknown)[]): Promise<boolean> {
  const began = Date.now()
  const seconds = () => `${((Date.now() - began) / 1000).toFixed(0)} s`
  say(`SEED=${seed}, ${KILLS} kills`)
  const folder = await mkdtemp(path.join(os.tmpdir(), 'penstock-chaos-'))
  stops.push(() => rm(folder, { recursive: true, force: true }))
  const program = await bundleWorker(folder)

  const clock: FastClock = { startedMs: Date.now(), speed: SPEED }
  const stage = await setStage(clock, makeDice(seed + 1), stops)
  const { variables, queueUrls } = stage
  const workers = startWorkers(program, ROLES, { clock, variables, queueUrls }, makeDice(seed + 2), {
    death: endLeasesSoon(stage),
    slowCommit: (delayMs) => stage.servers.redshift.failNext({ matching: /^COMMIT/i, act: 'delay', delayMs, times: 2 }),
  })
  stops.push(workers.stop)
  const log = process.env['LOG']
  if (log !== undefined) stops.push(() => writeFile(log, workers.lines.map((line) => `${tellLine(line)}\n`).join('')))

  const files = await killing(stage, workers)
  const kills = [...workers.kills]
  say(`${seconds()}: ${kills.length} killed, ${files.length} files put; now nobody dies any more`)
  await workers.nobodyDies()
  const restless = await drain(stage, files)
  say(`${seconds()}: ${restless.length === 0 ? 'nothing is left to do' : restless.join('; ')}`)

  const verdict = await judge(stage, files)
  const problems = [
    ...verdict.problems,
    ...restless,
    ...workers.faults,
    ...(kills.length < KILLS * ENOUGH ? [`only ${kills.length} processes were killed`] : []),
  ]
  say(tellKills(kills))
  const failing = files.filter(({ ends }) => ends === 'failed').length
  const deadWakes = (await stage.servers.queues.counts(`${QUEUES.wakes}-dead`)).ready
  say(
    `${files.length} files (${failing} that cannot be loaded), ${verdict.rows} rows, ${verdict.receipts} batches, ${deadWakes} wakes given up`,
  )
  say(`lost ${verdict.lost.length}, doubled ${verdict.doubled.length} (computed from the rows)`)
  if (problems.length > 0) {
    for (const story of await tellStories(stage, [...verdict.lost, ...verdict.doubled].slice(0, 5), workers.lines))
      say(story)
    say(`SEED=${seed}: ${problems.length} problems\n  ${problems.slice(0, 50).join('\n  ')}`)
  }
  say(`${problems.length === 0 ? 'Exactly once' : 'FAILED'}, after ${seconds()}.`)
  return problems.length === 0
}

/** Files keep coming, and things go wrong, until enough processes were killed. */
async function killing(stage: Stage, workers: Workers): Promise<readonly PutFile[]> {
  const dice = makeDice(seed)
  const havoc = makeHavoc(stage, makeDice(seed + 3))
  const until = Date.now() + LONGEST_KILLING_MS
  const files: PutFile[] = []
  const restarts: Promise<void>[] = []
  while (workers.kills.length < KILLS && Date.now() < until) {
    files.push(await putFile(stage, dice, files.length + 1))
    if (dice.oneIn(20)) havoc.disturb()
    const due = RESTARTS_AT[restarts.length]
    if (due !== undefined && workers.kills.length >= due * KILLS) restarts.push(havoc.restart())
    await sleep(dice.between(50, 350))
  }
  await Promise.all(restarts)
  say(`the warehouse restarted ${havoc.restarts()} times, and was disturbed ${havoc.faults()} times besides`)
  return files
}

/** Most leases of the dead run out soon, and some in their own time. */
function endLeasesSoon(stage: Stage): (worker: number) => void {
  const dice = makeDice(seed + 4)
  return (worker) => {
    if (dice.oneIn(10)) return
    void sleep(dice.between(0, 500))
      .then(() => endLeasesOf(stage, worker))
      .catch((error: unknown) => say(`the leases of worker ${worker} could not be ended: ${messageOf(error)}`))
  }
}

/** Waits until nothing is left to do. Gives what is, when that takes too long. */
async function drain(stage: Stage, files: readonly PutFile[]): Promise<readonly string[]> {
  const until = Date.now() + LONGEST_DRAIN_MS
  for (;;) {
    await stage.servers.s3.settled()
    const redriven = await redrive(stage)
    if (redriven > 0) say(`${redriven} events were sent again from the dead letters`)
    const left = await whatIsLeft(stage, files)
    if (left.length === 0 || Date.now() > until) return left
    await sleep(250)
  }
}

async function whatIsLeft(stage: Stage, files: readonly PutFile[]): Promise<readonly string[]> {
  const { servers, ports } = stage
  const left: string[] = []
  const { ready, inFlight, delayed } = await servers.queues.counts(QUEUES.objects)
  if (ready + inFlight + delayed > 0)
    left.push(`events in the queue: ${ready} ready, ${inFlight} in flight, ${delayed} delayed`)
  for await (const { target, waitingFiles, lease, unfinished, hold } of ports.targets.all()) {
    if (waitingFiles > 0 || lease || unfinished || hold) left.push(`${target} is not done`)
    else if ((await ports.arrivals.oldest(target, 1)).length > 0) left.push(`files wait for ${target}`)
  }
  // Those that no event announced come when the bucket is listed.
  if (left.length === 0) {
    const unknown = files.length - (await recordsOf(stage, files)).size
    if (unknown > 0) left.push(`nothing is known of ${unknown} files`)
  }
  return left
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

async function main(): Promise<void> {
  // The SDK's notice about Node 20 is for who deploys.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true'
  const stops: (() => Promise<unknown> | unknown)[] = []
  let wasInterrupted = false
  const interrupted = Promise.race(['SIGINT', 'SIGTERM'].map((signal) => once(process, signal))).then(
    () => 'interrupted',
  )
  try {
    const outcome = await Promise.race([chaos(stops), interrupted])
    process.exitCode = outcome === true ? 0 : 1
    wasInterrupted = outcome === 'interrupted'
  } catch (error) {
    process.stderr.write(`SEED=${seed}: ${messageOf(error)}\n${error instanceof Error ? error.stack : ''}\n`)
    process.exitCode = 1
  } finally {
    for (let stop = stops.pop(); stop !== undefined; stop = stops.pop()) await stop()
    // What was in the middle of something would go on asking what is not there any more. Otherwise, nothing may be left that keeps us alive.
    if (wasInterrupted) process.exit()
  }
}

void main()
