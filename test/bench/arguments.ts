import { parseArgs } from 'node:util'
import { messageOf } from '../../lambda/errors'
import { didYouMean } from '../../lambda/route/did-you-mean'
import { MEASUREMENT_NAMES, type MeasurementName } from './measurement-names'

/** What `npm run bench` is asked to do. */
export type Asked =
  | {
      readonly kind: 'run'
      readonly names: readonly MeasurementName[]
      readonly quick: boolean
      /** Where to put the results for a program. */
      readonly json?: string
      /** Whether the published results are renewed. */
      readonly write: boolean
    }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly why: string }

export const USAGE = [
  'npm run bench                          everything, within 15 minutes on 2 cores',
  'npm run bench -- --quick               everything with fewer runs and smaller numbers, within a minute',
  'npm run bench -- --only intake,cost    these measurements alone',
  'npm run bench -- --json results.json   every value of every run into a file, too',
  'npm run bench -- --write               everything, and renews what README.md and test/bench/README.md show',
  'npm run bench -- --help                this',
  '',
  `The measurements: ${MEASUREMENT_NAMES.join(', ')}`,
].join('\n')

/** Reads the arguments of the command. */
export function readArguments(given: readonly string[]): Asked {
  try {
    const { values } = parseArgs({ args: [...given], options: OPTIONS })
    return asked(values)
  } catch (error) {
    // Node's advice on how to pass something that looks like an option helps nobody here.
    return wrong(messageOf(error).split('. ')[0] ?? 'the arguments cannot be read')
  }
}

const OPTIONS = {
  quick: { type: 'boolean', default: false },
  only: { type: 'string', multiple: true },
  json: { type: 'string' },
  write: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const

interface Values {
  readonly quick: boolean
  readonly only?: readonly string[] | undefined
  readonly json?: string | undefined
  readonly write: boolean
  readonly help: boolean
}

function asked({ quick, only, json, write, help }: Values): Asked {
  if (help) return { kind: 'help' }
  if (json === '') return wrong('--json takes the name of a file')
  // What is published is whole, and measured with all its runs.
  if (write && (quick || only !== undefined)) return wrong('--write publishes everything: not with --quick or --only')
  const wanted = only?.flatMap((names) => names.split(',').map((name) => name.trim()))
  const unknown = wanted?.filter((name) => !MEASUREMENT_NAMES.some((known) => known === name)) ?? []
  if (unknown.length > 0) return wrong(`there is no measurement ${unknown.map(unknownName).join(', ')}`)
  const names = MEASUREMENT_NAMES.filter((name) => wanted?.includes(name) ?? true)
  return { kind: 'run', names, quick, write, ...(json === undefined ? {} : { json }) }
}

function unknownName(name: string): string {
  return `${JSON.stringify(name)}${didYouMean(name, MEASUREMENT_NAMES)}`
}

function wrong(why: string): Asked {
  return { kind: 'wrong', why }
}
