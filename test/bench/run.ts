/** `npm run bench`: how fast, how much, how dear. The report goes to stdout, what is going on to stderr. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { messageOf } from '../../lambda/errors'
import { type Asked, readArguments, USAGE } from './arguments'
import { thisMachine } from './machine'
import { firstLineOf, measureAll } from './measure-all'
import { MEASUREMENTS } from './measurements'
import { publish } from './published'
import { type Failed, jsonOf, reportOf } from './report'

const ROOT = path.join(__dirname, '..', '..')

async function main(asked: Asked): Promise<number> {
  switch (asked.kind) {
    case 'help':
      console.log(USAGE)
      return 0
    case 'wrong':
      console.error(`${asked.why}\n\n${USAGE}`)
      return 2
    case 'run':
      return run(asked)
  }
}

async function run({ names, quick, json, write }: Extract<Asked, { kind: 'run' }>): Promise<number> {
  const machine = thisMachine(new Date())
  const say = (line: string) => console.error(line)
  const strays = hearStrays(say)
  const measurements = names.map((name) => MEASUREMENTS[name])
  const outcome = await measureAll(measurements, { quick, say })
  const results = { machine, quick, measured: outcome.measured }
  const failed = [...outcome.failed, ...strays]
  console.log(reportOf(results, failed))
  if (json !== undefined) writeFileSync(json, jsonOf(results, failed))
  if (write && failed.length === 0) publish(ROOT, results)
  if (write) say(failed.length === 0 ? 'published' : 'not published: what is published is whole')
  return failed.length === 0 ? 0 : 1
}

/** What fails where nobody waits for it would end the process, and with it the measurements that are still to come. */
function hearStrays(say: (line: string) => void): readonly Failed[] {
  const strays: Failed[] = []
  const hear = (error: unknown) => {
    say(`failed where nobody waited for it: ${messageOf(error)}`)
    strays.push({ measurement: 'beside the measurements', why: firstLineOf(messageOf(error)) })
  }
  process.on('unhandledRejection', hear)
  process.on('uncaughtException', hear)
  return strays
}

// Whatever ends this process before the report is printed is no success.
process.exitCode = 1
// Folders under the temporary one go when the process exits, also when it is interrupted.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))
main(readArguments(process.argv.slice(2))).then(
  (code) => {
    process.exitCode = code
  },
  (error) => {
    console.error(error)
    process.exitCode = 1
  },
)
