import type { Log, Ports, SecretsPort } from '../../../lambda/ports'
import type { Statement } from '../../../lambda/warehouse/statement'
import { contentsInMemory } from '../../memory/contents-in-memory'
import { noticesInMemory } from '../../memory/notices-in-memory'
import { portsThrough } from '../crash-points'
import type { Bucket } from './bucket'
import type { Clock } from './clock'
import { connectTo } from './connect'
import type { Dice } from './dice'
import type { Functions } from './functions'
import type { Invariants } from './invariants'
import type { Tables } from './memory'
import type { Process, Processes } from './process'
import { refusalOf } from './statements'
import type { Story } from './story'
import type { SimulatedWarehouse } from './warehouse'

export interface PortsDeps {
  readonly story: Story
  readonly clock: Clock
  readonly dice: Dice
  readonly bucket: Bucket
  readonly warehouses: readonly SimulatedWarehouse[]
  readonly secrets: SecretsPort
  readonly parameterOf: (warehouse: string) => string
  readonly tables: { of(process: Process): Tables }
  readonly processes: Processes
  readonly functions: () => Functions
  readonly isFaulty: () => boolean
  readonly invariants: Pick<Invariants, 'committed' | 'touched'>
  /** Told of every error that is logged. */
  readonly surprised: (who: string, error: unknown) => void
  readonly note: (text: () => string) => void
  readonly count: (fault: string) => void
}

/** What a process has of the world: every port, each call of which goes through chance. */
export function portsIn(deps: PortsDeps): (process: Process) => Ports {
  const { story, clock, dice, isFaulty, count } = deps
  const notices = noticesInMemory()
  const contents = contentsInMemory()
  let batches = 0

  const connecting = {
    ...deps,
    ...deps.invariants,
    isSlow() {
      const isSlow = isFaulty() && dice.chance(story.odds.slowStatement)
      if (isSlow) count('statement that was slow')
      return isSlow
    },
    maybeRefused(statement: Statement) {
      if (!isFaulty() || !dice.chance(story.odds.refusal)) return undefined
      count('statement that was refused')
      return refusalOf(statement, dice)
    },
  }
  const shared: Pick<Ports, 'settings' | 'objects' | 'contents' | 'notices' | 'deadLetters' | 'wakes'> = {
    settings: async () => story.settings,
    objects: deps.bucket.objects,
    contents,
    notices,
    deadLetters: {
      count: async (queue) => ({
        messages: deps.functions()[queue].parked(),
        arn: `arn:aws:sqs:eu-west-1:123456789012:${queue}-dead`,
      }),
      async driveBack(queue) {
        deps.functions()[queue].driveBack()
        return 'started'
      },
    },
    wakes: {
      async send(wakes) {
        for (const { target, delaySeconds } of wakes) {
          if (isFaulty() && dice.chance(story.odds.lostWake)) count('wake that got lost')
          else deps.functions().wake(target, delaySeconds * 1000 + dice.below(300))
        }
      },
    },
  }

  return (process) => {
    const plain: Ports = {
      ...shared,
      ...deps.tables.of(process),
      warehouses: {
        async connect(name) {
          const warehouse = deps.warehouses.find((one) => one.name === name)
          if (warehouse === undefined) throw new Error(`there is no warehouse ${name}`)
          return connectTo(connecting, warehouse, process, deps.parameterOf(name))
        },
      },
      log: logOf(deps, process),
      measure: () => {},
      now: () => clock.now() - process.lagMs,
      newBatchId() {
        batches += 1
        return `b${String(batches).padStart(4, '0')}`
      },
      random: dice.next,
    }
    return portsThrough(plain, deps.processes.aroundOf(process))
  }
}

/** What a process says is written down; an error in it that the simulation has not made is a fault of the code. */
function logOf({ note, surprised }: PortsDeps, { name }: Process): Log {
  return (_level, event, fields) => {
    note(() => `${name} says ${event} ${JSON.stringify(fields).slice(0, 300)}`)
    if (fields['error'] !== undefined) surprised(name, fields['error'])
  }
}
