import { fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import type { Figure, Measurement } from './figure'
import { inOwnFolder } from './own-folder'
import type { SynthTold } from './synth-process'

const ROUTES = [1, 100, 1_000] as const

/** One synthesis, in a process that does nothing else. */
interface Synthesis extends SynthTold {
  /** From the start of the process to its end: what a person waits for. */
  readonly seconds: number
}

/** How long an environment takes to become what Terraform is given. */
export const synth: Measurement = {
  name: 'synth',
  async measure({ quick, say }) {
    const runs = quick ? 1 : 5
    const syntheses = new Map<number, Synthesis[]>(ROUTES.map((routes) => [routes, []]))
    for (let run = 0; run < runs; run += 1) {
      for (const routes of ROUTES) {
        say(`synthesizing ${routes} routes, ${run + 1} of ${runs}`)
        syntheses.get(routes)?.push(await synthesize(routes))
      }
    }
    return {
      title: 'Synthesis',
      about:
        'An environment with two warehouses and 1, 100 or 1,000 routes of five kinds, each into a table or schema of its own, is checked and ' +
        'synthesized by a fresh process under tsx, as `npm run synth` does it. Making the bundles is not counted.',
      figures: ROUTES.flatMap((routes) => figuresOf(routes, syntheses.get(routes) ?? [])),
    }
  },
}

function synthesize(routes: number): Promise<Synthesis> {
  return inOwnFolder('synth', async (folder) => {
    const before = performance.now()
    const child = fork(path.join(__dirname, 'synth-process.ts'), [String(routes), folder], {
      execArgv: ['--import', 'tsx'],
      env: { ...process.env, CHECKPOINT_DISABLE: '1' },
    })
    let told: SynthTold | undefined
    child.on('message', (message: SynthTold) => {
      told = message
    })
    const [code] = await once(child, 'exit')
    if (told === undefined) throw new Error(`the synthesis of ${routes} routes ended with ${code}`)
    return { ...told, seconds: (performance.now() - before) / 1000 }
  })
}

function figuresOf(routes: number, syntheses: readonly Synthesis[]): readonly Figure[] {
  const of = `${routes.toLocaleString('en-US')} ${routes === 1 ? 'route' : 'routes'}`
  return [
    { name: `synthesis of ${of}`, unit: 's', values: syntheses.map(({ seconds }) => seconds) },
    { name: `of that the check of the values, ${of}`, unit: 'ms', values: syntheses.map(({ checkMs }) => checkMs) },
    { name: `of that constructs and files, ${of}`, unit: 'ms', values: syntheses.map(({ synthMs }) => synthMs) },
    { name: `peak memory, ${of}`, unit: 'MB', values: syntheses.map(({ peakMb }) => peakMb) },
  ]
}
